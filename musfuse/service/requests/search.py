"""Search: the best answers to a query, for people who look for music."""

from typing import ClassVar

from musfuse.service.port import Answer, Request

LIMIT, MOST, LONGEST = 100, 10_000, 256
"""How many answers are given where nobody says how many, and at most; characters that a query of a face may have."""


class FoundMusic(Answer, frozen=True):
    """A track: `path` on the drive of the view ('' for none), `source` its original, `part` of that, 0 for all of it;
    `score` from 0 to 1. `highlights` has of each field that answers the value, as HTML with what was found in <b>;
    `id` is the public id of the track, 0 for one that came a moment ago."""

    path: str
    source: str
    part: int
    title: str
    artist: str
    album: str
    year: str
    duration_ns: int | None
    score: float
    highlights: dict[str, str]
    id: int = 0


class SearchAnswer(Answer, frozen=True):
    """The best answers, and how many there are in all: more than that where they are not `counted`."""

    results: tuple[FoundMusic, ...]
    total_matches: int
    counted: bool


class SearchMusic(Request[SearchAnswer], frozen=True):
    """The best answers to a query among what a view shows, those behind the first `offset`; in the order of `sort`
    (`year`, `-added`; that of the query where it is empty). `below`: only tracks whose originals lie below this place.
    Raises ConfigError for a query that is none, or too long, a number that is too large, or where there is no such
    view; TooSlowError."""

    METHOD: ClassVar[str] = "library.search"
    query: str
    limit: int = LIMIT
    offset: int = 0
    view: str = "main"
    sort: str = ""
    below: str = ""

    @property
    def reads(self) -> bool:
        return True
