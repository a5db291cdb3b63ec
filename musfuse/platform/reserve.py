"""File descriptors kept aside, so that a process that has no others left can still be asked and ended."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Reserve:
    """Up to `count` descriptors that nothing uses. Lent ones are closed, for whoever opens something next."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._returned = threading.Condition()
        self._kept: list[int] = []
        self._borrowers = 0
        self._fill()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """The descriptors are free to be opened within this block; then they are taken back, as far as can be."""
        with self._returned:
            self._borrowers += 1
            self._release()
        try:
            yield
        finally:
            with self._returned:
                self._borrowers -= 1
                self._fill()
                self._returned.notify_all()

    def wait_until_whole(self, seconds: float) -> bool:
        """Whether all of it is here, now or within some seconds; what could not be taken back is looked for again."""
        with self._returned:
            return self._returned.wait_for(self._is_whole, seconds)

    def close(self) -> None:
        """Let go for good."""
        with self._returned:
            self._count = 0
            self._release()

    def _is_whole(self) -> bool:
        self._fill()
        return len(self._kept) == self._count

    def _fill(self) -> None:
        with suppress(OSError):
            while not self._borrowers and len(self._kept) < self._count:
                self._kept.append(os.open(os.devnull, os.O_RDONLY))

    def _release(self) -> None:
        while self._kept:
            os.close(self._kept.pop())
