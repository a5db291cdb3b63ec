"""A KvStore over another: what is written stays in the upper one, what was never written is read from the lower one."""

import heapq
import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from musfuse.store.kv import KvNamespace, KvStore

_HERE, _GONE = b"+", b"-"


class LayeredKv:
    """Changes that are made for trial: nothing is ever written to `lower`."""

    def __init__(self, upper: KvStore, lower: KvStore) -> None:
        self._upper, self._lower = upper, lower

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        own = self._upper.get(namespace, key)
        if own is None:
            return self._lower.get(namespace, key)
        return None if own == _GONE else own[1:]

    def put(self, namespace: KvNamespace, key: str, value: bytes) -> None:
        """Set the value in the upper store."""
        self._upper.put(namespace, key, _HERE + value)

    def delete(self, namespace: KvNamespace, key: str) -> bool:
        """Hide the value; whether there was one."""
        found = self.get(namespace, key) is not None
        self._upper.put(namespace, key, _GONE)
        return found

    def scan(self, namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        both = heapq.merge(self._upper.scan(namespace, prefix), self._lower.scan(namespace, prefix))
        return (key for key, _ in itertools.groupby(both) if self._upper.get(namespace, key) != _GONE)

    @contextmanager
    def transaction(self, namespace: KvNamespace) -> Iterator["LayeredKv"]:
        """This store, in one transaction of the upper one."""
        with self._upper.transaction(namespace):
            yield self

    def close(self) -> None:
        """Close the upper store; the lower one is its owner's."""
        self._upper.close()
