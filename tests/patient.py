"""Origins whose reads do something, and a clock that only tests move: what time does is tried without waiting."""

import threading
import time
from collections.abc import Callable

from musfuse.media.workers.watch import Patience
from musfuse.model import Stamp
from musfuse.origins import MemoryOrigin

QUICK = Patience(beat_seconds=0.02)
"""The usual limits, looked at often."""


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return once a condition holds. A machine under load is not an error."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


class HandClock:
    """Stands still but for what is added to `now`; `step` is added at each look."""

    def __init__(self) -> None:
        self.now, self.step = 0.0, 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        with self._lock:
            self.now += self.step
            return self.now


class EventfulOrigin(MemoryOrigin):
    """Calls `on_read` with the number of the read (from 1) before it gives any bytes."""

    def __init__(self, data: bytes, name: str = "a.wav") -> None:
        super().__init__("m", {name: data})
        self.on_read: Callable[[int], None] = lambda _: None
        self.reads = 0

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        self.reads += 1
        self.on_read(self.reads)
        return super().read(path, offset, size, stamp)
