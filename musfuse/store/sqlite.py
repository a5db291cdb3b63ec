"""A KvStore in SQLite with `synchronous=FULL`, for what cannot be made again."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from musfuse.store.kv import KvNamespace, known_key, stored_key
from musfuse.store.opening import NotWritableError, failure, opening_failure, reading_uri

# kv: one row a value. Owner: this module. `key` is compared as bytes (BINARY), so a prefix is a range.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS kv (
    namespace TEXT NOT NULL,
    key       TEXT NOT NULL,
    value     BLOB NOT NULL,
    PRIMARY KEY (namespace, key)
) WITHOUT ROWID
"""

_PAGE = 1000


class SqliteKv:
    """One connection behind a lock: these namespaces are small and written rarely."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._lock = threading.RLock()
        self._path = path
        try:
            self._db = sqlite3.connect(
                reading_uri(path) if read_only else path,
                check_same_thread=False, isolation_level=None, timeout=60, uri=read_only,
            )  # fmt: skip
            try:
                if not read_only:
                    keep_temporary_files_in(Path(path).parent, self._db)
                    self._db.execute("PRAGMA journal_mode=WAL")
                    self._db.execute("PRAGMA synchronous=FULL")
                    self._db.execute(_SCHEMA)
            except BaseException:
                self._db.close()  # where it is open it cannot be set aside on Windows
                raise
        except sqlite3.Error as error:
            raise opening_failure(path, error, "`musfuse library repair` puts its last backup in its place") from error

    @classmethod
    def for_reading(cls, path: Path) -> "SqliteKv":
        """A store that will not be written, which may lie where nothing can be. Raises StoreError."""
        try:
            return cls(path)
        except NotWritableError:
            return cls(path, read_only=True)

    @classmethod
    def temporary(cls) -> "SqliteKv":
        """A store that nobody else sees and that is gone once it is closed, also after a kill."""
        store = cls.__new__(cls)
        store._lock, store._path = threading.RLock(), Path("a temporary database")
        store._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)  # a file without a name
        store._db.execute(_SCHEMA)
        return store

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        rows = self._run("SELECT value FROM kv WHERE namespace = ? AND key = ?", namespace, stored_key(key))
        return bytes(rows[0][0]) if rows else None

    def put(self, namespace: KvNamespace, key: str, value: bytes) -> None:
        """Set the value; durable when this returns."""
        self._run("INSERT OR REPLACE INTO kv VALUES (?, ?, ?)", namespace, stored_key(key), value)

    def delete(self, namespace: KvNamespace, key: str) -> bool:
        return bool(self._run("DELETE FROM kv WHERE namespace = ? AND key = ? RETURNING 1", namespace, stored_key(key)))

    def scan(self, namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in order; read in pages, so that no namespace is held whole."""
        prefix = stored_key(prefix)
        after, first = prefix, True
        while True:
            rows = self._run(
                f"SELECT key FROM kv WHERE namespace = ? AND key {'>=' if first else '>'} ? AND key < ?"
                " AND substr(key, 1, ?) = ? ORDER BY key LIMIT ?",
                namespace, after, prefix + "\U0010ffff", len(prefix), prefix, _PAGE,
            )  # fmt: skip
            yield from (known_key(row[0]) for row in rows)
            if len(rows) < _PAGE:
                return
            after, first = rows[-1][0], False

    @contextmanager
    def transaction(self, namespace: KvNamespace) -> Iterator["SqliteKv"]:
        """This store in one transaction of the database."""
        del namespace
        with self._lock:
            if self._db.in_transaction:
                yield self
                return
            self._run("BEGIN IMMEDIATE")
            try:
                yield self
                self._run("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """A statement over tables that lie beside the values; its rows."""
        return self._run(sql, *values)

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """A statement over such tables, once for each row of values."""
        with self._lock:
            try:
                self._db.executemany(sql, rows)
            except sqlite3.Error as error:
                raise failure(self._path, error) from error

    def run_script(self, script: str) -> None:
        """Statements that make such tables, in one transaction of their own."""
        with self._lock:
            try:
                self._db.executescript(f"BEGIN IMMEDIATE;\n{script}\nCOMMIT;")
            except sqlite3.Error as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise failure(self._path, error) from error

    def vacuum(self, shrink: Callable[[sqlite3.Connection], None]) -> None:
        """Have `shrink` make the database smaller; nobody else uses it meanwhile. Raises StoreError."""
        with self._lock:
            try:
                shrink(self._db)
            except sqlite3.Error as error:
                raise failure(self._path, error) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise failure(self._path, error) from error


def keep_temporary_files_in(folder: Path, db: sqlite3.Connection) -> None:
    """Have SQLite spill what large statements need into `folder`, for all databases of this process.

    Elsewhere it would be the system's folder for temporary files, often small and in memory, and filled by others. Held
    in memory (`temp_store`), the old pages of a statement that changes every track would be as large as the catalog.
    Where the folder cannot be written, or this SQLite was built without the pragma, it stays as it was.
    """
    with suppress(sqlite3.Error, UnicodeError):
        known = db.execute("PRAGMA temp_store_directory").fetchone()
        if known != (str(folder),):  # no other thread may open a file while it is set
            db.execute(f"PRAGMA temp_store_directory = '{str(folder).replace(chr(39), chr(39) * 2)}'")
