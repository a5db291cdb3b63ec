"""One connection behind a lock to a database of tables that cannot be made again: WAL, `synchronous=FULL`."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from musfuse.store.opening import NotWritableError, failure, opening_failure, reading_uri

_MEND = "`musfuse library repair` puts its last backup in its place"


class SqliteTables:
    """For databases that are small and written rarely, from many threads. What is done is durable when it returns.

    `script` makes tables where they are missing; `foreign_keys`: rows go with those that they belong to. Raises
    StoreError, NotWritableError where nothing can be written there."""

    def __init__(self, path: Path, *, read_only: bool = False, script: str = "", foreign_keys: bool = False) -> None:
        self._lock = threading.RLock()
        self._path = path
        try:
            self._db = sqlite3.connect(
                reading_uri(path) if read_only else path,
                check_same_thread=False, isolation_level=None, timeout=60, uri=read_only,
            )  # fmt: skip
            try:
                self._prepare(read_only, script, foreign_keys)
            except BaseException:
                self._db.close()  # where it is open it cannot be set aside on Windows
                raise
        except sqlite3.Error as error:
            raise opening_failure(path, error, _MEND) from error

    @classmethod
    def for_reading(cls, path: Path) -> Self:
        """A database that will not be written, which may lie where nothing can be. Raises StoreError."""
        try:
            return cls(path)
        except NotWritableError:
            return cls(path, read_only=True)

    @classmethod
    def temporary(cls, script: str = "") -> Self:
        """A database that nobody else sees and that is gone once it is closed, also after a kill."""
        made = cls.__new__(cls)
        made._lock, made._path = threading.RLock(), Path("a temporary database")
        made._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)  # a file without a name
        if script:
            made._db.execute(script)
        return made

    @contextmanager
    def in_transaction(self) -> Iterator[None]:
        """What is done in the block takes effect together at its end, or not at all when it raises; within another such
        block, at the end of that."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """A statement; its rows."""
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise failure(self._path, error) from error

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """A statement, once for each row of values."""
        with self._lock:
            try:
                self._db.executemany(sql, rows)
            except sqlite3.Error as error:
                raise failure(self._path, error) from error

    def run_script(self, script: str) -> None:
        """Statements that make tables, in one transaction of their own."""
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
        """Close it."""
        with self._lock:
            self._db.close()

    def _prepare(self, read_only: bool, script: str, foreign_keys: bool) -> None:
        if foreign_keys:
            self._db.execute("PRAGMA foreign_keys=ON")
        if read_only:
            return
        keep_temporary_files_in(Path(self._path).parent, self._db)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        if script:
            self._db.execute(script)


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
