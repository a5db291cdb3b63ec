"""Ranges of files of SSH servers: the bytes that are there, of one version, or an error."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sshd import Sshd, descendants

pytest.importorskip("asyncssh", reason="the extra musfuse[sftp] is not installed")

from musfuse.errors import NotFoundError, OriginError, SourceChangedError
from musfuse.model import Stamp
from musfuse.origins import LocalOrigin, Origin
from musfuse.origins.beats import hearing

from .oddserver import odd_server
from .test_listing import at


def test_any_range_is_that_of_the_local_copy(origin: Origin, root: Path) -> None:
    rng = random.Random(1)
    sizes = [0, 1, 65_535, 65_536, 65_537, 1_000_003, 5_000_000]
    for number, size in enumerate(sizes):
        (root / f"{number}.wav").write_bytes(rng.randbytes(size))
    local = LocalOrigin("l", str(root))
    stamps = {number: origin.stat(f"{number}.wav").stamp for number in range(len(sizes))}

    def compare(seed: int) -> None:
        mine = random.Random(seed)
        number = mine.randrange(len(sizes))
        offset, size = mine.randrange(sizes[number] + 10), mine.choice((1, 4096, 65_536, 300_000, 3_000_000))
        stamp = mine.choice((None, stamps[number]))
        assert origin.read(f"{number}.wav", offset, size, stamp) == local.read(f"{number}.wav", offset, size)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(compare, range(400)))
    local.close()


def test_bytes_are_told_of_as_they_come(origin: Origin, root: Path) -> None:
    (root / "a.wav").write_bytes(bytes(300_000))
    came: list[int] = []
    with hearing(came.append):
        assert len(origin.read("a.wav", 0, 300_000)) == 300_000
    assert sum(came) == 300_000
    assert len(came) >= 5


def test_a_rewrite_in_place_is_noticed(origin: Origin, root: Path) -> None:
    path = root / "a.wav"
    path.write_bytes(b"a" * 200_000)
    stamp = origin.stat("a.wav").stamp
    assert origin.read("a.wav", 0, 10, stamp) == b"a" * 10
    with path.open("r+b") as file:
        file.write(b"b" * 200_000)
    os.utime(path, (stamp.mtime_ns / 1e9 + 5,) * 2)
    with pytest.raises(SourceChangedError):
        origin.read("a.wav", 0, 200_000, stamp)
    os.truncate(path, 10)
    with pytest.raises(SourceChangedError):
        origin.read("a.wav", 0, 200_000, stamp)


def test_who_reads_goes_on_where_another_file_takes_its_place(origin: Origin, root: Path) -> None:
    path = root / "a.wav"
    path.write_bytes(b"a" * 1000)
    stamp = origin.stat("a.wav").stamp
    assert origin.read("a.wav", 0, 10, stamp) == b"a" * 10
    (root / "new").write_bytes(b"b" * 999)
    (root / "new").replace(path)
    assert origin.read("a.wav", 10, 10, stamp) == b"a" * 10
    path.unlink()
    assert origin.read("a.wav", 20, 10, stamp) == b"a" * 10
    origin.let_go()
    with pytest.raises(NotFoundError):
        origin.read("a.wav", 30, 10, stamp)


def test_few_files_are_kept_open(origin: Origin, root: Path, sshd: Sshd) -> None:
    for number in range(10):
        (root / f"{number}.wav").write_bytes(b"x" * 1000)
    for number in range(10):
        origin.read(f"{number}.wav", 0, 10, origin.stat(f"{number}.wav").stamp)
    origin.read("1.wav", 0, 10)
    origin.stat("")  # behind all that is closed
    assert sshd.process is not None
    held = 0
    for pid in descendants(sshd.process.pid):
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            held += os.path.realpath(link).startswith(f"{root}/")
    assert held <= 3


def test_a_folder_is_no_file(origin: Origin, root: Path) -> None:
    (root / "d").mkdir()
    for stamp in (None, Stamp(0, 0)):
        with pytest.raises(OriginError):
            origin.read("d", 0, 10, stamp)


def test_answers_that_are_too_short_are_put_together(root: Path) -> None:
    data = random.Random(2).randbytes(150_000)
    (root / "a.wav").write_bytes(data)
    with odd_server(root) as odd:
        odd.most = 7000
        origin = at(odd)
        stamp = origin.stat("a.wav").stamp
        assert origin.read("a.wav", 0, 200_000, stamp) == data
        assert origin.read("a.wav", 70_001, 60_000, stamp) == data[70_001:130_001]
        origin.let_go()
        origin.stat("")  # behind that
        origin.close()
