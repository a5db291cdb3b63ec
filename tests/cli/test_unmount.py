"""`musfuse unmount`: it returns when all is gone, and says why where it cannot."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound
from mount.conftest import Program, program, until  # noqa: F401 - fixtures
from mount.test_program import Until
from tests_support import needs_tmpfs

from cli.inprocess import run
from musfuse.app.state import StateFolder
from musfuse.cli.common import connect
from musfuse.errors import ControlError
from musfuse.platform import system
from musfuse.service.requests.owner import UnmountFrom


def test_a_mount_in_use_is_said_and_force_works(program: Program, music: Path, until: Until) -> None:
    sound.write(music / "1.flac", title="One")
    program.mount()
    program.wait_for_scan()
    (path,) = program.files()
    with path.open("rb"):
        done = program.unmount(check=False)
        assert done.returncode == 3
        assert "in use by" in done.stderr
        assert f"({os.getpid()})" in done.stderr
        assert path.exists()
        done = subprocess.run(
            [sys.executable, "-m", "musfuse", "unmount", "."], cwd=program.mnt, capture_output=True, text=True
        )
        assert re.search(rf"in use by \S+ \({os.getpid()}\): ", done.stderr)  # and not by the command itself
        program.unmount("--force")
        assert not os.path.ismount(program.mnt)
    until(lambda: program.status() == [])


def test_when_unmount_returns_the_process_is_gone(program: Program, music: Path) -> None:
    sound.write(music / "1.wav", 200_000, title="One")
    program.mount()
    program.settle()
    (path,) = program.files()
    path.read_bytes()
    pid = program.status()[0]["pid"]
    program.unmount()
    process = Path(f"/proc/{pid}")
    assert not process.exists() or not list((process / "fd").iterdir())  # nobody may have waited for it yet
    lock = system.ProcessLock(StateFolder(program.library).lock)
    assert lock.acquire()
    lock.release()


@needs_tmpfs
def test_the_originals_disk_can_be_unmounted_at_once(program: Program, music: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "musfuse-test", music], check=True)
    try:
        sound.write(music / "1.wav", 200_000, title="One")
        program.mount()
        program.settle()
        (path,) = program.files()
        path.read_bytes()
        program.unmount()
    finally:
        done = subprocess.run(["umount", music], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Path]:
    """Another place for a drive."""
    folder = tmp_path / "second"
    folder.mkdir()
    yield folder
    subprocess.run(["fusermount3", "-u", "-z", str(folder)], capture_output=True)


def test_one_of_two_places_leaves_the_other(program: Program, music: Path, second: Path) -> None:
    sound.write(music / "1.flac", 5000, title="One")
    program.mount()
    program.mount(mnt=second)
    assert "no drive of musfuse is mounted there" in run("unmount", music, code=3).err
    assert set(program.status()[0]["mounts"]) == {str(program.mnt), str(second)}
    assert run("unmount", program.mnt).out == f"unmounted {program.mnt}\n"
    assert not os.path.ismount(program.mnt)
    assert program.status()[0]["mounts"] == [str(second)]
    assert run("-q", "unmount", second).out == ""
    assert program.status() == []


def test_what_is_no_drive_of_ours_is_left_alone(tmp_path: Path, music: Path) -> None:
    for place in (music, tmp_path / "missing", Path("/"), Path("/proc")):
        assert f"{place}: no drive of musfuse is mounted there" in run("unmount", place, code=3).err
    assert os.path.ismount("/proc")


def test_an_owner_that_ends_before_it_answers_has_unmounted(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program.mount()

    class Cut:
        """A connection to the owner that does what is asked, and is cut before the answer comes."""

        def __init__(self, library: Path) -> None:
            self._real = connect(library)

        def __enter__(self) -> "Cut":
            self._real.__enter__()
            return self

        def __exit__(self, *error: object) -> None:
            self._real.__exit__(None, None, None)

        def call(self, asked: UnmountFrom) -> None:
            self._real.call(asked)
            raise ControlError("the process that owns the library ended before it answered")

    monkeypatch.setattr("musfuse.cli.unmount_cmd.connect", Cut)
    done = run("unmount", program.mnt)
    assert (done.code, done.out + done.err) == (0, f"unmounted {program.mnt}\n"), done
    assert not os.path.ismount(program.mnt)
