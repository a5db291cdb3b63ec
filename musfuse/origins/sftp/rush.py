"""Ranges of many files of an SSH server at once, as a scan wants them: on a channel of its own, where each request goes
out as soon as it is known and each answer is a call.

asyncssh's client makes a task, a lock and some futures of each request: of what the header of a file cost this process,
that was two thirds. This one knows what is usual alone. Whatever else a server answers is nothing here, and is asked
for again by that client, which knows what it means. All of it runs on the event loop's thread.
"""

import asyncio
import stat as statmod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import asyncssh

from musfuse.errors import MalformedError
from musfuse.model import Stamp
from musfuse.origins.sftp import packets
from musfuse.origins.sftp.packets import Kind, Packets

MOST = 64 * 1024
"""Bytes of a range at most."""
_BEGIN_SECONDS = 4.0
_Heard = Callable[[int, bytes], object]
"""Hears the kind and the rest of an answer."""
_LOST = 0


class Wanted(NamedTuple):
    """Ranges, as (offset, size), of a version of a file, all within it."""

    path: bytes
    version: Stamp
    ranges: Sequence[tuple[int, int]]


class Channel(asyncssh.SSHClientSession):  # type: ignore[misc]
    """A channel on which SFTP is spoken. Requests of one turn of the event loop travel together."""

    def __init__(self) -> None:
        self.begun: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.is_lost = False
        self._packets = Packets()
        self._channel: Any = None
        self._heard: dict[int, _Heard] = {}
        self._number = 0
        self._held: list[bytes] = []

    def connection_made(self, chan: Any) -> None:
        """The channel is there."""
        self._channel = chan

    def session_started(self) -> None:
        """The server speaks SFTP, or says that it does not by ending the channel."""
        self._channel.write(packets.init())

    def ask(self, kind: Kind, heard: _Heard, *parts: bytes) -> None:
        """Ask for something; `heard` is called with the answer, with `_LOST` where none will come."""
        if self.is_lost:
            heard(_LOST, b"")
            return
        self._number = (self._number + 1) & 0xFFFFFFFF
        self._heard[self._number] = heard
        if not self._held:
            asyncio.get_running_loop().call_soon(self._flush)
        self._held.append(packets.request(kind, self._number, *parts))

    def data_received(self, data: bytes, datatype: Any) -> None:
        """Some of an answer, or several."""
        if self.is_lost or datatype is not None:
            return  # nobody waits for it, or it is what the server complains of
        try:
            for kind, number, rest in self._packets.take(data):
                if not self.begun.done():
                    self.begun.set_result(kind == Kind.VERSION and number == packets.VERSION)
                elif (heard := self._heard.pop(number, None)) is not None:
                    heard(kind, rest)
        except MalformedError:
            self.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """No answer comes any more."""
        del exc
        self.is_lost = True
        if not self.begun.done():
            self.begun.set_result(False)
        left = list(self._heard.values())
        self._heard.clear()
        for heard in left:
            heard(_LOST, b"")

    def end(self) -> None:
        """Ask for nothing more."""
        if self._channel is not None:
            self._channel.abort()
        self.connection_lost(None)

    def _flush(self) -> None:
        held, self._held = self._held, []
        if not self.is_lost and not self._channel.is_closing():
            self._channel.write(b"".join(held))


class _Reading:
    """The ranges of one file: open, read, ask for its facts behind that, close."""

    __slots__ = ("_came", "_channel", "_done", "_handle", "_left", "_parts", "_sound", "_wanted")

    def __init__(
        self,
        channel: Channel,
        wanted: Wanted,
        came: Callable[[int], object],
        done: Callable[[Sequence[bytes] | None], object],
    ) -> None:
        self._channel, self._wanted, self._came, self._done = channel, wanted, came, done
        self._parts: list[bytes] = [b""] * len(wanted.ranges)
        self._left, self._handle, self._sound = len(wanted.ranges) + 1, b"", True
        channel.ask(Kind.OPEN, self._opened, packets.for_reading(wanted.path))

    def _opened(self, kind: int, rest: bytes) -> None:
        handle = _string(kind, Kind.HANDLE, rest)
        if handle is None or len(handle) > packets.MAX_HANDLE:
            self._done(None)
            return
        self._handle = packets.text(handle)
        for place, (offset, size) in enumerate(self._wanted.ranges):
            self._channel.ask(Kind.READ, self._hearing(place, size), self._handle, packets.part(offset, size))
        self._channel.ask(Kind.FSTAT, self._told, self._handle)

    def _hearing(self, place: int, size: int) -> _Heard:
        def heard(kind: int, rest: bytes) -> None:
            data = _string(kind, Kind.DATA, rest)
            if data is None or len(data) != size:
                self._sound = False
            else:
                self._parts[place] = data
                self._came(size)
            self._finish_one()

        return heard

    def _told(self, kind: int, rest: bytes) -> None:
        try:
            facts = packets.facts_of(rest) if kind == Kind.ATTRS else None
        except MalformedError:
            facts = None
        is_same = facts is not None and statmod.S_ISREG(facts.mode) and self._wanted.version.looks_like(facts.stamp)
        self._sound = self._sound and is_same
        self._finish_one()

    def _finish_one(self) -> None:
        self._left -= 1
        if not self._left:
            self._channel.ask(Kind.CLOSE, _unheard, self._handle)
            self._done(self._parts if self._sound else None)


class Rush:
    """Reads ranges of many files on a channel of the connection that is had now."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._opening: asyncio.Task[Channel | None] | None = None

    async def read(
        self, connection: Any, wanted: Sequence[Wanted], came: Callable[[int], object]
    ) -> list[Sequence[bytes] | None]:
        """The ranges of each file; None for one that has to be asked for in another way, to be had or to be told what
        is wrong with it."""
        found: list[Sequence[bytes] | None] = [None] * len(wanted)
        usual = [place for place, one in enumerate(wanted) if _is_usual(one)]
        if connection is None or not usual:
            return found
        if connection is not self._connection or self._opening is None:
            self._connection, self._opening = connection, asyncio.ensure_future(_opened(connection))
        channel = await asyncio.shield(self._opening)
        if channel is None or channel.is_lost:
            return found
        left, done = len(usual), asyncio.get_running_loop().create_future()

        def noting(place: int) -> Callable[[Sequence[bytes] | None], None]:
            def note(parts: Sequence[bytes] | None) -> None:
                nonlocal left
                found[place], left = parts, left - 1
                if not left and not done.done():
                    done.set_result(None)

            return note

        for place in usual:
            _Reading(channel, wanted[place], came, noting(place))
        await done
        return found


async def _opened(connection: Any) -> Channel | None:
    """A channel where SFTP is spoken; None where the server gives none, or does not answer."""
    channel = Channel()
    try:
        async with asyncio.timeout(_BEGIN_SECONDS):
            await connection.create_session(lambda: channel, subsystem="sftp", encoding=None)
            if await channel.begun:
                return channel
    except (asyncssh.Error, OSError, TimeoutError):
        pass  # these files are asked for in another way
    channel.end()
    return None


def _is_usual(wanted: Wanted) -> bool:
    size = wanted.version.size
    return all(0 < length <= MOST and 0 <= offset <= size - length for offset, length in wanted.ranges)


def _string(kind: int, wanted: Kind, rest: bytes) -> bytes | None:
    try:
        return packets.text_of(rest) if kind == wanted else None
    except MalformedError:
        return None


def _unheard(kind: int, rest: bytes) -> None:
    """Nobody waits for it."""
