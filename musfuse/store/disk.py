"""A KvStore in diskcache, for what can be made again: no eviction, raw bytes only."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from musfuse.errors import StoreError
from musfuse.store.kv import KvNamespace


def _open_cache(path: Path) -> Any:
    import diskcache

    class RawDisk(diskcache.Disk):  # type: ignore[misc]
        """Refuses pickles: a tampered cache must not run code."""

        def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:
            if not isinstance(value, bytes):
                raise TypeError("values are bytes")
            return super().store(value, read, key)

        def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
            if mode not in (1, 2):  # MODE_RAW, MODE_BINARY
                raise ValueError("the cache holds a value that is not raw bytes")
            return super().fetch(mode, filename, value, read)

    return diskcache.Cache(str(path), disk=RawDisk, eviction_policy="none", cull_limit=0, size_limit=1 << 62)


class DiskKv:
    """One diskcache folder; opened when first used, because importing diskcache takes longer than mounting may."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._opened: Any = None

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        """The value, or None; a value that is not raw bytes is dropped."""
        try:
            value = self._cache().get(f"{namespace}:{key}")
        except ValueError:
            self.delete(namespace, key)
            return None
        except (OSError, sqlite3.Error) as error:
            raise self._failure(error) from error
        return None if value is None else bytes(value)

    def put(self, namespace: KvNamespace, key: str, value: bytes) -> None:
        """Set the value."""
        try:
            self._cache().set(f"{namespace}:{key}", bytes(value), retry=True)
        except (OSError, sqlite3.Error) as error:
            raise self._failure(error) from error

    def delete(self, namespace: KvNamespace, key: str) -> bool:
        """Remove the value; whether there was one."""
        try:
            return bool(self._cache().delete(f"{namespace}:{key}", retry=True))
        except (OSError, sqlite3.Error) as error:
            raise self._failure(error) from error

    def scan(self, namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in order."""
        start = f"{namespace}:"
        for key in self._cache().iterkeys():
            if isinstance(key, str) and key.startswith(start + prefix):
                yield key[len(start) :]

    @contextmanager
    def transaction(self, namespace: KvNamespace) -> Iterator["DiskKv"]:
        """This store in one transaction of the cache."""
        del namespace
        with self._cache().transact(retry=True):
            yield self

    def close(self) -> None:
        """Close the cache where it was opened."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _cache(self) -> Any:
        with self._lock:
            if self._opened is None:
                try:
                    self._opened = _open_cache(self._path)
                except (OSError, sqlite3.Error) as error:
                    raise self._failure(error) from error
            return self._opened

    def _failure(self, error: Exception) -> StoreError:
        return StoreError(f"{self._path}: {error}; this cache can be deleted, it is made again")
