"""Requests about what was played through the drive."""

from typing import ClassVar, TypeVar

from musfuse.service.port import Answer, Listing, Request

A = TypeVar("A")


class TrackTold(Answer, frozen=True):
    """A track by its public id `id`: its `path` on the drive, for one that is `gone` where it was last, and what it is
    called now ('' where nothing says so)."""

    id: int
    path: str
    gone: bool
    artist: str
    album: str
    title: str


class PlayTold(TrackTold, frozen=True):
    """A play; `time_ns` is when it began, in ns since 1970."""

    time_ns: int


class HeardTold(TrackTold, frozen=True):
    """How often a track was played, and when for the first and the last time, in ns since 1970."""

    plays: int
    first_ns: int
    last_ns: int


class ListPlays(Listing[PlayTold], frozen=True):
    """The last plays, the last first, `limit` at most (0: all); those that began at `since_ns` or later."""

    METHOD: ClassVar[str] = "history.list"
    limit: int = 0
    since_ns: int | None = None


class ListMostPlayed(Listing[HeardTold], frozen=True):
    """The tracks that were played most, `limit` at most (0: all), of those that were played at `since_ns` or later."""

    METHOD: ClassVar[str] = "history.most"
    limit: int = 0
    since_ns: int | None = None


class HistoryCleared(Answer, frozen=True):
    """How many plays were forgotten, and of how many tracks the counts."""

    plays: int
    tracks: int


class ClearHistory(Request[HistoryCleared], frozen=True):
    """Forget what was played; with `before_ns` only plays that began earlier, and the counts of tracks that were not
    played since. With `dry_run` it is only told what that would be."""

    METHOD: ClassVar[str] = "history.clear"
    before_ns: int | None = None
    dry_run: bool = False

    @property
    def reads(self) -> bool:
        return self.dry_run
