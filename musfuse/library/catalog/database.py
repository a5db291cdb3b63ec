"""SQLite in WAL mode: one writer at a time, many readers.

Lock order: the writer's lock is taken before SQLite's own; no origin is touched under it.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from musfuse.errors import StoreError, plainly
from musfuse.library.catalog.gone import Gone
from musfuse.library.catalog.readers import Readers
from musfuse.store import Complaint, keep_temporary_files_in
from musfuse.store.opening import NotWritableError, failure, opening_failure, reading_uri

log = logging.getLogger(__name__)

SCHEMA_VERSION = 19
"""Of schema.sql. A catalog of an older one is made anew by the next scan."""
_PRAGMAS = ("synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=20000", "cache_size=-4096")


class Database:
    """Opens a database file; hands out connections, `readers` at most for queries. `renew`: its owner opens it, and one
    of an older version gives way to an empty one."""

    def __init__(self, path: Path, readers: int = 16, *, read_only: bool = False, renew: bool = False) -> None:
        self.path, self._uri = path, ""
        self._write_lock = threading.RLock()
        self._readers = Readers(path, readers, self._connect)
        self.commits = 0
        """How often something was written here since the database was opened."""
        self.gone = Gone()
        self._complaint = Complaint("sizes are found out each time they are asked for, and all that is shown stands")
        try:
            self._uri = reading_uri(path) if read_only else ""
            self._writer = self._connect()
            try:
                self._set_up(read_only, renew)
            except BaseException:
                self._writer.close()  # where it is open it cannot be set aside on Windows
                raise
        except sqlite3.Error as error:
            raise opening_failure(path, error, "`musfuse scan` or `mount` sets it aside and makes it again") from error

    @classmethod
    def for_reading(cls, path: Path) -> "Database":
        """A database that will not be written, which may lie where nothing can be. Raises StoreError."""
        try:
            return cls(path)
        except NotWritableError:
            return cls(path, read_only=True)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The writer's connection in one transaction, committed at the end or rolled back on an error."""
        with self._write_lock:
            if self._writer.in_transaction:
                yield self._writer
                return
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
                self.commits += 1
            except BaseException as error:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise failure(self.path, error) from error
                raise

    @contextmanager
    def note(self) -> Iterator[sqlite3.Connection]:
        """As `write`, for what can be found out again: where it cannot be written, that is said once in the log, and
        the note is lost."""
        try:
            with self.write() as db:
                yield db
        except StoreError as error:
            self._complaint.failed(error)
        else:
            self._complaint.worked()

    @property
    def problem(self) -> str:
        """Why notes are lost now, '' where they are kept."""
        return self._complaint.problem

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for queries; lent to one thread at a time."""
        with self._readers.lend() as connection:
            yield connection

    def meta(self, key: str) -> str | None:
        """A value of the meta table."""
        with self.read() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Set a value of the meta table."""
        with self.write() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def vacuum(self, shrink: Callable[[sqlite3.Connection], None]) -> None:
        """Have `shrink` make the database smaller; nobody writes meanwhile, and readers go on. Raises StoreError."""
        with self._write_lock:
            try:
                shrink(self._writer)
            except sqlite3.Error as error:
                raise failure(self.path, error) from error

    def close(self) -> None:
        """Flush the WAL into the database and close all connections."""
        self._readers.close()
        with self._write_lock:
            self._writer.close()

    def _set_up(self, read_only: bool, renew: bool) -> None:
        if renew and 0 < self._version() < SCHEMA_VERSION:
            log.warning("%s: made by an older musfuse; it is made anew, which takes a scan", self.path)
            self._writer.close()
            _remove(self.path)
            self._writer = self._connect()
        keep_temporary_files_in(self.path.parent, self._writer)
        if not read_only and self._writer.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            self._writer.execute("PRAGMA journal_mode=WAL")
        self._make_tables()
        if renew:  # by its owner, who shows its nodes to somebody
            self.gone.watch(self._writer)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._uri or self.path, check_same_thread=False, isolation_level=None, timeout=20, uri=bool(self._uri)
        )
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _version(self) -> int:
        return int(self._writer.execute("PRAGMA user_version").fetchone()[0])

    def _make_tables(self) -> None:
        version = self._version()
        if version == 0:
            script = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
            self._writer.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version={SCHEMA_VERSION};\nCOMMIT;")
        elif version != SCHEMA_VERSION:
            newer = version > SCHEMA_VERSION
            advice = "update musfuse" if newer else "`musfuse scan` or `musfuse mount` makes it anew"
            raise StoreError(
                f"{self.path}: made by {'a newer' if newer else 'an older'} musfuse (schema {version}, known is"
                f" {SCHEMA_VERSION}); {advice}"
            )


def _remove(path: Path) -> None:
    """Remove a database. It goes last, so that after a kill there is the old one, to be removed again, or none: never
    its log alone, which another database under this name would take for its own. The log's index goes first: it is
    made anew of the log. Raises StoreError."""
    try:
        for end in ("-shm", "-wal", ""):
            path.with_name(path.name + end).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: made by an older musfuse, and cannot be made anew: {plainly(error)}") from error
