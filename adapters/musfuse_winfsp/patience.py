"""Calls that may wait for long end with the mount: WinFsp's dispatcher stops only once every callback came back, and
Windows kills a process that takes seconds to end."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from musfuse.errors import MusfuseError

R = TypeVar("R")


class EndingError(MusfuseError):
    """The mount ends; nobody waits any more."""


class Patience:
    """Runs calls that may wait, each on a thread of its own, until `end`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waited_for: set[Future[object]] = set()
        self._ended = False

    def run(self, call: Callable[[], R], undo: Callable[[R], None]) -> R:
        """What a call gives, or its error. Raises EndingError where the mount ends first; what the call gives then is
        undone when it comes back."""
        future: Future[R] = Future()
        with self._lock:
            if self._ended:
                raise EndingError("the mount ends")
            self._waited_for.add(future)  # type: ignore[arg-type]
        threading.Thread(target=self._call, args=(future, call, undo), name="waits", daemon=True).start()
        return future.result()

    def end(self) -> None:
        """Have all who wait told that the mount ends, and whoever comes later."""
        with self._lock:
            self._ended, left = True, self._waited_for
            self._waited_for = set()
        for future in left:
            future.set_exception(EndingError("the mount ends"))

    def _call(self, future: "Future[R]", call: Callable[[], R], undo: Callable[[R], None]) -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            if self._is_waited_for(future):
                future.set_exception(error)
            return
        if self._is_waited_for(future):
            future.set_result(result)
        else:
            undo(result)

    def _is_waited_for(self, future: "Future[R]") -> bool:
        with self._lock:
            there = future in self._waited_for
            self._waited_for.discard(future)
            return there
