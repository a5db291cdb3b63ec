"""The port for values kept by key: raw bytes in namespaces, never pickled objects."""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol


class KvNamespace(StrEnum):
    """What a value is, which decides the backend it lies in."""

    TRACK = "track"
    """Overlays of tags."""
    HISTORY = "history"
    """Changes of overlays; in the same backend as TRACK, so that one transaction holds both."""
    ARTWORK = "artwork"
    """Pictures found in originals, and what is made of them."""
    CHOSEN_ART = "chosen-art"
    """Pictures that somebody set, which lie nowhere else."""
    INDEX = "index"


class KvStore(Protocol):
    """Keys are text, values bytes. All methods may be called from many threads; they raise StoreError."""

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        """The value, or None."""

    def put(self, namespace: KvNamespace, key: str, value: bytes) -> None:
        """Set the value; it survives a kill of the process once this returns."""

    def delete(self, namespace: KvNamespace, key: str) -> bool:
        """Remove the value; whether there was one."""

    def scan(self, namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in order."""

    def transaction(self, namespace: KvNamespace) -> AbstractContextManager["KvStore"]:
        """A view of the backend of `namespace` whose changes take effect together at the end of the block, or not at
        all when it raises. No other writer comes between; other namespaces of the same backend take part."""

    def close(self) -> None:
        """Write what waits, and close."""


def stored_key(key: str) -> str:
    """A key as a database can hold it, which takes no halves of characters (a name that is no text has them).

    These, and the one character that escapes them, become two characters each: order and prefixes stay as they are.
    """
    return _UNSTORABLE.sub(lambda match: _ESCAPE + chr(ord(match[0]) + _SHIFT), key)


def known_key(stored: str) -> str:
    """The key of which `stored_key` made this."""
    return _ESCAPED.sub(lambda match: chr(ord(match[1]) - _SHIFT), stored)


_ESCAPE, _SHIFT = "\ue000", 0x800
"""The first character behind all halves."""
_UNSTORABLE = re.compile("[\ud800-\ue000]")
_ESCAPED = re.compile("\ue000([\ue000-\ue800])")


class RoutedKv:
    """One store made of a backend for each namespace."""

    def __init__(self, backends: Mapping[KvNamespace, KvStore]) -> None:
        self._backends = dict(backends)

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        return self._backends[namespace].get(namespace, key)

    def put(self, namespace: KvNamespace, key: str, value: bytes) -> None:
        self._backends[namespace].put(namespace, key, value)

    def delete(self, namespace: KvNamespace, key: str) -> bool:
        return self._backends[namespace].delete(namespace, key)

    def scan(self, namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        return self._backends[namespace].scan(namespace, prefix)

    def transaction(self, namespace: KvNamespace) -> AbstractContextManager[KvStore]:
        """A transaction of the namespace's backend."""
        return self._backends[namespace].transaction(namespace)

    def close(self) -> None:
        """Close each backend once."""
        for backend in {id(b): b for b in self._backends.values()}.values():
            backend.close()
