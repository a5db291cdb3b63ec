"""Which folders were listed not long ago: the kernel may keep such a listing, since what came with it still counts."""

import threading
import time
from collections.abc import Callable

from musfuse.lru import Lru
from musfuse_fuse.kernel import KernelMemory

_REMEMBERED = 16_384


class Recently:
    """Folders by path. A listing that the kernel has kept for half of its time is taken anew: names and attributes that
    came with it would be asked for one by one when that is over."""

    def __init__(self, memory: KernelMemory, clock: Callable[[], float] = time.monotonic) -> None:
        self._memory, self._clock = memory, clock
        self._lock = threading.Lock()
        self._listed: Lru[str, float] = Lru(_REMEMBERED)

    def note(self, path: str) -> None:
        """A listing begins."""
        with self._lock:
            self._listed.put(path, self._clock())

    def forget(self, path: str) -> None:
        """Something in a folder changed: a listing that is under way, or that the kernel has, is not to be kept."""
        with self._lock:
            self._listed.pop(path)

    def is_recent(self, path: str) -> bool:
        """Whether the kernel may keep the listing that it has."""
        listed = self._listed.peek(path)
        return listed is not None and self._clock() - listed < self._memory.seconds / 2
