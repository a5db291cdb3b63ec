"""A bounded pool of open files, keyed by path and version, so that an open reader outlives a replaced original.

Lock order: the pool's lock is innermost and is never held while a file is opened, read or closed.
"""

import os
import threading
import time
from collections.abc import Callable

from musfuse.lru import Lru
from musfuse.model import Stamp

Key = tuple[str, Stamp | None]


class OpenFile:
    """A descriptor; `facts` are what the system said of its file when it was opened, or `known` last to be the version
    in its key."""

    __slots__ = ("facts", "fd", "known", "last_used", "retired", "users")

    def __init__(self, fd: int) -> None:
        self.fd, self.users, self.retired, self.known, self.last_used = fd, 0, False, False, 0.0
        self.facts = os.fstat(fd)


class FilePool:
    """Least recently used files beyond `limit` are closed, and those that nobody used for `idle_seconds`, so that a
    disk can be ejected. A file in use is closed when its last use ends."""

    def __init__(self, limit: int, idle_seconds: float = 10.0) -> None:
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._open: Lru[Key, OpenFile] = Lru(limit)
        self._timer: threading.Timer | None = None

    def use(self, key: Key, opener: Callable[[], int], call: Callable[[OpenFile], bytes]) -> bytes:
        """Run `call` on the file for `key`, opened by `opener` where the pool has none."""
        entry = self._take(key)
        if entry is None:
            entry = self._add(key, opener())
        try:
            return call(entry)
        finally:
            self._give_back(entry)

    def forget(self, key: Key) -> None:
        """Drop a file that turned out to be another version."""
        with self._lock:
            entry = self._open.pop(key)
            close = entry is not None and self._retire(entry)
        if entry is not None and close:
            os.close(entry.fd)

    def close_idle(self) -> None:
        """Close what nobody used for a while."""
        before = time.monotonic() - self._idle_seconds
        doomed = []
        with self._lock:
            for key, entry in self._open.items():  # the least recently used first
                if entry.last_used > before:
                    break
                if not entry.users:
                    self._open.pop(key)
                    doomed.append(entry.fd)
        for fd in doomed:
            os.close(fd)

    def close(self) -> None:
        """Close everything that is not in use; the rest follows when its use ends."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        self.let_go()

    def let_go(self) -> None:
        """As `close`, of a pool that will soon be used again."""
        with self._lock:
            doomed = [entry.fd for _, entry in self._open.items() if self._retire(entry)]
            self._open.clear()
        for fd in doomed:
            os.close(fd)

    def __len__(self) -> int:
        return len(self._open)

    def _take(self, key: Key) -> OpenFile | None:
        with self._lock:
            entry = self._open.get(key)
            if entry is not None:
                self._begin_use(entry)
            return entry

    def _add(self, key: Key, fd: int) -> OpenFile:
        doomed = []
        try:
            made = OpenFile(fd)
        except OSError:
            os.close(fd)
            raise
        with self._lock:
            entry = self._open.get(key)
            if entry is not None:  # another thread opened it meanwhile
                doomed.append(fd)
            else:
                entry = made
                doomed += [old.fd for _, old in self._open.put(key, made) if self._retire(old)]
            self._begin_use(entry)
        for old in doomed:
            os.close(old)
        return entry

    def _begin_use(self, entry: OpenFile) -> None:
        entry.users += 1
        entry.last_used = time.monotonic()
        if self._timer is None:
            self._start_timer()

    def _start_timer(self) -> None:
        timer = threading.Timer(self._idle_seconds, self._on_timer)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # no thread can be had just now; the next use tries again
            return
        self._timer = timer

    def _on_timer(self) -> None:
        self.close_idle()
        with self._lock:
            if self._timer is threading.current_thread():  # else the pool was closed
                self._timer = None
                if self._open:
                    self._start_timer()

    def _give_back(self, entry: OpenFile) -> None:
        with self._lock:
            entry.users -= 1
            close = entry.retired and entry.users == 0
        if close:
            os.close(entry.fd)

    @staticmethod
    def _retire(entry: OpenFile) -> bool:
        """Mark as out of the pool; True where the caller is to close it now."""
        entry.retired = True
        return entry.users == 0
