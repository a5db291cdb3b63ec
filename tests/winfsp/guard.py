"""The lock that WinFsp's DLL holds around the operations of a file system."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Guard:
    """The DLL's lock around operations: opens, listings and questions about the volume share it, whatever may create or
    rename has it alone, and who waits to have it alone lets no others in (an SRWLOCK)."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._shared, self._alone, self.waiting = 0, False, 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._turn:
            self._turn.wait_for(lambda: not self._alone and not self.waiting)
            self._shared += 1
        try:
            yield
        finally:
            with self._turn:
                self._shared -= 1
                self._turn.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._turn:
            self.waiting += 1
            self._turn.wait_for(lambda: not self._alone and not self._shared)
            self.waiting -= 1
            self._alone = True
        try:
            yield
        finally:
            with self._turn:
                self._alone = False
                self._turn.notify_all()


class NoGuard:
    """What FspFileSystemSetOperationGuard makes of it with two null pointers."""

    @contextmanager
    def shared(self) -> Iterator[None]:
        yield

    alone = shared
