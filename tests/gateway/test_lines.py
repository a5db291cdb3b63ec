"""Connections to an owner, each way there is: sockets of the event loop, and threads, which Windows needs."""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from musfuse_grpc import lines
from musfuse_grpc.failures import ExhaustedError
from musfuse_grpc.lines import Connecting, Lines, Sockets, Threads

from musfuse.control.protocol import MAX_LINE
from musfuse.platform import system
from musfuse.platform.connections import Connection

SECONDS, MOST = 60, 2
WAYS: dict[str, Callable[[], Connecting]] = {"threads": lambda: Threads(MOST)}
if sys.platform != "win32":
    WAYS["sockets"] = Sockets


class Place:
    """Where somebody listens, and what connected there."""

    def __init__(self, path: Path) -> None:
        self.path, self._listening = str(path), system.listen(path)
        self._listening.settimeout(SECONDS)

    def accept(self) -> Connection:
        found = self._listening.accept()[0]
        found.settimeout(SECONDS)
        return found

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with closing(Place(tmp_path / "p.sock")) as made:
        yield made


@pytest.fixture(params=WAYS)
def connecting(request: pytest.FixtureRequest) -> Iterator[Connecting]:
    with closing(WAYS[request.param]()) as made:
        yield made


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(test(), SECONDS)

    asyncio.run(limited())


async def both(place: Place, connecting: Connecting) -> tuple[Lines, Connection]:
    """The two ends of a connection."""
    accepting = asyncio.create_task(asyncio.to_thread(place.accept))
    return await connecting.connect(place.path), await accepting


def test_lines_there_and_back(place: Place, connecting: Connecting) -> None:
    async def test() -> None:
        ours, theirs = await both(place, connecting)
        with theirs:
            assert ours.is_usable
            await ours.send(b"asked\n")
            assert await asyncio.to_thread(theirs.recv, 100) == b"asked\n"
            theirs.sendall(b"one\ntwo\nha")
            assert [await ours.receive() for _ in "12"] == [b"one", b"two"]
            theirs.sendall(b"lf\nno line")
            assert await ours.receive() == b"half"
        assert await ours.receive() is None
        assert not ours.is_usable
        ours.close()
        ours.close()

    run(test)


def test_a_line_that_is_too_long(place: Place, connecting: Connecting) -> None:
    async def test() -> None:
        ours, theirs = await both(place, connecting)
        with theirs:
            sending = threading.Thread(target=send_all, args=(theirs, b"x" * (MAX_LINE + (1 << 20))))
            sending.start()
            with pytest.raises(ExhaustedError, match="4 MiB"):
                await ours.receive()
            ours.close()
            await asyncio.to_thread(sending.join)

    run(test)


def send_all(connection: Connection, data: bytes) -> None:
    try:
        connection.sendall(data)
    except OSError:
        return  # they hung up


def test_what_is_given_up_on_keeps_nothing_busy(place: Place, connecting: Connecting) -> None:
    async def test() -> None:
        for _ in range(3 * MOST):
            ours, theirs = await both(place, connecting)
            waiting = asyncio.create_task(ours.receive())
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            ours.close()
            assert await asyncio.to_thread(theirs.recv, 100) == b"", "they do not hear that we hung up"
            theirs.close()

    run(test)


def test_nobody_is_there(tmp_path: Path, connecting: Connecting) -> None:
    place = Place(tmp_path / "gone.sock")
    place.close()

    async def test() -> None:
        for path in (place.path, str(tmp_path / "never.sock")):
            with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
                await connecting.connect(path)
        (tmp_path / "text").write_text("no pipe")
        with pytest.raises(ConnectionRefusedError):
            await connecting.connect(str(tmp_path / "text"))

    run(test)


def test_who_connects_late_is_hung_up_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    go, connect = threading.Event(), system.connect

    def late(path: Path, timeout: float) -> Connection:
        assert go.wait(SECONDS)
        return connect(path, timeout)

    monkeypatch.setattr(lines.system, "connect", late)

    async def test() -> None:
        with closing(Threads(MOST)) as connecting:
            waiting = asyncio.create_task(connecting.connect(place.path))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            go.set()
            with await asyncio.to_thread(place.accept) as theirs:
                assert await asyncio.to_thread(theirs.recv, 1) == b""
        with pytest.raises(ConnectionRefusedError):
            await connecting.connect(place.path)

    run(test)


def test_windows_has_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert isinstance(lines.connecting(MOST), Threads)
    monkeypatch.setattr(sys, "platform", "linux")
    assert isinstance(lines.connecting(MOST), Sockets)
