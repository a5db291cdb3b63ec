"""What is pinned in the table of a chunk cache: files, in whatever version."""

import sqlite3

from musfuse.model import SourceFile
from musfuse.store.chunks.pieces import key_of
from musfuse.store.chunks.sound import one_number, one_row

_PAGE = 256


class Pins:
    """The pins, and the mark at the versions of their files, over the connection of a ChunkTable. All raise
    sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, file: SourceFile) -> bool:
        """Pin a file in whatever version; whether it was not pinned."""
        source, path, _ = key_of(file)
        row = (source, path, file.stamp.size)
        pinned = self._db.execute("INSERT OR IGNORE INTO pin VALUES (?, ?, ?)", row).rowcount > 0
        self._db.execute("UPDATE version SET pinned = 1 WHERE source = ? AND path = ?", (source, path))
        return pinned

    def remove(self, file: SourceFile) -> bool:
        """Let go of a file; whether it was pinned."""
        place = key_of(file)[:2]
        self._db.execute("UPDATE version SET pinned = 0 WHERE source = ? AND path = ?", place)
        return self._db.execute("DELETE FROM pin WHERE source = ? AND path = ?", place).rowcount > 0

    def remove_all(self) -> int:
        """Let go of all files; how many were pinned."""
        self._db.execute("UPDATE version SET pinned = 0 WHERE pinned = 1")
        return self._db.execute("DELETE FROM pin").rowcount

    def has(self, file: SourceFile) -> bool:
        """Whether a file is pinned."""
        return bool(one_number(self._db, "SELECT count(*) FROM pin WHERE source = ? AND path = ?", *key_of(file)[:2]))

    def page(self, after: tuple[str, str]) -> list[tuple[str, str]]:
        """A page of what is pinned, in order: sources, and paths as they are quoted."""
        return self._db.execute(
            "SELECT source, path FROM pin WHERE (source, path) > (?, ?) ORDER BY source, path LIMIT ?", (*after, _PAGE)
        ).fetchall()

    def count(self) -> tuple[int, int]:
        """How many files are pinned, and their bytes."""
        files, size = one_row(self._db, "SELECT count(*), coalesce(sum(size), 0) FROM pin")
        return files, size
