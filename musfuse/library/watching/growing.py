"""Which files of a source are still being written.

Where its origin tells that a file was closed, or moved in as a whole, that counts. Else a file is whole once its stamp
has been the same for a moment, by the clock of this process: that of the origin may be another.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.library.corners import above
from musfuse.lru import Lru
from musfuse.model import Stamp

_FILES = 16_384
_LEFT_OPEN_SECONDS = 60.0
"""A file that nobody wrote to for so long is taken as it is, although it was not closed."""
_SLOWEST_SECONDS = 8.0


@dataclass(slots=True)
class _Look:
    stamp: Stamp
    since: float
    wait: float


class Growing:
    """May be used from many threads. `still`: seconds without a change after which a file is whole."""

    def __init__(self, still: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._still, self._clock = still, clock
        self._lock = threading.Lock()
        self._made: Lru[str, None] = Lru(_FILES)
        self._open: Lru[str, None] = Lru(_FILES)
        self._whole: Lru[str, None] = Lru(_FILES)
        self._looks: Lru[str, _Look] = Lru(_FILES)

    def made(self, path: str) -> None:
        """Somebody made a file, or may be writing to it."""
        with self._lock:
            self._whole.pop(path)
            self._made.put(path, None)

    def writing(self, path: str) -> None:
        """Somebody writes to a file, and will close it."""
        with self._lock:
            self._whole.pop(path)
            self._open.put(path, None)

    def written(self, path: str) -> None:
        """A file was closed, or a file or folder was moved in as a whole."""
        with self._lock:
            self._made.pop(path)
            self._open.pop(path)
            self._looks.pop(path)
            self._whole.put(path, None)

    def wait(self, path: str, stamp: Stamp, *, guess: bool) -> float:
        """Seconds until a file of this stamp is to be looked at again; 0 where it is whole. With `guess`, a file of
        which nothing was told may be growing as well."""
        with self._lock:
            is_open = path in self._open
            if not is_open and path not in self._made and (not guess or self._is_whole(path)):
                return 0.0
            now, look = self._clock(), self._looks.peek(path)
            if look is None or look.stamp != stamp:
                least = _LEFT_OPEN_SECONDS if is_open else self._still
                wait = least if look is None else min(2 * look.wait, max(least, _SLOWEST_SECONDS))
                self._looks.put(path, _Look(stamp, now, wait))
                return wait
            left = look.since + (_LEFT_OPEN_SECONDS if is_open else self._still) - now
            if left <= 0:
                for memory in (self._open, self._made, self._looks):
                    memory.pop(path)
            return max(0.0, left)

    def _is_whole(self, path: str) -> bool:
        return path in self._whole or any(folder in self._whole for folder in above(path))
