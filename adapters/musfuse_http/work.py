"""Threads for what waits: reads of files have some of their own, so that none of them keeps other requests waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from musfuse.errors import BusyError

P = ParamSpec("P")
T = TypeVar("T")

_WAITING_FOR_EACH = 32


class Pool:
    """So many threads; calls wait for one, within a bound. For one event loop."""

    def __init__(self, threads: int, name: str, waiting: int | None = None) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = waiting if waiting is not None else threads * (1 + _WAITING_FOR_EACH)
        self._under_way = 0

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a call returns, made by one of the threads. Raises BusyError where too many wait, and what it raises."""
        if self._under_way >= self._most:
            raise BusyError("too much is asked for at the same time; ask again in a moment")
        self._under_way += 1
        try:
            future = self._executor.submit(call, *args, **kwargs)
        except BaseException:
            self._under_way -= 1
            raise
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: _tell(loop, self._done))
        return await asyncio.wrap_future(future)

    def _done(self) -> None:
        self._under_way -= 1

    def close(self) -> None:
        """Take no more calls; what nobody began is not begun."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Have it called on the loop, unless that ended."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        return


class Work:
    """The threads of a server: `reads` for bytes of files, `calls` for everything else. A connection has one call at a
    time, so that as many reads may wait as there are connections."""

    def __init__(self, readers: int, threads: int, connections: int) -> None:
        self.reads = Pool(readers, "http read", waiting=readers + connections)
        self.calls = Pool(threads, "http")

    def close(self) -> None:
        """Take no more."""
        self.reads.close()
        self.calls.close()
