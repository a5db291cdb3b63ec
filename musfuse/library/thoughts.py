"""What somebody thinks of tracks, and how often he played them, beside what the library knows of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice

from musfuse.library.catalog.targets import Selected
from musfuse.library.userdb.plays import Heard, PlayTable
from musfuse.library.userdb.ratings import Rating, RatingTable

_PAGE = 500
_UNRATED = Rating()
Thought = tuple[Selected, Rating, Heard | None]


@dataclass(frozen=True, slots=True)
class Thoughts:
    """Over the tables of ratings and plays; both are asked by the page."""

    ratings: RatingTable
    plays: PlayTable

    def of(self, rows: Iterable[Selected]) -> Iterator[Thought]:
        """What is thought of these tracks, in their order."""
        each = iter(rows)
        while page := list(islice(each, _PAGE)):
            known = [row.public for row in page if row.public]
            rated, heard = self.ratings.of_all(known), self.plays.of_all(known)
            for row in page:
                public = row.public or 0
                yield row, rated.get(public, _UNRATED), heard.get(public)

    def tracks(self, known_as: Callable[[Sequence[int]], dict[int, Selected]]) -> Iterator[Selected]:
        """The tracks that are rated, starred or were played, as far as they are here: `known_as` gives some by their
        public ids."""
        either = (public for public, _ in groupby(merge(self.ratings.tracks(), self.plays.tracks())))
        while page := list(islice(either, _PAGE)):
            found = known_as(page)
            yield from (found[public] for public in page if public in found)
