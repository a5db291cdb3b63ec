"""What was played, told; and forgotten."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from musfuse.library.selection import Selected
from musfuse.library.userdb.plays import Heard, Play, PlayTable
from musfuse.service.handlers import Handlers
from musfuse.service.requests.plays import (
    ClearHistory,
    HeardTold,
    HistoryCleared,
    ListMostPlayed,
    ListPlays,
    PlayTold,
)

T = TypeVar("T", Play, Heard)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Plays:
    """Reads what was played; `known_as` gives tracks by their public ids, `changed` is called when plays were
    forgotten."""

    table: PlayTable
    known_as: Callable[[Sequence[int]], dict[int, Selected]]
    changed: Callable[[], object] = lambda: None

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about what was played."""
        handlers.on_listing(ListPlays, lambda listing: self.last(listing.limit, listing.since_ns))
        handlers.on_listing(ListMostPlayed, lambda listing: self.most(listing.limit, listing.since_ns))
        handlers.on(ClearHistory, self.clear)

    def last(self, limit: int = 0, since_ns: int | None = None) -> Iterator[PlayTold]:
        """Plays, the last first."""
        for play, row in self._tracks(self.table.last(since_ns), limit):
            yield PlayTold(play.id, *_track(row, play.path), time_ns=play.began_ns)

    def most(self, limit: int = 0, since_ns: int | None = None) -> Iterator[HeardTold]:
        """Tracks, the most played first."""
        for heard, row in self._tracks(self.table.most(since_ns), limit):
            yield HeardTold(heard.id, *_track(row, heard.path), heard.plays, heard.first_ns, heard.last_ns)

    def clear(self, asked: ClearHistory) -> HistoryCleared:
        """Forget plays and counts, or tell what that would be. Raises StoreError."""
        act = self.table.clearable if asked.dry_run else self.table.clear
        found = act(asked.before_ns)
        if not asked.dry_run:
            self.changed()
        return HistoryCleared(found.plays, found.tracks)

    def _tracks(self, found: Iterable[T], limit: int) -> Iterator[tuple[T, Selected | None]]:
        wanted = islice(found, limit or None)
        while page := list(islice(wanted, _PAGE)):
            rows = self.known_as([one.id for one in page])
            yield from ((one, rows.get(one.id)) for one in page)


def _track(row: Selected | None, last_path: str) -> tuple[str, bool, str, str, str]:
    """Path, whether it is gone, artist, album, title."""
    if row is None:
        return last_path, True, "", "", ""
    artist, album, title = (row.tags.first(name) or "" for name in ("artist", "album", "title"))
    return row.path or last_path, False, artist, album, title
