"""The real program, mounted by the real kernel."""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.inprocess import ended_as
from conftest import fuse_works
from warm import musfuse


class Program:
    """Runs `musfuse` with a library and a mountpoint of its own."""

    def __init__(self, folder: Path, music: Path) -> None:
        self.library, self.mnt, self.music = folder / "library", folder / "mnt", music
        self.mnt.mkdir()

    def run(
        self, *args: str | Path, check: bool = True, env: dict[str, str] | None = None, cold: bool = False
    ) -> subprocess.CompletedProcess[str]:
        done = musfuse(*args, env=env, cold=cold)
        if check:
            assert done.returncode == 0, done.stdout + done.stderr + self.log()
        return done

    def ask(self, *args: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """As `run`, in the process of the test, which saves its start: of an owner a command only asks."""
        done = ended_as(*args)
        assert not check or done.code == 0, (done, self.log())
        return subprocess.CompletedProcess(args, done.code, done.out, done.err)

    def mount(
        self, *flags: str, mnt: Path | None = None, check: bool = True, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return self.run("mount", "--library", self.library, *flags, self.music, mnt or self.mnt, check=check, env=env)

    def unmount(self, *flags: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run("unmount", *flags, self.mnt, check=check)

    def status(self) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = json.loads(self.ask("status", "--json").stdout)
        return said

    def kill(self) -> None:
        """SIGKILL the owner, and wait until nothing of it is left."""
        owner = os.pidfd_open(self.status()[0]["pid"])
        signal.pidfd_send_signal(owner, signal.SIGKILL)
        select.select([owner], [], [])
        os.close(owner)

    def settle(self) -> None:
        """Wait for the scan and all indexes."""
        self.ask("index", "--wait", "--library", self.library)

    def rest(self) -> None:
        """Wait for all jobs, also those that follow: from then on nothing is written that nobody asks for."""
        self.settle()
        for _ in range(20):
            jobs = json.loads(self.ask("jobs", "--json", "--library", self.library).stdout)
            left = [job["id"] for job in jobs if job["state"] in ("queued", "running")]
            if not left:
                return
            for job in left:
                self.ask("jobs", "wait", "--library", self.library, str(job), check=False)
        raise AssertionError("jobs follow jobs for ever\n" + self.log())

    def wait_for_scan(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            (status,) = self.status()
            if status["scan"]["state"] == "done":
                return
            time.sleep(0.02)
        raise AssertionError("the scan does not end\n" + self.log())

    def files(self) -> list[Path]:
        """All files of the drive."""
        return sorted(p for p in self.mnt.rglob("*") if p.is_file())

    def log(self) -> str:
        log = self.library / "musfuse.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def clean(self) -> None:
        for _ in range(5):
            if os.path.ismount(self.mnt) or not _answers(self.mnt):
                subprocess.run(["fusermount3", "-u", "-z", str(self.mnt)], capture_output=True)


def _answers(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


@pytest.fixture
def program(tmp_path: Path, music: Path) -> Iterator[Program]:
    if not fuse_works():
        pytest.skip("no FUSE here: /dev/fuse or fusermount3 is missing")
    made = Program(tmp_path, music)
    yield made
    made.clean()
    log = made.log()
    assert "Traceback" not in log, log


@pytest.fixture
def until() -> Callable[[Callable[[], bool], float], None]:
    def wait(condition: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.02)

    return wait
