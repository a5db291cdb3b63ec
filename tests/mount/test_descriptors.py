"""A drive of a process that may open few files: real limits, as `ulimit -n` and `prlimit` set them."""

import errno
import os
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from tests_support import needs_program

from mount.conftest import Program
from musfuse.control import Client
from musfuse.control.protocol import endpoint

FEW = 64

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as Linux has them")


@pytest.fixture
def album(music: Path) -> Path:
    for n in range(24):
        sound.write(music / f"made {n:02}.wav", 44_100, seed=n, title=f"Made {n:02}")
        sound.write(music / f"kept {n:02}.flac", 44_100, seed=n, title=f"Kept {n:02}")
    return music


def owner(program: Program) -> int:
    return int(program.status()[0]["pid"])


def descriptors(pid: int) -> list[int]:
    return sorted(map(int, os.listdir(f"/proc/{pid}/fd")))


def test_many_readers_of_many_files_with_few_descriptors(program: Program, album: Path) -> None:
    mount = [sys.executable, "-m", "musfuse", "mount", "--library", program.library, album, program.mnt]
    subprocess.run([needs_program("prlimit"), f"--nofile={FEW}:{FEW}", *map(str, mount)], check=True)
    program.settle()
    pid = owner(program)
    assert f"{FEW}" in next(
        line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "open files" in line
    )
    files = program.files()
    assert len(files) == 48
    wanted = files * 5
    random.Random(1).shuffle(wanted)
    with ThreadPoolExecutor(32) as readers:
        sizes = dict(readers.map(lambda path: (path, len(path.read_bytes())), wanted))
        assert owner(program) == pid
    assert sizes == {path: path.stat().st_size for path in files}
    for path in files:
        if "Kept" in path.name:
            assert path.read_bytes() == (album / path.name.replace("Kept", "kept")).read_bytes()
    sound.flac_test(next(path for path in files if "Made" in path.name))
    assert len(descriptors(pid)) < FEW
    program.unmount()
    assert program.status() == []


@pytest.fixture
def starved(program: Program, album: Path) -> Iterator[int]:
    """The owner of a mounted drive, which may open nothing any more; its process id."""
    program.mount(env={"MUSFUSE_VIEW_POLICY": "original", "MUSFUSE_CACHE_OPEN_FILES": "1"})
    program.rest()  # a job that opens something meanwhile takes what is kept free for calls
    assert len(program.files()) == 48
    pid = owner(program)
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    limit = next(int(fd.name) for fd in Path(f"/proc/{pid}/fd").iterdir() if os.readlink(fd) == "/dev/fuse") + 1
    with ExitStack() as greedy:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, before[1]))
        while not set(range(limit)) <= set(descriptors(pid)):
            greedy.enter_context(Client(endpoint(program.library))).call("progress")
        yield pid
        if program.status():
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def test_without_descriptors_the_owner_can_be_asked_and_ended(program: Program, starved: int) -> None:
    for _ in range(5):
        (status,) = program.status()
        assert status["mounts"] == [str(program.mnt)]
    program.unmount()
    assert not os.path.ismount(program.mnt)
    assert program.status() == []


def test_without_descriptors_readers_are_told_to_come_again(program: Program, starved: int) -> None:
    files = program.files()
    for path in files[:3]:
        with pytest.raises(OSError) as caught:
            path.read_bytes()
        assert caught.value.errno == errno.EMFILE
    resource.prlimit(starved, resource.RLIMIT_NOFILE, resource.prlimit(os.getpid(), resource.RLIMIT_NOFILE))
    assert files[0].read_bytes() == (program.music / "kept 00.flac").read_bytes()
