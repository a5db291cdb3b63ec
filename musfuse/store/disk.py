"""A KvStore in diskcache, for what can be made again: no eviction, raw bytes only."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from musfuse.errors import StoreError
from musfuse.store.kv import KvNamespace, known_key, stored_key

_PAGE = 500
_KEYS = "SELECT key FROM Cache WHERE key > ? AND key >= ? AND key < ? AND typeof(key) = 'text' ORDER BY key LIMIT ?"
"""A page of keys of a diskcache, which could be listed from its beginning only otherwise."""

_FIGURES = "SELECT count(*), coalesce(sum(size + coalesce(length(value), 0)), 0) FROM Cache WHERE key >= ? AND key < ?"
"""A value lies in the row, or in a file of its size."""


def _place(namespace: KvNamespace, key: str) -> str:
    return f"{namespace}:{stored_key(key)}"


class _NoBytesError(Exception):
    """The cache holds a value that this program never puts there."""


class _WholeFiles:
    """Of diskcache.Disk: leaves no half of a value behind, which would take a full disk's room for good."""

    def _write(self, full_path: str, *given: Any, **named: Any) -> Any:
        try:
            return super()._write(full_path, *given, **named)  # type: ignore[misc]
        except OSError:
            Path(full_path).unlink(missing_ok=True)
            raise


def _open_cache(path: Path) -> Any:
    import diskcache

    class RawDisk(_WholeFiles, diskcache.Disk):  # type: ignore[misc]
        """Refuses pickles: a tampered cache must not run code."""

        def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:
            if not isinstance(value, bytes):
                raise TypeError("values are bytes")
            return super().store(value, read, key)

        def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
            found = super().fetch(mode, filename, value, read) if mode in (1, 2) else None  # MODE_RAW, MODE_BINARY
            if not isinstance(found, bytes):  # short texts and numbers are raw, too
                raise _NoBytesError
            return found

    class OneConnection(diskcache.Cache):  # type: ignore[misc]
        """All threads use one connection, one at a time: with one each, every thread costs two descriptors or more."""

        _shared: sqlite3.Connection | None = None

        @property
        def _con(self) -> sqlite3.Connection:
            if self._shared is None:
                file = os.path.join(self.directory, diskcache.core.DBNAME)
                self._shared = sqlite3.connect(
                    file, timeout=self.timeout, isolation_level=None, check_same_thread=False
                )
                self._adopt_pragmas(self._shared)
            return self._shared

        def _adopt_pragmas(self, connection: sqlite3.Connection) -> None:
            with suppress(sqlite3.OperationalError):  # a new database has no settings yet
                for key, value in connection.execute("SELECT key, value FROM Settings").fetchall():
                    if key.startswith("sqlite_"):
                        self.reset(key, value, update=False)

        def close(self) -> None:
            connection, self._shared = self._shared, None
            if connection is not None:
                connection.close()

    return OneConnection(str(path), disk=RawDisk, eviction_policy="none", cull_limit=0, size_limit=1 << 62)


class DiskKv:
    """One diskcache folder; opened when first used, because importing diskcache takes longer than mounting may.

    One call at a time uses the cache; its lock is innermost.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._opened: Any = None

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        """The value, or None; a value that is not bytes is dropped."""
        try:
            with self._cache() as cache:
                value = cache.get(_place(namespace, key))
        except _NoBytesError:
            self.delete(namespace, key)
            return None
        return None if value is None else bytes(value)

    def put(self, namespace: KvNamespace, key: str, value: bytes) -> None:
        with self._cache() as cache:
            cache.set(_place(namespace, key), bytes(value))

    def delete(self, namespace: KvNamespace, key: str) -> bool:
        with self._cache() as cache:
            return bool(cache.delete(_place(namespace, key)))

    def scan(self, namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in order; read in pages, so that no namespace is held whole."""
        start, low = f"{namespace}:", _place(namespace, prefix)
        after, high = "", f"{low}\U0010ffff"
        while True:
            with self._cache() as cache:
                rows = cache._con.execute(_KEYS, (after, low, high, _PAGE)).fetchall()
            yield from (known_key(key[len(start) :]) for (key,) in rows if key.startswith(low))
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def figures(self, namespace: KvNamespace) -> tuple[int, int]:
        """How many values there are, and how many bytes they have."""
        with self._cache() as cache:
            (found,) = cache._con.execute(_FIGURES, (f"{namespace}:", f"{namespace}:\U0010ffff")).fetchall()
        return int(found[0]), int(found[1])

    @contextmanager
    def transaction(self, namespace: KvNamespace) -> Iterator["DiskKv"]:
        """This store in one transaction of the cache."""
        del namespace
        with self._cache() as cache:
            changes = cache.transact()
        with self._lock, changes:
            yield self

    def close(self) -> None:
        """Close the cache where it was opened."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    @contextmanager
    def _cache(self) -> Iterator[Any]:
        """The cache, to be used by this thread alone. Raises StoreError where it fails."""
        with self._lock:
            try:
                if self._opened is None:
                    self._opened = _open_cache(self._path)
                yield self._opened
            except _errors() as error:
                self._roll_back()
                reason = str(error) or str(error.__context__)  # a Timeout says nothing itself
                raise StoreError(f"{self._path}: {reason}; this cache can be deleted, it is made again") from error

    def _roll_back(self) -> None:
        """End the transaction that a failed commit leaves open. The connection stays: a full disk may have no room for
        what opening another one takes."""
        connection = self._opened._shared if self._opened is not None else None
        if connection is not None and connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.rollback()


def _errors() -> tuple[type[Exception], ...]:
    """The exceptions that a failing disk makes of a call. diskcache's own `retry` is not used: where the disk cannot be
    written, it would try for ever."""
    import diskcache

    return OSError, sqlite3.Error, diskcache.Timeout
