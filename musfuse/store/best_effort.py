"""A KvStore for what can be made again, which goes on where its backend cannot: on a full or failing disk."""

import heapq
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from musfuse.errors import StoreError
from musfuse.store.complaint import Complaint
from musfuse.store.kv import KvNamespace, KvStore

_HELD_BYTES = 16 << 20
_OVERHEAD = 256

_Place = tuple[KvNamespace, str]


class BestEffortKv:
    """What the backend does not take is held in memory, some MiB of it, and given to the backend when that takes values
    again. What it cannot give is not there. Only a transaction and a scan of keys raise StoreError.

    Lock order: `_writing`, then `_lock`, which is innermost.
    """

    def __init__(self, store: KvStore) -> None:
        self._store = store
        self._complaint = Complaint("what it would keep is made again when it is needed")
        self._writing, self._lock = threading.Lock(), threading.Lock()
        # Values that wait for the backend, None for one to delete; no Lru, because they are given to it in the order in
        # which they were written, and reading one must not change its turn.
        self._held: OrderedDict[_Place, bytes | None] = OrderedDict()
        self._bytes = 0

    @property
    def problem(self) -> str:
        """Why nothing is kept now, '' where all is."""
        return self._complaint.problem

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        with self._lock:
            if (namespace, key) in self._held:
                return self._held[namespace, key]
        try:
            found = self._store.get(namespace, key)
        except StoreError as error:
            self._complaint.failed(error)
            return None
        if not self._held:
            self._complaint.worked()
        return found

    def put(self, namespace: KvNamespace, key: str, value: bytes) -> None:
        with self._writing:
            if self._write((namespace, key), bytes(value)):
                self._give_back()

    def delete(self, namespace: KvNamespace, key: str) -> bool:
        found = self.get(namespace, key) is not None
        with self._writing:
            if self._write((namespace, key), None):
                self._give_back()
        return found

    def scan(self, namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in order. Raises StoreError: half of them are not the keys."""
        with self._lock:
            held = {k: value for (n, k), value in self._held.items() if n == namespace and k.startswith(prefix)}
        here = sorted(key for key, value in held.items() if value is not None)
        return heapq.merge(here, (key for key in self._store.scan(namespace, prefix) if key not in held))

    def settle(self) -> None:
        """Give the backend what it takes now."""
        with self._writing:
            self._give_back()

    @contextmanager
    def transaction(self, namespace: KvNamespace) -> Iterator[KvStore]:
        """A transaction of the backend, without what is held in memory. Raises StoreError."""
        with self._writing:
            self._give_back()
            with self._store.transaction(namespace) as view:
                yield view

    def close(self) -> None:
        """Give the backend what it takes now, and close it."""
        self.settle()
        self._store.close()

    def _write(self, place: _Place, value: bytes | None) -> bool:
        """Whether the backend took it; else it is held."""
        try:
            if value is None:
                self._store.delete(*place)
            else:
                self._store.put(*place, value)
        except StoreError as error:
            self._complaint.failed(error)
            self._hold(place, value)
            return False
        self._complaint.worked()
        with self._lock:
            self._drop(place)
        return True

    def _give_back(self) -> None:
        while self._held:
            place, value = next(iter(self._held.items()))
            if not self._write(place, value):
                return

    def _hold(self, place: _Place, value: bytes | None) -> None:
        with self._lock:
            self._drop(place)
            self._held[place] = value
            self._bytes += _OVERHEAD + len(value or b"")
            while self._bytes > _HELD_BYTES:
                self._drop(next(iter(self._held)))

    def _drop(self, place: _Place) -> None:
        if place in self._held:
            self._bytes -= _OVERHEAD + len(self._held.pop(place) or b"")
