"""Playlists of users other than the library's owner; and what user.db does not say of the owner's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.server.tables.database import ServerDatabase

_COLUMNS = "id, user, name, comment, shared, created_ns, changed_ns"
_PAGE = 500


@dataclass(frozen=True, slots=True)
class PlaylistRow:
    """A playlist of a user; times are in ns since 1970."""

    id: int
    user: int
    name: str
    comment: str
    shared: bool
    created_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a playlist of the owner, beside what user.db says."""

    comment: str = ""
    shared: bool = False


class PlaylistTable:
    """Queries and updates over playlist, playlist_entry and library_playlist. May be used from many threads; raises
    StoreError."""

    def __init__(self, database: ServerDatabase) -> None:
        self.database = database

    def seen_by(self, user: int) -> list[PlaylistRow]:
        """The playlists of a user, and those that others share, as they were made."""
        return [_row(row) for row in self._rows("user = ? OR shared = 1 ORDER BY id", user)]

    def of(self, number: int) -> PlaylistRow | None:
        """The playlist of a number."""
        return next((_row(row) for row in self._rows("id = ?", number)), None)

    def count(self, user: int) -> int:
        """How many playlists a user has."""
        ((count,),) = self.database.execute("SELECT count(*) FROM playlist WHERE user = ?", user)
        return int(count)

    def add(self, user: int, name: str, now_ns: int) -> int:
        """Keep a new, empty playlist; its number."""
        ((number,),) = self.database.execute(
            "INSERT INTO playlist (user, name, comment, shared, created_ns, changed_ns) VALUES (?1, ?2, '', 0, ?3, ?3)"
            " RETURNING id",
            user, name, now_ns,
        )  # fmt: skip
        return int(number)

    def describe(self, number: int, told: tuple[str, str, bool], now_ns: int) -> None:
        """Give a playlist another name and comment, and have it shared or not."""
        name, comment, shared = told
        self.database.execute(
            "UPDATE playlist SET name = ?, comment = ?, shared = ?, changed_ns = ? WHERE id = ?",
            name, comment, int(shared), now_ns, number,
        )  # fmt: skip

    def remove(self, number: int) -> None:
        """Forget a playlist."""
        self.database.execute("DELETE FROM playlist WHERE id = ?", number)

    def tracks(self, number: int) -> Iterator[int]:
        """The public ids of a playlist's tracks in order; read in pages."""
        after = -1
        while True:
            rows = self.database.execute(
                "SELECT position, id FROM playlist_entry WHERE playlist = ? AND position > ? ORDER BY position LIMIT ?",
                number, after, _PAGE,
            )  # fmt: skip
            yield from (track for _, track in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def length(self, number: int) -> int:
        """How many tracks a playlist has."""
        ((count,),) = self.database.execute("SELECT count(*) FROM playlist_entry WHERE playlist = ?", number)
        return int(count)

    def fill(self, number: int, tracks: Sequence[int], now_ns: int) -> None:
        """Have a playlist have these tracks, and no others."""
        with self.database.transaction():
            self.database.execute("DELETE FROM playlist_entry WHERE playlist = ?", number)
            rows = ((number, position, track) for position, track in enumerate(tracks))
            self.database.execute_many("INSERT INTO playlist_entry VALUES (?, ?, ?)", rows)
            self.database.execute("UPDATE playlist SET changed_ns = ? WHERE id = ?", now_ns, number)

    def said(self) -> dict[int, tuple[int, Said]]:
        """What is said of the owner's playlists, by their numbers in user.db, each with when the playlist was made."""
        rows = self.database.execute("SELECT id, created_ns, comment, shared FROM library_playlist")
        return {number: (created, Said(comment, bool(shared))) for number, created, comment, shared in rows}

    def say(self, number: int, created_ns: int, said: Said) -> None:
        """Say something of a playlist of the owner, made at a time."""
        self.database.execute(
            "INSERT OR REPLACE INTO library_playlist (id, created_ns, comment, shared) VALUES (?, ?, ?, ?)",
            number, created_ns, said.comment, int(said.shared),
        )  # fmt: skip

    def unsay(self, number: int) -> None:
        """Forget what was said of a playlist of the owner."""
        self.database.execute("DELETE FROM library_playlist WHERE id = ?", number)

    def merge(self, old: int, new: int) -> None:
        """The tracks `old` and `new` are the same."""
        if self.database.execute("SELECT 1 FROM playlist_entry WHERE id = ? LIMIT 1", old):
            self.database.execute("UPDATE playlist_entry SET id = ? WHERE id = ?", new, old)

    def _rows(self, condition: str, *values: object) -> list[tuple[Any, ...]]:
        return self.database.execute(f"SELECT {_COLUMNS} FROM playlist WHERE {condition}", *values)


def _row(row: tuple[Any, ...]) -> PlaylistRow:
    number, user, name, comment, shared, created_ns, changed_ns = row
    return PlaylistRow(number, user, name, comment, bool(shared), created_ns, changed_ns)
