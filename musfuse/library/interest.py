"""Interest: the folders of the drive that somebody looks at while a scan runs, as the source folders behind them.

A listing only notes a number; the thread that scans finds out what lies behind it. Lock order: `_lock` is the last one;
nothing is called, and no catalog is read, while it is held.
"""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from musfuse.library.catalog import Nodes, SourceRow
from musfuse.lru import Lru

_SEEN, _LOOKED, _FOLDERS = 1024, 64, 512


class Listed(Protocol):
    """A folder that is listed: its inode number, and when its entries changed last."""

    @property
    def id(self) -> int:
        """Its inode number. Folders that are not in the catalog's tree have numbers that lead nowhere."""

    @property
    def mtime_ns(self) -> int:
        """When its entries changed last, in ns since 1970."""

    @property
    def parent(self) -> int:
        """The number of its folder, 0 for the root."""


class Interest:
    """`listed` and `want` may be called from many threads, all else from the one that scans. Where more is looked at
    than is kept, what was looked at last counts."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self.scanning = False
        self._lock = threading.Lock()
        self._seen: Lru[int, int] = Lru(_SEEN)
        self._looked: deque[int] = deque(maxlen=_LOOKED)
        self._folders: dict[str, Lru[str, None]] = {}

    @contextmanager
    def during_scan(self) -> Iterator[None]:
        """A scan runs: what is listed counts until it ends, however it ends."""
        self.scanning = True
        try:
            yield
        finally:
            with self._lock:
                self.scanning = False
                self._seen.clear()
                self._looked.clear()
                self._folders.clear()

    def listed(self, node: Listed) -> None:
        """Somebody lists a folder of the drive: noted once, and again when its entries changed. Behind the root lies
        everything, so it tells nothing."""
        if not self.scanning or not node.parent:
            return
        with self._lock:
            if not self.scanning or self._seen.peek(node.id) == node.mtime_ns:
                return
            self._seen.put(node.id, node.mtime_ns)
            self._looked.append(node.id)

    def want(self, uid: str, folder: str) -> None:
        """Have a folder of a source scanned soon."""
        with self._lock:
            if not self.scanning:
                return
            self._folders.setdefault(uid, Lru(_FOLDERS)).put(folder, None)

    def take(self, uid: str) -> Sequence[str]:
        """The folders of a source that are wanted since this was asked last; the most wanted one comes last."""
        if not self._looked and uid not in self._folders:  # without the lock: what comes now counts the next time
            return ()
        self._find_out()
        with self._lock:
            return tuple(self._folders.pop(uid, ()))

    def first_of(self, sources: Sequence[SourceRow]) -> SourceRow:
        """The source to be scanned next: the first of which something is wanted, else the first."""
        self._find_out()
        with self._lock:
            return next((row for row in sources if row.uid in self._folders), sources[0])

    def _find_out(self) -> None:
        """Note the source folders behind what was looked at."""
        with self._lock:
            looked = list(self._looked)
            self._looked.clear()
        for node in looked:
            for uid, folder in reversed(self._nodes.folders_behind(node)):
                self.want(uid, folder)
