"""How a process that owns a library is told to end: at once, or when what is open on its drives is closed."""

import sys
import threading
import time
from collections.abc import Iterable

from musfuse.drive import Drive

DRAIN_SECONDS = 2.0 if sys.platform == "win32" else 5.0
"""How long open files are waited for when the system tells this process to end; Windows ends one itself in 5 s."""
_LOOK_SECONDS = 0.02


class Ending:
    """The end of one host. May be told from any thread, and from a signal."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        """Set when the host is to end."""
        self._at_once = threading.Event()
        self._seconds = 0.0

    def at_once(self) -> None:
        """End now: who has files open gets an error."""
        self._at_once.set()
        self.asked.set()

    def gracefully(self, seconds: float) -> None:
        """End when nothing is open any more, or so many seconds have gone by. One that ends already goes on with it."""
        if not self.asked.is_set():
            self._seconds = seconds
            self.asked.set()

    def told(self) -> None:
        """The system says so: gracefully the first time, at once the second."""
        if self.asked.is_set():
            self.at_once()
        else:
            self.gracefully(DRAIN_SECONDS)

    def drain(self, drives: Iterable[Drive]) -> int:
        """Have drives open nothing more, and wait for what is open; how much that still is."""
        known = list(drives)
        for drive in known:
            drive.refuse_opens()
        end = time.monotonic() + self._seconds
        while (left := sum(drive.open_handles for drive in known)) and time.monotonic() < end:
            if self._at_once.wait(_LOOK_SECONDS):
                break
        return left
