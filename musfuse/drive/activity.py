"""When somebody read from a drive last, which background work gives way to."""

import time

READER_PAUSE = 0.25
"""Seconds after a read for which readers count as being at work."""


class Activity:
    """Noted by whatever reads, asked by whatever can wait. May be used from many threads."""

    def __init__(self) -> None:
        self.last_read = 0.0
        """As time.monotonic() tells it; 0 for never."""

    def note(self) -> None:
        """Somebody reads now, or will in a moment."""
        self.last_read = time.monotonic()

    def is_reading(self) -> bool:
        """Whether somebody read a moment ago."""
        return time.monotonic() - self.last_read < READER_PAUSE
