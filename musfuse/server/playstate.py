"""What one user thinks of music and played of it: the port, and its values.

The library's owner has his stars, ratings and plays of tracks in user.db, as the drive and collections know them; all
others have theirs in server.db (`ownerstate.py`, `userstate.py`). Whoever asks cannot tell: `PlayStates.of(user)`.

Items are known by public ids: tracks by those of user.db, which stay when a file moves, artists and albums by the ids
of the catalog, which are hashes of their names. What is no longer in the library is told all the same; whoever shows it
leaves it out.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

MOST_STARS = 5
MOST_QUEUED = 10_000
"""Tracks of a queue."""
MOST_BOOKMARKS = 1_000
MAX_COMMENT = 1_000
MAX_CLIENT = 100
LATEST_MS = (1 << 31) - 1
"""24 days: no track is longer."""


class Kind(StrEnum):
    """What may be starred, rated, shared."""

    ARTIST = "artist"
    ALBUM = "album"
    TRACK = "track"


class Item(NamedTuple):
    """Something that may be starred, rated, shared, by its public id."""

    kind: Kind
    id: int


@dataclass(frozen=True, slots=True)
class Thought:
    """Of one item: 1 to 5 stars, 0 for none; since when it is a favourite (ns since 1970), None where it is none."""

    stars: int = 0
    starred_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A play of a track: when it began (ns since 1970), and by which program it was played, '' where that is not
    known."""

    id: int
    began_ns: int
    client: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """What is counted of a track: its plays, and when the first and the last of them began (ns since 1970)."""

    id: int
    plays: int
    first_ns: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What is being played through: tracks, which of them it is at (`current`, from 0; -1 for none), where in that one,
    and by whom and when that was said last. `version` grows with each change."""

    tracks: tuple[int, ...] = ()
    current: int = -1
    position_ms: int = 0
    version: int = 0
    changed_ns: int = 0
    client: str = ""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in a track to come back to; times are in ns since 1970."""

    id: int
    position_ms: int
    comment: str
    created_ns: int
    changed_ns: int


class PlayState(Protocol):
    """Of one user. For any thread; everything is on the disk when it returns. Raises StoreError."""

    def thoughts(self, kind: Kind, ids: Collection[int]) -> dict[int, Thought]:
        """What is thought of items of a kind, of those of which anything is."""

    def starred(self, kind: Kind) -> Iterator[tuple[int, int]]:
        """The favourites of a kind, the latest first: (id, since when); read in pages."""

    def rated(self, kind: Kind, least: int = 1) -> Iterator[tuple[int, int]]:
        """The items of a kind with so many stars or more, those with most first: (id, stars); read in pages."""

    def star(self, items: Sequence[Item], starred: bool = True) -> int:
        """Have items among the favourites, or not any more; for how many that was new. One that is a favourite stays
        one since when it was."""

    def rate(self, items: Sequence[Item], stars: int) -> int:
        """Give items 1 to 5 stars, 0 takes them back; for how many that was new. Raises ConfigError for another
        number."""

    def scrobble(self, plays: Sequence[Played]) -> None:
        """Keep plays, in the order in which they are given."""

    def plays(self, since_ns: int | None = None) -> Iterator[Played]:
        """The plays that began at `since_ns` or later, those that were told last first; read in pages."""

    def counts(self, tracks: Collection[int]) -> dict[int, Count]:
        """What is counted of tracks, of those that were played."""

    def most_played(self) -> Iterator[Count]:
        """What is counted of each track, the most played first; read in pages."""

    def last_played(self) -> Iterator[tuple[int, int]]:
        """The tracks that were played, the last first: (id, when that began); read in pages."""

    def queue(self) -> Queue:
        """What is being played through; an empty one where nothing was said yet."""

    def put_queue(
        self, tracks: Sequence[int], current: int, position_ms: int, client: str, version: int | None = None
    ) -> Queue:
        """Have this as the queue. `version`: only if the queue is still that one. Raises ConflictError where it is not,
        ConfigError for a queue that is too long or has no such `current`."""

    def bookmarks(self) -> list[Bookmark]:
        """All bookmarks, those first that changed last."""

    def put_bookmark(self, track: int, position_ms: int, comment: str = "") -> Bookmark:
        """Note a place in a track, instead of the last one there. Raises ConfigError where there are too many, or the
        comment is too long."""

    def drop_bookmark(self, track: int) -> bool:
        """Forget the place in a track; whether there was one."""
