"""A KvStore in memory, for tests and for libraries that keep nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from musfuse.store.kv import KvNamespace


class MemoryKv:
    """Dictionaries behind a lock."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._values: dict[tuple[KvNamespace, str], bytes] = {}

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        with self._lock:
            return self._values.get((namespace, key))

    def put(self, namespace: KvNamespace, key: str, value: bytes) -> None:
        with self._lock:
            self._values[namespace, key] = bytes(value)

    def delete(self, namespace: KvNamespace, key: str) -> bool:
        with self._lock:
            return self._values.pop((namespace, key), None) is not None

    def scan(self, namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        with self._lock:
            return iter(sorted(k for n, k in self._values if n == namespace and k.startswith(prefix)))

    @contextmanager
    def transaction(self, namespace: KvNamespace) -> Iterator["MemoryKv"]:
        """This store, locked; its values are put back when the block raises."""
        del namespace
        with self._lock:
            before = dict(self._values)
            try:
                yield self
            except BaseException:
                self._values = before
                raise

    def close(self) -> None:
        """Nothing is held."""
