"""Requests of one turn of the event loop travel together."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sshd import Sshd

from musfuse.errors import NotFoundError, OriginError
from musfuse.origins import OpenContext, SftpScheme, SourceSpec
from musfuse.origins.port import Range
from musfuse.origins.sftp.cork import Cork


class _Channel:
    closing = False

    def is_closing(self) -> bool:
        return self.closing


class _Writer:
    def __init__(self) -> None:
        self.channel, self.sent, self.closed = _Channel(), list[bytes](), False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True


def test_what_is_written_in_one_turn_is_sent_once_and_in_order() -> None:
    writer = _Writer()

    async def use() -> None:
        cork = Cork(writer, asyncio.get_running_loop())
        cork.write(b"a")
        cork.write(b"b")
        assert not writer.sent
        await asyncio.sleep(0)
        assert writer.sent == [b"ab"]
        cork.write(b"c")
        cork.close()
        assert (writer.sent, writer.closed) == ([b"ab", b"c"], True)
        assert cork.sent is writer.sent, "all else is the writer's"
        writer.channel.closing = True
        cork.write(b"lost")
        await asyncio.sleep(0)
        assert writer.sent == [b"ab", b"c"]

    asyncio.run(use())


def test_many_reads_at_once_are_those_of_one_after_the_other(sshd: Sshd, tmp_path: Path) -> None:
    draw = random.Random(4)
    contents = {f"{number}.wav": draw.randbytes(draw.choice((0, 100, 70_000, 300_000))) for number in range(40)}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder").mkdir()
    origin = SftpScheme().open(SourceSpec("s", "sftp", sshd.uri(tmp_path), options=sshd.options), OpenContext())
    try:
        stamps = {name: origin.stat(name).stamp for name in contents}
        stamp = stamps["0.wav"]
        odd = [Range("gone.wav", 0, 10, stamp), Range("folder", 0, 10, stamp), Range("1.wav", 0, 10, stamps["2.wav"])]
        ranges = [
            Range(name, offset, draw.choice((1, 16_384, 200_000)), stamps[name])
            for name in contents
            for offset in (0, 90_000)
        ]

        def ask(seed: int) -> None:
            mixed = [*ranges, *odd]
            random.Random(seed).shuffle(mixed)
            for wanted, found in zip(mixed, origin.read_each(mixed), strict=True):  # type: ignore[attr-defined]
                if wanted in odd:
                    assert isinstance(found, OriginError), wanted
                    assert wanted.path != "gone.wav" or isinstance(found, NotFoundError)
                else:
                    assert found == contents[wanted.path][wanted.offset : wanted.offset + wanted.size], wanted

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(ask, range(3)))
    finally:
        origin.close()
