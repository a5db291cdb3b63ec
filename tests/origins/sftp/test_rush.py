"""Many files at once: in two trips, the bytes of the version that was asked for, and whatever is unusual in another
way."""

import asyncio
import os
import random
import stat as statmod
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sshd import Sshd

pytest.importorskip("asyncssh", reason="the extra musfuse[sftp] is not installed")

from musfuse.errors import NotFoundError, OriginError, SourceChangedError
from musfuse.model import Stamp
from musfuse.origins import OpenContext, SftpScheme, SourceSpec
from musfuse.origins.port import Range
from musfuse.origins.sftp import packets, rush
from musfuse.origins.sftp.origin import SftpOrigin
from musfuse.origins.sftp.packets import Kind, request, text
from musfuse.origins.sftp.rush import MOST, Channel, Rush, Wanted

from .oddserver import odd_server
from .test_listing import at

DATA = random.Random(3).randbytes(200_000)
VERSION = Stamp(len(DATA), 7 * 10**9)
Answer = Callable[[int, int, bytes], list[bytes]]


def facts(version: Stamp = VERSION, mode: int = statmod.S_IFREG) -> bytes:
    return struct.pack(">IQIII", 13, version.size, mode, 0, version.mtime_ns // 10**9)


def usual(kind: int, number: int, rest: bytes) -> list[bytes]:
    """What a server says of files that all hold the same."""
    if kind == Kind.OPEN:
        return [request(Kind.HANDLE, number, text(b"h"))]
    if kind == Kind.READ:
        offset, size = struct.unpack(">QI", rest[5:])
        return [request(Kind.DATA, number, text(DATA[offset : offset + size]))]
    return [request(Kind.ATTRS, number, facts()) if kind == Kind.FSTAT else request(Kind.STATUS, number, bytes(12))]


class Server:
    """The other end of a channel: answers what comes in one write in the next turn, as if that took a trip."""

    def __init__(self, answer: Answer = usual, version: int = 3) -> None:
        self.answer, self.version, self.trips, self.kinds = answer, version, 0, list[int]()
        self.channel: Channel | None = None
        self.opened = 0

    async def create_session(self, make: Callable[[], Channel], **how: Any) -> tuple[object, Channel]:
        assert how == {"subsystem": "sftp", "encoding": None}
        self.opened += 1
        self.channel = make()
        self.channel.connection_made(self)
        self.channel.session_started()
        return self, self.channel

    def write(self, data: bytes) -> None:
        assert self.channel is not None
        answers, at = [], 0
        while at < len(data):
            length, kind, number = struct.unpack_from(">IBI", data, at)
            rest, at = data[at + 9 : at + 4 + length], at + 4 + length
            self.kinds.append(kind)
            answers += [request(Kind.VERSION, self.version)] if kind == Kind.INIT else self.answer(kind, number, rest)
        if any(answers):
            self.trips += self.kinds[-1] != Kind.CLOSE
            asyncio.get_running_loop().call_soon(self.channel.data_received, b"".join(answers), None)

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        self.version = 0


def read(server: Server, *wanted: Wanted) -> list[Any]:
    came: list[int] = []
    found = asyncio.run(Rush().read(server, wanted, came.append))
    assert sum(came) >= sum(len(part) for parts in found for part in parts or ())
    return found


ENDS = [(0, 16_384), (len(DATA) - 12_288, 12_288)]


def test_any_number_of_files_costs_two_trips() -> None:
    server = Server()
    files = [Wanted(b"/%d" % number, VERSION, ENDS) for number in range(32)]
    assert read(server, *files) == [[DATA[:16_384], DATA[-12_288:]]] * 32
    assert server.trips == 3, "the first says that SFTP is spoken"
    assert server.kinds.count(Kind.READ) == 64
    assert server.kinds.count(Kind.OPEN) == server.kinds.count(Kind.FSTAT) == server.kinds.count(Kind.CLOSE) == 32


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (Kind.OPEN, (Kind.STATUS, bytes(4))), (Kind.OPEN, (Kind.HANDLE, text(bytes(300)))), (Kind.OPEN, (Kind.HANDLE, b"")),
        (Kind.READ, (Kind.STATUS, bytes(4))), (Kind.READ, (Kind.DATA, text(b"short"))), (Kind.READ, (Kind.DATA, b"\1")),
        (Kind.FSTAT, (Kind.STATUS, bytes(4))), (Kind.FSTAT, (Kind.ATTRS, b"")), (Kind.FSTAT, (Kind.ATTRS, bytes(4))),
        (Kind.FSTAT, (Kind.ATTRS, facts(Stamp(len(DATA), 8 * 10**9)))),
        (Kind.FSTAT, (Kind.ATTRS, facts(Stamp(1, 7 * 10**9)))),
        (Kind.FSTAT, (Kind.ATTRS, facts(mode=statmod.S_IFDIR))),
    ],
)  # fmt: skip
def test_what_is_unusual_is_asked_for_in_another_way(kind: Kind, answer: tuple[Kind, bytes]) -> None:
    odd = [0]

    def sometimes(asked: int, number: int, rest: bytes) -> list[bytes]:
        odd[0] += asked == kind
        return [request(answer[0], number, answer[1])] if asked == kind and odd[0] == 1 else usual(asked, number, rest)

    found = read(Server(sometimes), *(Wanted(b"/a", VERSION, ENDS[:1]) for _ in range(3)))
    assert found == [None, [DATA[:16_384]], [DATA[:16_384]]]


def test_ranges_that_nobody_asks_for_in_a_scan_are_not_asked_for() -> None:
    odd = [[(0, MOST + 1)], [(0, 0)], [(len(DATA) - 5, 10)], [(len(DATA) + 5, 1)]]
    server = Server()
    assert read(server, *(Wanted(b"/a", VERSION, ranges) for ranges in odd)) == [None] * 4
    assert server.kinds == []
    assert asyncio.run(Rush().read(None, [Wanted(b"/a", VERSION, ENDS)], len)) == [None]  # type: ignore[arg-type]


@pytest.mark.parametrize("said", [b"\xff\xff\xff\xff\0", request(Kind.DATA, 99, b"nobody asked")])
def test_nonsense_ends_the_channel_or_is_passed_over(said: bytes) -> None:
    def answer(kind: int, number: int, rest: bytes) -> list[bytes]:
        return [said, *usual(kind, number, rest)]

    is_passed = said[0] == 0
    assert read(Server(answer), Wanted(b"/a", VERSION, ENDS[:1])) == [[DATA[:16_384]] if is_passed else None]


def test_a_channel_that_is_lost_leaves_nobody_waiting() -> None:
    server = Server(lambda *_: [b""])

    async def lose() -> Any:
        rush = Rush()
        task = asyncio.ensure_future(rush.read(server, [Wanted(b"/a", VERSION, ENDS)] * 3, lambda _: None))
        while Kind.OPEN not in server.kinds:
            await asyncio.sleep(0)
        assert server.channel is not None
        server.channel.connection_lost(None)
        first = await task
        return first, await rush.read(server, [Wanted(b"/a", VERSION, ENDS)], lambda _: None)

    assert asyncio.run(lose()) == ([None] * 3, [None])
    assert server.opened == 1, "another is opened with another connection"


def test_a_server_of_another_version_or_without_another_channel() -> None:
    assert read(Server(version=2), Wanted(b"/a", VERSION, ENDS)) == [None]

    class Alone(Server):
        async def create_session(self, make: Callable[[], Channel], **how: Any) -> tuple[object, Channel]:
            raise OSError("no more sessions")

    assert read(Alone(), Wanted(b"/a", VERSION, ENDS)) == [None]


@pytest.mark.parametrize("silent", ["channel", "version"])
def test_a_server_that_never_gives_the_channel_is_not_waited_for(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where it says nothing to the channel, nor to what is spoken on it; and the channel does not stay."""
    monkeypatch.setattr(rush, "_BEGIN_SECONDS", 0.05)

    class Silent(Server):
        is_ended = False

        async def create_session(self, make: Callable[[], Channel], **how: Any) -> tuple[object, Channel]:
            self.channel = make()
            self.channel.connection_made(self)
            if silent == "channel":
                await asyncio.Event().wait()
            return self, self.channel

        def abort(self) -> None:
            self.is_ended = True

    server = Silent()
    assert read(server, Wanted(b"/a", VERSION, ENDS)) == [None]
    assert server.is_ended


@pytest.mark.parametrize(
    "said",
    [
        request(Kind.HANDLE, 1, struct.pack(">I", 0xFFFFFFFF)), request(Kind.HANDLE, 1, struct.pack(">I", 1 << 31) + b"h" * 100),
        struct.pack(">I", packets.MAX_PACKET) + bytes([Kind.DATA]), request(Kind.DATA, 0xFFFFFFFF, bytes(100_000)),
    ],
)  # fmt: skip
def test_data_without_end_takes_no_room(said: bytes) -> None:
    """Strings that claim to be longer than they are, packets that never end, answers to what nobody asked."""

    async def hear() -> int:
        server = Server(lambda *_: [])
        task = asyncio.ensure_future(Rush().read(server, [Wanted(b"/a", VERSION, ENDS)], lambda _: None))
        while Kind.OPEN not in server.kinds:
            await asyncio.sleep(0)
        channel, most = server.channel, 0
        assert channel is not None
        for _ in range(50):
            channel.data_received(said + bytes(packets.MAX_PACKET - len(said)), None)
            most = max(most, len(channel._packets._left))
        channel.end()
        assert await task == [None]
        return most

    assert asyncio.run(hear()) <= packets.MAX_PACKET + 4


def opened(sshd: Sshd, root: Path) -> SftpOrigin:
    made = SftpScheme().open(SourceSpec("s", "sftp", sshd.uri(root), options=sshd.options), OpenContext())
    assert isinstance(made, SftpOrigin)
    return made


def test_a_real_server_is_asked_so_and_what_changed_is_told(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        (tmp_path / f"{number}").write_bytes(DATA[number:])
    origin, slow = opened(sshd, tmp_path), list[str]()
    stamps = {name: origin.stat(name).stamp for name in map(str, range(6))}
    (tmp_path / "3").unlink()
    os.utime(tmp_path / "4", (1, 1))
    origin.let_go()
    read_one = SftpOrigin._read
    monkeypatch.setattr(SftpOrigin, "_read", lambda self, path, *how: slow.append(path) or read_one(self, path, *how))
    found = origin.read_each([Range(name, 5, 20_000, stamp) for name, stamp in stamps.items()])
    for number in (0, 1, 2, 5):
        assert found[number] == DATA[number + 5 : number + 20_005]
    assert isinstance(found[3], NotFoundError)
    assert isinstance(found[4], SourceChangedError)
    assert sorted(slow) == ["3", "4"]
    origin.close()


def test_a_server_that_gives_less_than_it_was_asked_for_gives_all_in_the_end(root: Path) -> None:
    (root / "a.wav").write_bytes(DATA)
    with odd_server(root) as odd:
        odd.most = 7000
        origin: Any = at(odd)
        stamp = origin.stat("a.wav").stamp
        found = origin.read_each([Range("a.wav", 0, 16_384, stamp), Range("a.wav", 190_000, 10_000, stamp)])
        assert found == [DATA[:16_384], DATA[190_000:]]
        assert not any(isinstance(one, OriginError) for one in found)
        origin.let_go()
        origin.stat("")
        origin.close()
