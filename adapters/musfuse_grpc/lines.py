"""Lines to and from the owner of a library, for an event loop: over a socket's stream, or, as Windows' pipes have none
whose owner is looked at first, by threads that wait.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

from musfuse.control import protocol
from musfuse.errors import ControlError
from musfuse.platform import system
from musfuse.platform.connections import Connection
from musfuse_grpc.failures import ExhaustedError

T = TypeVar("T")

_CONNECT_SECONDS = 10.0
_TOO_LONG = "the answer is longer than 4 MiB; ask for less at a time"


class Lines(Protocol):
    """One connection. Who stops waiting for a line closes it: what comes then would be the answer to the next one."""

    @property
    def is_usable(self) -> bool:
        """Whether nobody hung up, as far as that is known."""

    async def send(self, line: bytes) -> None:
        """Send a line. Raises OSError."""

    async def receive(self) -> bytes | None:
        """The next line, without its end; None where no more comes. Raises OSError, ExhaustedError where it is too
        long."""

    def close(self) -> None:
        """Hang up."""


class Connecting(Protocol):
    """How connections are made."""

    async def connect(self, path: str) -> Lines:
        """A connection to who listens at a path. Raises OSError."""

    def close(self) -> None:
        """No more are made."""


def connecting(most: int) -> Connecting:
    """What makes connections on this system, of which so many wait at a time."""
    return Threads(most) if sys.platform == "win32" else Sockets()


class Sockets:
    """Connects to sockets."""

    async def connect(self, path: str) -> Lines:
        """A connection. Raises OSError."""
        if sys.platform == "win32":
            raise ControlError("the event loops of Windows have no sockets at paths")
        return _StreamLines(*await asyncio.open_unix_connection(path, limit=protocol.MAX_LINE))

    def close(self) -> None:
        """Nothing is kept for them."""


class _StreamLines:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @property
    def is_usable(self) -> bool:
        return not self._reader.at_eof() and not self._writer.is_closing()

    async def send(self, line: bytes) -> None:
        self._writer.write(line)

    async def receive(self) -> bytes | None:
        try:
            line = await self._reader.readline()
        except ValueError as error:
            raise ExhaustedError(_TOO_LONG) from error
        return line[:-1] if line.endswith(b"\n") else None

    def close(self) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._writer.close()


class Threads:
    """Connects as the command line does; what is waited for, `most` at a time, has a thread that waits."""

    def __init__(self, most: int) -> None:
        self._threads, self._closed = ThreadPoolExecutor(most, "line"), False

    async def connect(self, path: str) -> Lines:
        """A connection. Raises OSError."""
        if self._closed:
            raise ConnectionRefusedError("no more connections are made")
        loop = asyncio.get_running_loop()
        waiting = loop.run_in_executor(self._threads, system.connect, Path(path), _CONNECT_SECONDS)
        try:
            connection = await asyncio.shield(waiting)
        except asyncio.CancelledError:
            waiting.add_done_callback(_close_late)
            raise
        except ValueError as error:  # what names the pipe is not written by musfuse
            raise ConnectionRefusedError(str(error)) from error
        connection.settimeout(None)
        return _ThreadLines(connection, self._threads)

    def close(self) -> None:
        """No more are made; those that are there end with their calls."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)


def _close_late(waiting: "asyncio.Future[Connection]") -> None:
    """Hang up on what nobody waited for."""
    if not waiting.cancelled() and waiting.exception() is None:
        system.hang_up(waiting.result())


class _ThreadLines:
    def __init__(self, connection: Connection, threads: Executor) -> None:
        self._connection, self._threads = connection, threads
        self._lines = protocol.lines(connection)

    @property
    def is_usable(self) -> bool:
        return not system.hung_up(self._connection)

    async def send(self, line: bytes) -> None:
        await self._wait(lambda: self._connection.sendall(line))

    async def receive(self) -> bytes | None:
        try:
            return await self._wait(lambda: _next(self._lines))
        except ControlError as error:
            raise ExhaustedError(_TOO_LONG) from error

    async def _wait(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def close(self) -> None:
        system.hang_up(self._connection)


def _next(lines: Iterator[bytes]) -> bytes | None:
    """StopIteration cannot be raised into a future."""
    return next(lines, None)
