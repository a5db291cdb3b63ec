"""What every origin must hold: run against each implementation."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from s3servers import S3Server
from sshd import Sshd
from toy import Toy, ToyOrigin

from musfuse.errors import NotFoundError, OriginError, RefusedError, SourceChangedError
from musfuse.model import NodeKind, SourceFile, Stamp
from musfuse.origins import (
    CheckedOrigin,
    LocalOrigin,
    MemoryOrigin,
    OpenContext,
    Origin,
    S3Scheme,
    SftpScheme,
    SourceSpec,
    open_reader,
)
from musfuse.sources.cached import CachedOrigin
from musfuse.sources.far import FarSource
from musfuse.sources.lane import Lane
from musfuse.sources.urgency import Urgency
from musfuse.store.chunks.store import ChunkStore

Write = Callable[..., object]
"""Writes a file, as another version; with `keep_mtime` one of the same mtime, as another file in its place."""


@pytest.fixture(
    params=["memory", "local", "toy", "checked", "lane", "sftp", "s3-moto", "s3-rclone", "s3-swift", "far", "cached"]
)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Origin, Write]]:
    if request.param == "memory":
        memory = MemoryOrigin("m")
        yield memory, memory.write
        return
    if request.param == "cached":
        toy, store = Toy(), ChunkStore(tmp_path / "chunks", 64 << 20)
        yield FarSource(Lane(ToyOrigin("t", "toy://t", toy)), contents=store).seen_by(Urgency.READER), toy.write
        store.close()
        return
    if request.param in ("toy", "lane", "far"):
        toy = Toy()
        shelf: Origin = ToyOrigin("t", "toy://t", toy)
        lane = Lane(shelf)
        seen: dict[str, Origin] = {
            "toy": shelf, "lane": lane.seen_by(Urgency.READER), "far": FarSource(lane).seen_by(Urgency.READER)
        }  # fmt: skip
        yield seen[request.param], toy.write
        return
    if request.param.startswith("s3-"):
        yield from in_a_bucket(request)
        return
    root = tmp_path / "root"
    root.mkdir()
    clock = iter(range(1, 1000))

    def write(path: str, data: bytes, keep_mtime: bool = False) -> None:
        full = root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        stamp = int(full.stat().st_mtime) if keep_mtime else 1_600_000_000 + next(clock)
        new = full.with_name("new") if keep_mtime else full
        new.write_bytes(data)
        os.utime(new, (stamp, stamp))
        new.replace(full)

    if request.param == "sftp":
        server: Sshd = request.getfixturevalue("sshd")
        spec = SourceSpec("s", "sftp", server.uri(root), options=server.options)
        far = SftpScheme().open(spec, OpenContext(open_files=4))
        yield far, write
        far.close()
        return
    local: Origin = LocalOrigin("l", str(root), open_files=4)
    local = CheckedOrigin(local) if request.param == "checked" else local
    yield local, write
    local.close()


def in_a_bucket(request: pytest.FixtureRequest) -> Iterator[tuple[Origin, Write]]:
    """A folder of its own in the bucket of a server that all tests share. Swift takes its time to start, in each process
    that runs tests."""
    if request.param == "s3-swift" and request.config.getoption("--hypothesis-profile") != "long":
        pytest.skip("Swift is tried with --hypothesis-profile long")
    server: S3Server = request.getfixturevalue("s3server")(request.param.removeprefix("s3-"))
    folder = f"{os.urandom(8).hex()}/x"
    far = S3Scheme().open(server.spec(f"s3://music/{folder}"), OpenContext())
    yield far, lambda path, data, keep_mtime=False: server.write(f"{folder}/{path}", data, keep_mtime)
    far.close()


def test_lists_sorted_with_kinds(made: tuple[Origin, Write]) -> None:
    origin, write = made
    for name in ("b.wav", "a/x.wav", "c.wav", "Ä.wav"):
        write(name, b"123")
    entries = list(origin.list(""))
    assert [e.name for e in entries] == sorted(e.name for e in entries) == ["a", "b.wav", "c.wav", "Ä.wav"]
    assert [e.stat.kind for e in entries if e.stat] == [NodeKind.FOLDER, *[NodeKind.FILE] * 3]
    assert [e.name for e in origin.list("a")] == ["x.wav"]


def test_stat_tells_size_and_moves_with_a_change(made: tuple[Origin, Write]) -> None:
    origin, write = made
    write("f", b"12345")
    before = origin.stat("f")
    assert before.stamp.size == 5
    assert before.kind is NodeKind.FILE
    assert origin.stat("").kind is NodeKind.FOLDER
    write("f", b"54321")
    assert origin.stat("f").stamp != before.stamp


def test_reads_any_range(made: tuple[Origin, Write]) -> None:
    origin, write = made
    data = bytes(range(256)) * 40
    write("f", data)
    stamp = origin.stat("f").stamp
    for offset, size in ((0, 10), (5000, 300), (len(data) - 3, 100), (len(data), 10), (len(data) + 5, 1), (7, 0)):
        assert origin.read("f", offset, size, stamp) == data[offset : offset + size]
        assert origin.read("f", offset, size) == data[offset : offset + size]


def test_a_changed_file_is_not_read_as_the_old_version(made: tuple[Origin, Write]) -> None:
    origin, write = made
    write("f", b"old bytes")
    stamp = origin.stat("f").stamp
    assert origin.read("f", 0, 3, stamp) == b"old"
    write("f", b"new bytes, more of them")
    if not isinstance(origin, MemoryOrigin | LocalOrigin | CheckedOrigin | ToyOrigin):
        with contextlib.suppress(SourceChangedError):
            assert origin.read("f", 0, 3, stamp) == b"old"  # which may be kept
        origin.let_go()
    if isinstance(origin, CachedOrigin):
        assert origin.read("f", 0, 3, stamp) == b"old", "it is kept, and still that version"
    else:
        with pytest.raises(SourceChangedError):
            origin.read("f", 0, 3, stamp)
    assert origin.read("f", 0, 3, origin.stat("f").stamp) == b"new"


def test_another_file_of_the_same_size_and_mtime_is_another_version(made: tuple[Origin, Write]) -> None:
    origin, write = made
    write("f", b"old bytes")
    before = origin.stat("f")
    assert origin.read("f", 0, 3, before.stamp) == b"old"
    kept = write("f", b"new bytes", keep_mtime=True)
    after = origin.stat("f")
    assert kept is False or after.stamp.looks_like(before.stamp)  # a server may set times by itself
    if origin.traits.mtime_step_ns:
        return  # it tells nothing else
    assert not after.stamp.agrees_with(before.stamp)
    assert (after.ident != before.ident) == origin.traits.stable_ids
    assert origin.read("f", 0, 9, after.stamp) == b"new bytes"
    with contextlib.suppress(SourceChangedError):
        assert origin.read("f", 0, 3, before.stamp) == b"old"  # which may be held open
    other = Stamp(after.stamp.size, after.stamp.mtime_ns)  # nothing else is known of it
    assert origin.read("f", 0, 3, other) == b"new"


def test_missing_paths(made: tuple[Origin, Write]) -> None:
    origin, write = made
    write("d/f", b"1")
    for call in (lambda: origin.stat("no"), lambda: origin.read("no", 0, 1), lambda: list(origin.list("no"))):
        with pytest.raises(NotFoundError):
            call()


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "./a", "a//b", "a\0b"])
def test_paths_outside_are_refused(made: tuple[Origin, Write], path: str) -> None:
    origin, write = made
    write("a/b", b"1")
    for call in (lambda: origin.stat(path), lambda: origin.read(path, 0, 1), lambda: list(origin.list(path))):
        with pytest.raises(OriginError) as caught:
            call()
        assert isinstance(caught.value, RefusedError)


def test_reader_is_a_seekable_file(made: tuple[Origin, Write]) -> None:
    origin, write = made
    data = os.urandom(200_000)
    write("f", data)
    stat = origin.stat("f")
    with open_reader(origin, SourceFile(origin.uid, "f", stat.stamp, stat.ident)) as reader:
        assert reader.read(10) == data[:10]
        assert reader.seek(-100, 2) == len(data) - 100
        assert reader.read() == data[-100:]
        reader.seek(70_000)
        assert reader.read(70_000) == data[70_000:140_000]
        with pytest.raises(OSError):
            reader.seek(-1)


def test_it_lets_go_and_goes_on(made: tuple[Origin, Write]) -> None:
    origin, write = made
    write("f", b"12345")
    assert origin.read("f", 0, 5) == b"12345"
    origin.let_go()
    assert origin.read("f", 0, 5) == b"12345"


def test_a_trait_tells_whether_there_are_ids(made: tuple[Origin, Write]) -> None:
    origin, write = made
    write("f", b"1")
    assert bool(origin.stat("f").ident) == origin.traits.stable_ids


def test_another_process_is_told_whether_it_can_read(made: tuple[Origin, Write]) -> None:
    origin, _ = made
    spec = origin.spec()
    assert (spec["local"], spec["uid"]) == (origin.traits.local, origin.uid)
