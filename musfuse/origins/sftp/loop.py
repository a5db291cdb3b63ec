"""A thread with an event loop of its own, for an origin whose library is asynchronous."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from musfuse.errors import UnavailableError

T = TypeVar("T")
_CANCELS = 3
"""How often what is left is cancelled: what ends may have others begin, as a file that is closed does."""


class EventLoop:
    """Runs coroutines for callers on any thread. Started when there is something to run; it keeps no process from
    ending."""

    def __init__(self, name: str) -> None:
        self._name, self._lock = name, threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def run(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """What a coroutine returns. Raises what it raises, TimeoutError where it takes longer; it is cancelled then.
        Raises UnavailableError once the loop is closed."""
        loop = self._running()
        if loop is None:
            work.close()
            raise self._ended()
        future = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            return future.result(seconds)
        except FutureTimeout:
            future.cancel()
            raise TimeoutError(f"no answer within {seconds:g} s") from None
        except CancelledError:  # another class than that of asyncio
            raise self._ended() from None

    def call_soon(self, call: "Any") -> None:
        """Call something on the loop's thread, where there is one."""
        with self._lock:
            if self._loop is not None and not self._closed:
                self._loop.call_soon_threadsafe(call)

    def close(self) -> None:
        """End the thread; what is under way is cancelled."""
        with self._lock:
            self._closed, loop = True, self._loop
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)

    def _ended(self) -> UnavailableError:
        return UnavailableError(f"{self._name}: is closed")

    def _running(self) -> asyncio.AbstractEventLoop | None:
        with self._lock:
            if self._closed:
                return None
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_serve, args=(self._loop,), name=self._name, daemon=True).start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    """Run until the loop is stopped, then cancel what is left, so that nothing of it is lost in silence."""
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        for _ in range(_CANCELS):
            if not (left := asyncio.all_tasks(loop)):
                break
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.wait(left, timeout=2))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
