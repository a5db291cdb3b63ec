"""A bounded pool of open files, keyed by path and version, so that an open reader outlives a replaced original.

Lock order: the pool's lock is innermost and is never held while a file is opened, read or closed.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable

from musfuse.model import Stamp

Key = tuple[str, Stamp | None]


class _Open:
    __slots__ = ("fd", "number", "retired", "users")

    def __init__(self, fd: int) -> None:
        self.fd, self.users, self.retired = fd, 0, False
        self.number = os.fstat(fd).st_ino


class FilePool:
    """Least recently used files beyond `limit` are closed; a file in use is closed when its last use ends."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._open: OrderedDict[Key, _Open] = OrderedDict()

    def use(self, key: Key, opener: Callable[[], int], call: Callable[[int], bytes]) -> bytes:
        """Run `call` on the descriptor for `key`, opened by `opener` where the pool has none."""
        entry = self._take(key)
        if entry is None:
            entry = self._add(key, opener())
        try:
            return call(entry.fd)
        finally:
            self._give_back(entry)

    def expect(self, key: Key, number: int) -> None:
        """Drop a file that is open where another, of the same version by size and mtime, lies now under this number."""
        with self._lock:
            entry = self._open.get(key)
            known = entry is None or entry.number == number
        if not known:
            self.forget(key)

    def forget(self, key: Key) -> None:
        """Drop a file that turned out to be another version."""
        with self._lock:
            entry = self._open.pop(key, None)
            close = entry is not None and self._retire(entry)
        if entry is not None and close:
            os.close(entry.fd)

    def close(self) -> None:
        """Close everything that is not in use; the rest follows when its use ends."""
        with self._lock:
            doomed = [entry.fd for entry in self._open.values() if self._retire(entry)]
            self._open.clear()
        for fd in doomed:
            os.close(fd)

    def __len__(self) -> int:
        return len(self._open)

    def _take(self, key: Key) -> _Open | None:
        with self._lock:
            entry = self._open.get(key)
            if entry is not None:
                entry.users += 1
                self._open.move_to_end(key)
            return entry

    def _add(self, key: Key, fd: int) -> _Open:
        doomed = []
        try:
            made = _Open(fd)
        except OSError:
            os.close(fd)
            raise
        with self._lock:
            entry = self._open.get(key)
            if entry is not None:  # another thread opened it meanwhile
                doomed.append(fd)
            else:
                entry = self._open[key] = made
            entry.users += 1
            while len(self._open) > self._limit:
                _, oldest = self._open.popitem(last=False)
                if self._retire(oldest):
                    doomed.append(oldest.fd)
        for old in doomed:
            os.close(old)
        return entry

    def _give_back(self, entry: _Open) -> None:
        with self._lock:
            entry.users -= 1
            close = entry.retired and entry.users == 0
        if close:
            os.close(entry.fd)

    @staticmethod
    def _retire(entry: _Open) -> bool:
        """Mark as out of the pool; True where the caller is to close it now."""
        entry.retired = True
        return entry.users == 0
