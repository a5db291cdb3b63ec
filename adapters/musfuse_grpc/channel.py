"""The control channel for an event loop: connections to the owner of a library, each used by one call at a time.

A call that is given up on, as its deadline passed, takes its connection with it: what the owner still says of it would
be the answer to the next one.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from musfuse.control import protocol
from musfuse.control.client import RemoteError, remote_error
from musfuse.errors import ControlError
from musfuse.service.port import Listing, Request, Stream
from musfuse.service.wire import WireError, answer_type, from_json, to_json
from musfuse_grpc.failures import ExhaustedError
from musfuse_grpc.lines import Connecting, Lines
from musfuse_grpc.lines import connecting as system_connecting

A = TypeVar("A")

_CALLS, _LONG_CALLS, _IDLE = 12, 8, 4
"""Connections in use at a time for calls that are answered at once, for those that go on, and that wait for a call.
An owner has 32 clients unless it is short of descriptors."""
_WAITING = _CALLS + _LONG_CALLS + 4
"""How many may be waited for, streams of events and what is being given up among them."""
_IDLE_SECONDS = 10.0
_OTHER = "the process that owns the library is another version of musfuse"
_GONE = "the process that owns the library is gone"


class _Line:
    """One connection."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self._ids = lines, itertools.count(1)
        self.since = 0.0

    @property
    def is_usable(self) -> bool:
        """Whether nobody hung up."""
        return self._lines.is_usable

    async def send(self, method: str, params: dict[str, Any]) -> None:
        """Ask. Raises OSError."""
        said = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        await self._lines.send(protocol.encode(said))

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None at the end. Raises OSError, ExhaustedError."""
        line = await self._lines.receive()
        if line is None:
            return None
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """Hang up."""
        self._lines.close()


class Channel:
    """Connections to the owner at `path`; for one event loop."""

    def __init__(self, path: str, connecting: Connecting | None = None) -> None:
        self._path, self._connecting = path, connecting or system_connecting(_WAITING)
        self._idle: list[_Line] = []
        self._free, self._long = asyncio.Semaphore(_CALLS), asyncio.Semaphore(_LONG_CALLS)
        self._cleaning: asyncio.TimerHandle | None = None

    async def call(self, request: Request[A]) -> A:
        """The answer to a request. Raises RemoteError with what the owner says, ControlError, OSError."""
        async with self._free, self._line() as line:
            await line.send(request.METHOD, to_json(request))
            return _made(_result(await line.receive()), answer_type(type(request)))

    async def control(self, method: str, **params: Any) -> Any:
        """What a method of the host answers. Raises the same."""
        async with self._free, self._line() as line:
            await line.send(method, params)
            return _result(await line.receive())

    async def rows(self, listing: Listing[A]) -> AsyncGenerator[A, None]:
        """The rows of a listing, as they are found. Raises the same, ExhaustedError where too many go on."""
        row_type = answer_type(type(listing))
        async with self._going_on(), self._line() as line:
            await line.send(listing.METHOD, to_json(listing))
            while (message := await line.receive()) is not None and message.get("method") == protocol.ROWS:
                for row in message["params"]["rows"]:
                    yield _made(row, row_type)
            _result(message)

    async def follow(self, stream: Stream[A]) -> AsyncGenerator[Any, None]:
        """What a stream begins with, and what it goes on with, each as the owner says it. Raises the same."""
        line = await self._connected()
        try:
            await line.send(stream.METHOD, to_json(stream))
            yield _result(await line.receive())
            while (message := await line.receive()) is not None:
                yield message["params"]
        finally:
            line.close()

    def close(self) -> None:
        """Hang up on what waits."""
        for line in self._idle:
            line.close()
        self._idle.clear()
        self._connecting.close()

    @asynccontextmanager
    async def _going_on(self) -> AsyncIterator[None]:
        if self._long.locked():
            raise ExhaustedError(f"{_LONG_CALLS} calls that go on are under way already; try again")
        async with self._long:
            yield

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[_Line]:
        """A connection, which serves the next call unless this one ends by an error of its own."""
        line = self._waiting() or await self._connected()
        try:
            yield line
        except RemoteError:
            self._put_back(line)
            raise
        except BaseException:
            line.close()
            raise
        self._put_back(line)

    def _waiting(self) -> _Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.is_usable:
                return line
            line.close()
        return None

    def _put_back(self, line: _Line) -> None:
        if len(self._idle) >= _IDLE:
            line.close()
            return
        loop = asyncio.get_running_loop()
        line.since = loop.time()
        self._idle.append(line)
        if self._cleaning is None:
            self._cleaning = loop.call_later(_IDLE_SECONDS, self._clean)

    def _clean(self) -> None:
        """Hang up on what waited for long: it keeps a thread of the owner."""
        loop, kept = asyncio.get_running_loop(), list[_Line]()
        for line in self._idle:
            if loop.time() - line.since < _IDLE_SECONDS:
                kept.append(line)
            else:
                line.close()
        self._idle = kept
        self._cleaning = loop.call_later(_IDLE_SECONDS, self._clean) if kept else None

    async def _connected(self) -> _Line:
        try:
            return _Line(await self._connecting.connect(self._path))
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise ControlError(_GONE) from error


def _result(message: dict[str, Any] | None) -> Any:
    if message is None:
        raise ControlError(_GONE)
    if "error" in message and message.get("id") is None:  # nobody is served, and the owner hung up
        raise ControlError(message["error"]["message"])
    if "error" in message:
        raise remote_error(message["error"])
    return message["result"]


def _made(value: Any, kind: type[A]) -> A:
    try:
        return from_json(value, kind)
    except WireError as error:
        raise ControlError(f"{_OTHER}: {error}") from error
