"""Run files: what is put comes back or is missing, never wrong; limits hold; crashes and other hands do no harm."""

import os
import random
import resource
import threading
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.store import FrameFiles, FrameWriter

LENGTHS = [1000, 2000, 1500, 700]


def runs(seed: int = 1) -> list[bytes]:
    rng = random.Random(seed)
    return [rng.randbytes(n) for n in LENGTHS]


def test_put_and_get(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path / "runs", 1 << 20)
    data = runs()
    assert files.get("k", LENGTHS, 0) is None
    for n in (2, 0):
        files.put("k", LENGTHS, n, data[n])
    assert [files.get("k", LENGTHS, n) for n in range(4)] == [data[0], None, data[2], None]
    files.close()
    again = FrameFiles(tmp_path / "runs", 1 << 20)
    assert [again.get("k", LENGTHS, n) for n in range(4)] == [data[0], None, data[2], None]
    assert again.get("other", LENGTHS, 0) is None
    again.forget("k")
    assert again.get("k", LENGTHS, 0) is None
    assert not list((tmp_path / "runs").iterdir())
    again.close()


def test_a_worker_writes_and_the_owner_adopts(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path, 1 << 20)
    path = files.new_path(10_000)
    assert path is not None
    writer = FrameWriter(path)
    writer.add(b"wrong")
    writer.restart()
    for run in runs():
        writer.add(run)
    assert writer.finish()
    writer.discard()
    files.put("k", LENGTHS, 0, runs(2)[0])
    files.adopt("k", path)
    assert [files.get("k", LENGTHS, n) for n in range(4)] == runs()
    files.close()


def test_few_files_stay_open_and_none_is_needed(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path, 1 << 20, open_files=2)
    before = len(os.listdir("/proc/self/fd"))
    for n in range(10):
        files.put(f"k{n}", LENGTHS, 0, runs(n)[0])
    assert len(os.listdir("/proc/self/fd")) == before + 2
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        read = [(files.has(f"k{n}", LENGTHS, 0), files.get(f"k{n}", LENGTHS, 0)) for n in (0, 9)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert read == [(False, None), (True, runs(9)[0])]
    assert files.get("k0", LENGTHS, 0) == runs(0)[0]
    files.close()


def test_limits(tmp_path: Path) -> None:
    off = FrameFiles(tmp_path / "off", 0)
    off.put("k", LENGTHS, 0, runs()[0])
    assert off.get("k", LENGTHS, 0) is None
    assert off.new_path(1) is None
    assert not (tmp_path / "off").exists()
    small, freed = FrameFiles(tmp_path / "small", 100_000), list[int]()
    small.on_evicted = freed.append
    assert small.new_path(60_000) is None
    big = [60_000]
    small.put("big", big, 0, bytes(60_000))
    assert small.get("big", big, 0) is None
    for n in range(20):
        small.put(f"k{n}", [20_000], 0, os.urandom(20_000))
        os.utime(small._path(f"k{n}"), (n, n))
        if n > 3:
            assert small.get("k0", [20_000], 0) is not None or n > 4
    held = sum(p.stat().st_blocks * 512 for p in (tmp_path / "small").iterdir())
    assert held <= 125_000
    assert sum(freed) == 20 * 20_480 - held
    assert all(freed)  # who frees nothing has nothing to tell
    assert small.get("k19", [20_000], 0) is not None
    small.close()


def test_left_overs_of_a_crash_go(tmp_path: Path) -> None:
    (tmp_path / "1-2.new").write_bytes(b"half")
    files = FrameFiles(tmp_path, 1 << 20)
    files.put("k", LENGTHS, 0, runs()[0])
    assert [p.suffix for p in tmp_path.iterdir()] == [".runs"]
    files.close()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5300), st.integers(0, 255), st.booleans())
def test_damage_is_never_served(tmp_path_factory: object, at: int, value: int, cut: bool) -> None:
    folder = tmp_path_factory.mktemp("runs")  # type: ignore[attr-defined]
    files = FrameFiles(folder, 1 << 20)
    for n, run in enumerate(runs()):
        files.put("k", LENGTHS, n, run)
    files.close()
    (path,) = folder.iterdir()
    raw = bytearray(path.read_bytes())
    raw[at % len(raw)] = value
    path.write_bytes(raw[:at] if cut else raw)
    again = FrameFiles(folder, 1 << 20)
    for n, run in enumerate(runs()):
        assert again.get("k", LENGTHS, n) in (None, run)
        again.put("k", LENGTHS, n, run)
        assert again.get("k", LENGTHS, n) == run
    again.close()


def test_many_threads(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path, 30_000)
    problems: list[object] = []

    def work(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(400):
            key, n = rng.randrange(6), rng.randrange(4)
            got = files.get(f"{key}", LENGTHS, n)
            if got not in (None, runs(key)[n]):
                problems.append(key)
            files.put(f"{key}", LENGTHS, n, runs(key)[n])
            if rng.random() < 0.05:
                files.forget(f"{key}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    files.close()
    assert not problems


def test_a_file_that_is_gone_by_the_time_it_is_counted(tmp_path: Path) -> None:
    tmp_path.joinpath("0").symlink_to(tmp_path / "gone")  # listed, and not there when asked for its size
    files = FrameFiles(tmp_path, 30_000)
    for key in range(12):
        for n in range(4):
            files.put(f"{key}", LENGTHS, n, runs(key)[n])
    assert files.get("11", LENGTHS, 3) == runs(11)[3]
    assert sum(p.stat().st_size for p in tmp_path.glob("*") if p.exists()) < 60_000
    files.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    files = FrameFiles(tmp_path / "file" / "runs", 1 << 20)
    files.put("k", LENGTHS, 0, runs()[0])
    assert files.get("k", LENGTHS, 0) is None
    files.close()
