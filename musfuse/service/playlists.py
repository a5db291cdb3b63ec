"""Playlists made, changed, shown and forgotten."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from musfuse.errors import ConfigError, NotFoundError
from musfuse.library.collections.rules import MOST
from musfuse.library.collections.shelf import Shelf, checked_name
from musfuse.library.names import name_key
from musfuse.library.search.engine import pages
from musfuse.library.selection import Selected, Selection, identified
from musfuse.library.userdb.playlists import KeptPlaylist, PlaylistEntry
from musfuse.service.handlers import Handlers
from musfuse.service.port import Asked
from musfuse.service.requests.playlists import (
    AddToPlaylist,
    CreatePlaylist,
    DeletePlaylist,
    ListPlaylists,
    ListPlaylistTracks,
    PlaylistChanged,
    PlaylistLine,
    PlaylistTold,
    RemoveFromPlaylist,
)

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Playlists:
    """Over the collections of a library, whose names they share. `changed` is called when there are others, or have
    other tracks."""

    shelf: Shelf
    selection: Selection
    changed: Callable[[], object] = lambda: None

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about playlists."""
        handlers.on(ListPlaylists, lambda _: tuple(map(self._told, self.shelf.playlists.all())))
        handlers.on_listing(ListPlaylistTracks, lambda listing: self.tracks(listing.name))
        handlers.on(CreatePlaylist, self.create)
        handlers.on(AddToPlaylist, self.add)
        handlers.on(RemoveFromPlaylist, self.remove)
        handlers.on(DeletePlaylist, self.delete)

    def tracks(self, name: str) -> Iterator[PlaylistLine]:
        """The tracks of a playlist in order. Raises NotFoundError."""
        return self._lines(self._get(name))

    def create(self, asked: CreatePlaylist) -> PlaylistChanged:
        """Make one. Raises ConfigError, NotFoundError, QueryError, BusyError, StoreError."""
        name = checked_name(asked.name)
        self.shelf.check_free(name)
        rows = self._selected(asked.targets, 0) if asked.targets else []
        if not asked.dry_run:
            made = self.shelf.playlists.add(name, name_key(name))
            self.shelf.playlists.append(made.id, _entries(rows))
            self.changed()
        return PlaylistChanged(name, len(rows), 0, len(rows), _paths(rows))

    def add(self, asked: AddToPlaylist) -> PlaylistChanged:
        """Add tracks. Raises what `create` raises."""
        playlist = self._get(asked.name)
        count = self.shelf.playlists.count(playlist.id)
        if asked.at is not None and not 1 <= asked.at <= count + 1:
            raise ConfigError(f"{asked.at}: no number of {playlist.name}, which has {count} tracks")
        rows = self._selected(asked.targets, count)
        if not asked.dry_run:
            self.shelf.playlists.append(playlist.id, _entries(rows), asked.at)
            self.changed()
        return PlaylistChanged(playlist.name, len(rows), 0, count + len(rows), _paths(rows))

    def remove(self, asked: RemoveFromPlaylist) -> PlaylistChanged:
        """Take out tracks. Raises what `create` raises."""
        playlist = self._get(asked.name)
        entries = list(self.shelf.playlists.entries(playlist.id))
        wrong = next((number for number in asked.numbers if not 1 <= number <= len(entries)), None)
        if wrong is not None:
            raise ConfigError(f"{wrong}: no number of {playlist.name}, which has {len(entries)} tracks")
        wanted = {number - 1 for number in asked.numbers}
        if asked.targets:
            publics = {row.public for row in identified(self.selection.of(asked.targets))}
            found = {number for number, entry in enumerate(entries) if entry.id in publics}
            if not found:
                raise NotFoundError(f"{playlist.name}: has none of these tracks; `musfuse playlist show` lists its own")
            wanted |= found
        gone = [entries[number] for number in sorted(wanted)]
        if gone and not asked.dry_run:
            self.shelf.playlists.take_out(playlist.id, [entry.position for entry in gone])
            self.changed()
        paths = tuple(entry.path for entry in gone[:_SHOWN])
        return PlaylistChanged(playlist.name, 0, len(gone), len(entries) - len(gone), paths)

    def delete(self, asked: DeletePlaylist) -> PlaylistChanged:
        """Forget one. Raises NotFoundError, StoreError."""
        playlist = self._get(asked.name)
        count = self.shelf.playlists.count(playlist.id)
        if not asked.dry_run:
            self.shelf.playlists.remove(playlist.id)
            self.changed()
        return PlaylistChanged(playlist.name, 0, count, 0)

    def _get(self, name: str) -> KeptPlaylist:
        found = self.shelf.playlists.named(name_key(name))
        if found is None:
            raise NotFoundError(f"{name[:100]}: no playlist that was made here; `musfuse playlist list` shows them")
        return found

    def _selected(self, targets: Sequence[Asked], count: int) -> list[Selected]:
        """The tracks that targets mean, which a playlist of so many has room for; those of one target as they lie on
        the drive."""
        rows = list(islice(identified(self.selection.of(targets)), MOST - count + 1))
        if len(rows) > MOST - count:
            raise ConfigError(f"that would be more than {MOST} tracks, which a playlist has at most; add fewer")
        if len(targets) == 1 and "sort:" not in targets[0][0]:
            rows.sort(key=lambda row: name_key(row.path))
        return rows

    def _told(self, playlist: KeptPlaylist) -> PlaylistTold:
        count = there = 0
        for page in pages(self.shelf.playlists.entries(playlist.id)):
            known = self.selection.known_as([entry.id for entry in page])
            count, there = count + len(page), there + sum(entry.id in known for entry in page)
        return PlaylistTold(playlist.name, count, count - there, playlist.created_ns, playlist.changed_ns)

    def _lines(self, playlist: KeptPlaylist) -> Iterator[PlaylistLine]:
        number = 0
        for page in pages(self.shelf.playlists.entries(playlist.id)):
            known = self.selection.known_as([entry.id for entry in page])
            for entry in page:
                number += 1
                yield _line(number, entry, known.get(entry.id))


def _line(number: int, entry: PlaylistEntry, row: Selected | None) -> PlaylistLine:
    if row is None:
        return PlaylistLine(number, entry.id, entry.path, True, "", "", "", None)
    artist, title = (row.tags.first(name) or "" for name in ("artist", "title"))
    return PlaylistLine(
        number, entry.id, row.path or entry.path, False, row.source, artist, title, row.format.duration_ns
    )


def _entries(rows: Sequence[Selected]) -> list[tuple[int, str]]:
    return [(row.public, row.path) for row in rows]


def _paths(rows: Sequence[Selected]) -> tuple[str, ...]:
    return tuple(row.path or row.source for row in rows[:_SHOWN])
