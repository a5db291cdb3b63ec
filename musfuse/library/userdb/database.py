"""The database of what somebody said: tables, and the key-value store beside them, on one connection.

Lock order: the store's lock, which `transaction` holds, is taken before any of the catalog.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

from musfuse.errors import StoreError
from musfuse.library.userdb.backups import Backups
from musfuse.store import KvNamespace, SqliteKv
from musfuse.store.opening import NotWritableError

log = logging.getLogger(__name__)

SCHEMA_VERSION = 8
_PAGE = 500
FIRST_TABLES, VIEWS, PLAYS, COLLECTIONS, WEBHOOKS, ARRANGED, COPIES = 2, 3, 4, 5, 6, 7, 8
"""Versions in which tables came; an older database where nothing can be written lacks them."""


class UserDatabase:
    """user.db. One transaction may change tables and values of `kv`."""

    def __init__(self, path: Path, *, read_only: bool = False, kv: SqliteKv | None = None) -> None:
        self.path = path
        self.on_merged: Callable[[int, int], object] = lambda _old, _new: None
        """Told of two public ids that are the same track's, (old, new), by who has changed the tables here for it."""
        self.kv = kv or SqliteKv(path, read_only=read_only)
        try:
            if not read_only:
                self._make_private()
            self.version = self._migrate(read_only)
        except BaseException:
            self.kv.close()
            raise

    @classmethod
    def for_reading(cls, path: Path) -> "UserDatabase":
        """A database that will not be written, which may lie where nothing can be; it lacks the tables where they could
        not be made. Where there is none, it is empty, and none is made. Raises StoreError."""
        if not path.exists():
            return cls(path, kv=SqliteKv.temporary())
        try:
            return cls(path)
        except NotWritableError:
            return cls(path, read_only=True)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done in the block takes effect together at its end, or not at all when it raises."""
        with self.kv.transaction(KvNamespace.TRACK):
            yield

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement; its rows."""
        return self.kv.execute(sql, *values)

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """One statement, once for each row of values."""
        self.kv.execute_many(sql, rows)

    def ids(self, table: str) -> Iterator[int]:
        """The numbers of all rows of a table, which has them as `id`, in order; read in pages."""
        after = -1 << 63
        while rows := self.execute(f"SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT {_PAGE}", after):
            yield from (number for (number,) in rows)
            after = rows[-1][0]

    def close(self) -> None:
        """Flush and close, the store as well."""
        self.kv.close()

    @property
    def has_tables(self) -> bool:
        """Whether the tables of sources and identities are there, and not only the store."""
        return self.version >= FIRST_TABLES

    @property
    def has_views(self) -> bool:
        """Whether the table of views is there."""
        return self.version >= VIEWS

    @property
    def has_plays(self) -> bool:
        """Whether the tables of plays and ratings are there."""
        return self.version >= PLAYS

    @property
    def has_collections(self) -> bool:
        """Whether the tables of collections and playlists are there."""
        return self.version >= COLLECTIONS

    @property
    def has_webhooks(self) -> bool:
        """Whether the table of webhooks is there."""
        return self.version >= WEBHOOKS

    @property
    def has_arrangement(self) -> bool:
        """Whether the tables of what was rearranged in views are there."""
        return self.version >= ARRANGED

    @property
    def has_copies(self) -> bool:
        """Whether the table of tracks that have more than one entry in a view is there."""
        return self.version >= COPIES

    def _make_private(self) -> None:
        """Have nobody else read it: it tells what is listened to. Where the file system knows no owners it stays as it
        is."""
        with suppress(OSError):
            self.path.chmod(0o600)

    def _migrate(self, read_only: bool) -> int:
        version = int(self.execute("PRAGMA user_version")[0][0])
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path}: made by a newer musfuse (schema {version}, known is {SCHEMA_VERSION}); update musfuse"
            )
        if version < SCHEMA_VERSION and not read_only:
            self._back_up(version)
            script = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
            self.kv.run_script(f"{script}\nPRAGMA user_version={SCHEMA_VERSION};")
            return SCHEMA_VERSION
        return version

    def _back_up(self, version: int) -> None:
        """Keep what there is before its tables change. The change is one transaction, so it goes on without."""
        if self._holds_nothing():
            return
        try:
            Backups(self.path).make(f"schema{version}")
        except (StoreError, OSError) as error:
            log.warning("%s: its tables change without a backup: %s", self.path, error)

    def _holds_nothing(self) -> bool:
        """Whether there is nothing to lose: it is new, or a temporary one."""
        if not self.path.exists():
            return True
        tables = self.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        names = (name.replace('"', '""') for (name,) in tables)
        return not any(self.execute(f'SELECT 1 FROM "{name}" LIMIT 1') for name in names)
