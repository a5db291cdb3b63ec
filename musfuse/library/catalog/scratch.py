"""A catalog for trial: a part of another one, copied into a database that nobody else sees and that leaves nothing."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from musfuse.library.catalog.database import Database

_SCHEMA = """
PRAGMA foreign_keys = OFF;
-- Rows of `track` and `node` that were copied; albums, compilations and folders whose tracks were written since.
CREATE TABLE copied (source TEXT, id INTEGER, PRIMARY KEY (source, id)) WITHOUT ROWID;
CREATE TABLE touched (kind TEXT, key TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TRIGGER track_touched AFTER UPDATE ON track BEGIN
    INSERT OR IGNORE INTO touched VALUES ('album', old.album_key), ('album', new.album_key),
        ('compilation', old.compilation_key), ('compilation', new.compilation_key);
    INSERT OR IGNORE INTO touched SELECT 'dir', old.dir_key WHERE old.dir_key IS NOT NULL;
    INSERT OR IGNORE INTO touched SELECT 'dir', new.dir_key WHERE new.dir_key IS NOT NULL;
END;
"""


_WITH_TRACKS = {
    "file": "SELECT DISTINCT f.* FROM track JOIN file f ON f.id = track.file",
    "folder": ("SELECT DISTINCT d.* FROM track JOIN file f ON f.id = track.file JOIN folder d ON d.id = f.folder"),
}


class Scratch(Database):
    """Made of rows of `original`, which is only read. What memory does not hold lies in a file without a name."""

    def __init__(self, original: Database) -> None:
        super().__init__(original.path, 1)
        self._writer.executescript(_SCHEMA)
        with original.read() as real:
            rows = real.execute("SELECT * FROM source").fetchall()
        self._insert("source", rows)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The one connection that there is."""
        with self.write() as db:
            yield db

    def copy(self, real: sqlite3.Connection, table: str, condition: str, values: tuple[object, ...]) -> None:
        """Copy rows of `track` (with their files) or `node` for which a condition holds."""
        rows = real.execute(f"SELECT * FROM {table} WHERE {condition}", values).fetchall()
        self._insert(table, rows)
        with self.write() as db:
            db.executemany("INSERT OR IGNORE INTO copied VALUES (?, ?)", [(table, row[0]) for row in rows])
        if table == "track" and rows:
            for name, select in _WITH_TRACKS.items():
                self._insert(name, real.execute(f"{select} WHERE {condition}", values).fetchall())

    def lacks(self, real: sqlite3.Connection, table: str, condition: str, values: tuple[object, ...]) -> bool:
        """Whether a row of `track` or `node` for which a condition holds was not copied."""
        with self.write() as db:
            return any(
                db.execute("SELECT 1 FROM copied WHERE source = ? AND id = ?", (table, row[0])).fetchone() is None
                for row in real.execute(f"SELECT id FROM {table} WHERE {condition}", values)
            )

    def touched(self) -> set[tuple[str, str]]:
        """(kind, key) of all that tracks which were written belong to, or belonged to."""
        with self.write() as db:
            return {(kind, key) for kind, key in db.execute("SELECT kind, key FROM touched") if key or kind == "dir"}

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with self.write() as db:
                db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect("", check_same_thread=False, isolation_level=None)
