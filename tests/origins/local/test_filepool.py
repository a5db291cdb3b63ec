"""Open files that readers share: how many, how long, and who closes them."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from musfuse.origins import LocalOrigin
from musfuse.origins.local.filepool import FilePool, OpenFile


def test_files_that_nobody_uses_are_closed(tmp_path: Path) -> None:
    for name in ("f", "g"):
        (tmp_path / name).write_bytes(b"1")
    pool = FilePool(4, idle_seconds=0.0)

    def use(file: OpenFile) -> bytes:
        pool.use(("g", None), lambda: os.open(tmp_path / "g", os.O_RDONLY), lambda other: b"")
        pool.close_idle()  # closes the other, not the one in use
        assert len(pool) == 1
        return os.pread(file.fd, 1, 0)

    assert pool.use(("f", None), lambda: os.open(tmp_path / "f", os.O_RDONLY), use) == b"1"
    pool.close_idle()
    assert len(pool) == 0
    pool.close()


def test_the_pool_is_bounded_and_closes_what_it_drops(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for n in range(50):
        (tmp_path / f"{n}.wav").write_bytes(str(n).encode())
    origin = LocalOrigin("u", str(tmp_path), open_files=8)
    threads = [threading.Thread(target=lambda: [origin.read(f"{n}.wav", 0, 5) for n in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before + 8
    origin.close()
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before


def test_a_file_in_use_outlives_its_eviction(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"1")
    pool = FilePool(1)

    def use(file: OpenFile) -> bytes:
        pool.use(("other", None), lambda: os.open(path, os.O_RDONLY), lambda other: b"")
        return os.pread(file.fd, 1, 0)

    assert pool.use(("f", None), lambda: os.open(path, os.O_RDONLY), use) == b"1"
    assert len(pool) == 1
    pool.close()


class Files:
    """Opens files of a folder, and counts what was opened."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.opened = folder, 0

    def opener(self, name: str) -> Callable[[], int]:
        def opened() -> int:
            self.opened += 1
            return os.open(self.folder / name, os.O_RDONLY)

        return opened


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "f").write_bytes(b"1")
    return Files(tmp_path)


def first_byte(file: OpenFile) -> bytes:
    return os.pread(file.fd, 1, 0)


def is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def test_readers_of_one_version_share_a_file(files: Files) -> None:
    pool, fds = FilePool(4), set()

    def use(file: OpenFile) -> bytes:
        fds.add(file.fd)
        return pool.use(("f", None), files.opener("f"), first_byte)

    for _ in range(3):
        assert pool.use(("f", None), files.opener("f"), use) == b"1"
    assert (files.opened, len(fds)) == (1, 1)
    pool.close()
    assert not any(map(is_open, fds))


def test_two_that_open_the_same_at_once_keep_one(files: Files) -> None:
    pool, both = FilePool(4), threading.Barrier(2)
    got: list[int] = []

    def opened() -> int:
        both.wait()  # neither is in the pool yet
        got.append(files.opener("f")())
        return got[-1]

    threads = [threading.Thread(target=lambda: pool.use(("f", None), opened, first_byte)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(is_open, got)) == [False, True]
    pool.close()
    assert not any(map(is_open, got))


@pytest.mark.parametrize("end", [FilePool.close, FilePool.let_go, lambda pool: pool.forget(("f", None))])
def test_a_file_that_is_dropped_while_it_is_read_is_closed_after(files: Files, end: Callable[[FilePool], None]) -> None:
    pool, fds = FilePool(4), []

    def use(file: OpenFile) -> bytes:
        fds.append(file.fd)
        end(pool)
        return first_byte(file)

    assert pool.use(("f", None), files.opener("f"), use) == b"1"
    assert not is_open(fds[0])
    assert pool.use(("f", None), files.opener("f"), first_byte) == b"1"  # another one
    assert files.opened == 2
    pool.close()


def test_a_use_that_fails_holds_nothing(files: Files) -> None:
    pool, fds = FilePool(4), []

    def fail(file: OpenFile) -> bytes:
        fds.append(file.fd)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pool.use(("f", None), files.opener("f"), fail)
    with pytest.raises(FileNotFoundError):
        pool.use(("g", None), files.opener("missing"), first_byte)
    assert len(pool) == 1
    pool.let_go()
    assert not is_open(fds[0])
    pool.close()


def test_an_idle_pool_empties_by_itself(files: Files) -> None:
    """So that a disk can be ejected."""
    pool, fds = FilePool(4, idle_seconds=0.0), []
    pool.use(("f", None), files.opener("f"), lambda file: fds.append(file.fd) or b"")  # type: ignore[func-returns-value]
    while (timer := pool._timer) is not None:
        timer.join()
    assert len(pool) == 0
    assert not is_open(fds[0])


def test_what_was_used_last_stays(files: Files) -> None:
    pool = FilePool(2)
    for version in ("one", "two", "one", "three", "one"):
        pool.use((version, None), files.opener("f"), first_byte)
    assert files.opened == 3
    pool.close()
