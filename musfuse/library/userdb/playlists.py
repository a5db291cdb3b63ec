"""Playlists that somebody made here. Their tracks are kept by public ids, so that they follow them wherever they lie,
and survive the catalog."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from musfuse.library.userdb.database import UserDatabase

_PAGE = 500


@dataclass(frozen=True, slots=True)
class KeptPlaylist:
    """A playlist: its name, and when it was made and changed last, in ns since 1970."""

    id: int
    name: str
    created_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class PlaylistEntry:
    """A track of a playlist by its public id; `path` is where it was on the drive when it was added."""

    position: int
    id: int
    path: str


class PlaylistTable:
    """Queries and updates over playlist and playlist_entry. Names are told apart by their keys (names.name_key), which
    the caller gives. May be used from many threads."""

    def __init__(self, database: UserDatabase, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._db, self._now_ns = database, now_ns

    def all(self) -> list[KeptPlaylist]:
        """The playlists in order of name."""
        if not self._db.has_collections:
            return []
        rows = self._db.execute("SELECT id, name, created_ns, changed_ns FROM playlist ORDER BY name_key")
        return [KeptPlaylist(*row) for row in rows]

    def named(self, key: str) -> KeptPlaylist | None:
        """The playlist with this name key."""
        if not self._db.has_collections:
            return None
        rows = self._db.execute("SELECT id, name, created_ns, changed_ns FROM playlist WHERE name_key = ?", key)
        return KeptPlaylist(*rows[0]) if rows else None

    def add(self, name: str, key: str) -> KeptPlaylist:
        """Keep a new, empty playlist. Raises StoreError where there is one of the name."""
        now = self._now_ns()
        self._db.execute(
            "INSERT INTO playlist (name, name_key, created_ns, changed_ns) VALUES (?1, ?2, ?3, ?3)", name, key, now
        )
        ((number,),) = self._db.execute("SELECT id FROM playlist WHERE name_key = ?", key)
        return KeptPlaylist(number, name, now, now)

    def rename(self, playlist: int, name: str, key: str) -> None:
        """Give a playlist another name."""
        self._db.execute("UPDATE playlist SET name = ?, name_key = ? WHERE id = ?", name, key, playlist)

    def remove(self, playlist: int) -> None:
        """Forget a playlist."""
        with self._db.transaction():
            self._db.execute("DELETE FROM playlist_entry WHERE playlist = ?", playlist)
            self._db.execute("DELETE FROM playlist WHERE id = ?", playlist)

    def entries(self, playlist: int) -> Iterator[PlaylistEntry]:
        """The tracks of a playlist in order; read in pages."""
        after = -1
        while self._db.has_collections:
            rows = self._db.execute(
                "SELECT position, id, path FROM playlist_entry WHERE playlist = ? AND position > ?"
                " ORDER BY position LIMIT ?",
                playlist, after, _PAGE,
            )  # fmt: skip
            yield from (PlaylistEntry(*row) for row in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def count(self, playlist: int) -> int:
        """How many tracks a playlist has."""
        ((count,),) = self._db.execute("SELECT count(*) FROM playlist_entry WHERE playlist = ?", playlist)
        return int(count)

    def append(self, playlist: int, tracks: Sequence[tuple[int, str]], at: int | None = None) -> None:
        """Add tracks, (public id, path on the drive), at the end, or so that the first of them is the one with the
        number `at`, from 1 on."""
        with self._db.transaction():
            if at is not None:
                behind = list(self.entries(playlist))[max(at - 1, 0) :]
                self.take_out(playlist, [entry.position for entry in behind])
                tracks = [*tracks, *((entry.id, entry.path) for entry in behind)]
            ((last,),) = self._db.execute(
                "SELECT coalesce(max(position), -1) FROM playlist_entry WHERE playlist = ?", playlist
            )
            for number, (track, path) in enumerate(tracks, last + 1):
                self._db.execute("INSERT INTO playlist_entry VALUES (?, ?, ?, ?)", playlist, number, track, path)
            self._touch(playlist)

    def fill(self, playlist: int, tracks: Sequence[tuple[int, str]]) -> None:
        """Have a playlist have these tracks, (public id, path on the drive), and no others."""
        with self._db.transaction():
            self._db.execute("DELETE FROM playlist_entry WHERE playlist = ?", playlist)
            self.append(playlist, tracks)

    def take_out(self, playlist: int, positions: Sequence[int]) -> None:
        """Take out entries by their positions."""
        with self._db.transaction():
            for position in positions:
                self._db.execute("DELETE FROM playlist_entry WHERE playlist = ? AND position = ?", playlist, position)
            self._touch(playlist)

    def of_track(self, track: int, most: int) -> list[tuple[int, int]]:
        """Where a track is in playlists, (playlist, position), those first that were changed last."""
        if not self._db.has_collections:
            return []
        return self._db.execute(
            "SELECT e.playlist, e.position FROM playlist_entry e JOIN playlist p ON p.id = e.playlist WHERE e.id = ?"
            " ORDER BY p.changed_ns DESC, e.playlist, e.position LIMIT ?",
            track, most,
        )  # fmt: skip

    def behind(self, playlist: int, position: int, most: int) -> list[int]:
        """The public ids of the tracks that follow an entry, so many at most."""
        rows = self._db.execute(
            "SELECT id FROM playlist_entry WHERE playlist = ? AND position > ? ORDER BY position LIMIT ?",
            playlist, position, most,
        )  # fmt: skip
        return [track for (track,) in rows]

    def before(self, playlist: int, position: int) -> int:
        """The public id of the track before an entry, 0 for none."""
        rows = self._db.execute(
            "SELECT id FROM playlist_entry WHERE playlist = ? AND position < ? ORDER BY position DESC LIMIT 1",
            playlist, position,
        )  # fmt: skip
        return int(rows[0][0]) if rows else 0

    def merge(self, old: int, new: int) -> None:
        """The public ids `old` and `new` are the same track: playlists that have the one have the other. Raises
        StoreError."""
        self._db.execute("UPDATE playlist_entry SET id = ? WHERE id = ?", new, old)

    def _touch(self, playlist: int) -> None:
        self._db.execute("UPDATE playlist SET changed_ns = ? WHERE id = ?", self._now_ns(), playlist)
