"""When somebody read from a drive last, which background work gives way to."""

import time


class Activity:
    """Noted by whatever reads, asked by whatever can wait. May be used from many threads."""

    def __init__(self) -> None:
        self.last_read = 0.0
        """As time.monotonic() tells it; 0 for never."""

    def note(self) -> None:
        """Somebody reads now, or will in a moment."""
        self.last_read = time.monotonic()
