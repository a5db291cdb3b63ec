"""Turns at what costs much: a few at once, and nobody waits for long. Who waits is a thread of a face, and the other
threads of it read music."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from musfuse.errors import BusyError


class Turns:
    """So many at once; who waits for `patience` seconds gives up."""

    def __init__(self, at_once: int = 2, patience: float = 5.0) -> None:
        self.patience = patience
        self._free = threading.BoundedSemaphore(at_once)

    @contextmanager
    def taken(self, what: str) -> Iterator[None]:
        """A turn for the time of the block, at what this path names. Raises BusyError."""
        if not self._free.acquire(timeout=self.patience):
            raise BusyError(f"{what}: others are looked for, which takes its time; try again")
        try:
            yield
        finally:
            self._free.release()
