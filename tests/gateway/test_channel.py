"""The control channel for an event loop, with a real server: over sockets, and by threads as on Windows."""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import ClassVar

import pytest
from musfuse_grpc.channel import _CALLS, _LONG_CALLS, _WAITING, Channel
from musfuse_grpc.failures import ExhaustedError
from musfuse_grpc.lines import Connecting, Sockets, Threads

from gateway.running import SECONDS
from musfuse.control.client import RemoteError
from musfuse.control.protocol import MAX_LINE
from musfuse.control.server import Server
from musfuse.errors import ControlError, NotFoundError
from musfuse.platform import system
from musfuse.service.handlers import Handlers
from musfuse.service.port import Answer, Listing, Request


class Said(Answer, frozen=True):
    number: int


class Say(Request[Said], frozen=True):
    METHOD: ClassVar[str] = "say"
    number: int


class SayAll(Listing[Said], frozen=True):
    METHOD: ClassVar[str] = "say.all"
    number: int


class Unknown(Request[Said], frozen=True):
    METHOD: ClassVar[str] = "unknown"


class Owner:
    """Answers with the number, and for some waits until it is let go."""

    def __init__(self, path: Path, connecting: Callable[[], Connecting]) -> None:
        self.connecting = connecting
        self.path, self.go, self.busy, self.most = str(path), threading.Event(), 0, 0
        self.handlers = Handlers()
        self.handlers.on(Say, self.say)
        self.handlers.on_listing(SayAll, self.say_all)
        self.server = Server(path, {"stop": lambda: {"pid": 1}}, lambda: self.handlers)
        self.server.start()

    def say(self, asked: Say) -> Said:
        self.busy += 1
        self.most = max(self.most, self.busy)
        if asked.number == 0:
            raise NotFoundError("0: is not there")
        if asked.number < 0:
            assert self.go.wait(SECONDS)
        self.busy -= 1
        return Said(asked.number)

    def say_all(self, asked: SayAll) -> Iterator[Said]:
        for number in range(asked.number):
            if number == 5000:
                raise NotFoundError("5000: is not there")
            yield Said(number)


WAYS: dict[str, Callable[[], Connecting]] = {"threads": lambda: Threads(_WAITING)}
if sys.platform != "win32":
    WAYS["sockets"] = Sockets


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Callable[[], Connecting]:
    return WAYS[request.param]


@pytest.fixture
def owner(tmp_path: Path, way: Callable[[], Connecting]) -> Iterator[Owner]:
    made = Owner(tmp_path / "o.sock", way)
    yield made
    made.go.set()
    made.server.close()


def run(owner: Owner, test: Callable[[Channel], Awaitable[None]]) -> None:
    async def done() -> None:
        with closing(Channel(owner.path, owner.connecting())) as channel:
            await asyncio.wait_for(test(channel), SECONDS)

    asyncio.run(done())


def test_calls_share_connections(owner: Owner) -> None:
    async def test(channel: Channel) -> None:
        assert await channel.call(Say(3)) == Said(3)
        answers = await asyncio.gather(*(channel.call(Say(n)) for n in range(1, 100)))
        assert answers == [Said(n) for n in range(1, 100)]
        assert owner.most <= _CALLS
        assert await channel.control("stop") == {"pid": 1}
        with pytest.raises(RemoteError, match="not there") as caught:
            await channel.call(Say(0))
        assert caught.value.number == NotFoundError.errno
        assert len(channel._idle) >= 1
        with pytest.raises(RemoteError, match="another version"):
            await channel.call(Unknown())

    run(owner, test)


def test_a_call_that_is_given_up_on_leaves_no_answer_to_the_next(owner: Owner) -> None:
    async def test(channel: Channel) -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(channel.call(Say(-1)), 0.05)
        assert await channel.call(Say(7)) == Said(7)
        owner.go.set()
        assert await channel.call(Say(8)) == Said(8)

    run(owner, test)


def test_rows_as_they_are_found(owner: Owner) -> None:
    async def rows(channel: Channel, number: int) -> list[int]:
        return [row.number async for row in channel.rows(SayAll(number))]

    async def test(channel: Channel) -> None:
        assert await rows(channel, 0) == []
        assert await rows(channel, 3000) == list(range(3000))
        with pytest.raises(RemoteError, match="5000"):
            await rows(channel, 6000)
        half = channel.rows(SayAll(3000))
        assert (await anext(half)).number == 0
        await half.aclose()  # type: ignore[attr-defined]
        assert await channel.call(Say(9)) == Said(9)
        going_on = [channel.rows(SayAll(10)) for _ in range(_LONG_CALLS)]
        for listing in going_on:
            await anext(listing)
        with pytest.raises(ExhaustedError):
            await anext(channel.rows(SayAll(10)))
        for listing in going_on:
            await listing.aclose()  # type: ignore[attr-defined]
        assert await rows(channel, 2) == [0, 1]

    run(owner, test)


def test_an_owner_that_is_gone(owner: Owner) -> None:
    async def test(channel: Channel) -> None:
        assert await channel.call(Say(3)) == Said(3)
        owner.server.close()
        channel.close()
        for _ in range(2):
            with pytest.raises((ControlError, OSError)):
                await channel.call(Say(4))

    run(owner, test)


def test_an_owner_that_has_too_many_clients(tmp_path: Path, way: Callable[[], Connecting]) -> None:
    server = Server(tmp_path / "one.sock", {"stop": lambda: 1}, clients=1)
    server.start()

    async def test() -> None:
        with (
            closing(Channel(str(tmp_path / "one.sock"), way())) as first,
            closing(Channel(str(tmp_path / "one.sock"), way())) as other,
        ):
            assert await first.control("stop") == 1
            with pytest.raises((ControlError, BrokenPipeError, ConnectionResetError)) as caught:
                await other.control("stop")
            assert not isinstance(caught.value, RemoteError)
            assert other._idle == []

    try:
        asyncio.run(asyncio.wait_for(test(), SECONDS))
    finally:
        server.close()


def test_connections_that_nobody_uses_are_given_back(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musfuse_grpc.channel._IDLE_SECONDS", 0.01)

    async def test(channel: Channel) -> None:
        await channel.call(Say(3))
        end = asyncio.get_running_loop().time() + SECONDS
        while channel._idle:
            assert asyncio.get_running_loop().time() < end
            await asyncio.sleep(0.005)
        assert await channel.call(Say(4)) == Said(4)

    run(owner, test)


@pytest.mark.parametrize("said", [b'{"jsonrpc": "2.0", "id": 1, "result": {"other": 1}}\n', b"{", b"x" * (5 << 20)])
def test_what_is_no_answer(tmp_path: Path, said: bytes, way: Callable[[], Connecting]) -> None:
    listening = system.listen(tmp_path / "odd.sock")

    def serve() -> None:
        connection = listening.accept()[0]
        with connection, suppress(OSError):
            connection.recv(1000)
            connection.sendall(said)

    async def ask() -> None:
        with (
            closing(Channel(str(tmp_path / "odd.sock"), way())) as channel,
            pytest.raises((ControlError, OSError, ExhaustedError)) as caught,
        ):
            await asyncio.wait_for(channel.call(Say(1)), SECONDS)
        assert isinstance(caught.value, ExhaustedError) == (len(said) > MAX_LINE)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        asyncio.run(ask())
    finally:
        listening.close()
        thread.join()
