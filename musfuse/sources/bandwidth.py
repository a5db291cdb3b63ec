"""How many bytes a second are taken from an origin."""

import threading
from collections.abc import Callable

_BURST_SECONDS = 1.0


class Bucket:
    """A bucket that fills by `rate` bytes a second, up to a second's worth; 0: without bound. Who takes more than there
    is goes into debt, and waits it off first."""

    def __init__(self, rate: int, now: Callable[[], float]) -> None:
        self._rate, self._now = rate, now
        self._lock = threading.Lock()
        self._there, self._at = rate * _BURST_SECONDS, now()

    def take(self, size: int) -> float:
        """Take so many bytes; the seconds that one has to wait before."""
        if not self._rate:
            return 0.0
        with self._lock:
            now = self._now()
            self._there = min(self._rate * _BURST_SECONDS, self._there + (now - self._at) * self._rate)
            self._at = now
            wait = max(0.0, -self._there / self._rate)
            self._there -= size
            return wait

    def give_back(self, size: int) -> None:
        """Fewer bytes came than were taken."""
        if self._rate and size > 0:
            with self._lock:
                self._there += size
