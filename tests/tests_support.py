"""What tests of several folders share."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from musfuse.app.library import Library
from musfuse.service.requests.info import Describe
from musfuse.service.wire import to_json


def _may_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "musfuse-test", folder], capture_output=True).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


needs_tmpfs = pytest.mark.skipif(not _may_mount(), reason="mounting a tmpfs needs root and the right to mount")


def needs_program(name: str) -> str:
    """The path of a program that scripts/test installs; the test is skipped where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def small_disk(folder: Path, kib: int, inodes: int = 0) -> Iterator[Path]:
    """A file system of `kib` KiB, and of so many `inodes` where they are given, at `folder`; the test is skipped where none can be mounted."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k,nr_inodes={inodes}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here; this needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room of a disk; the file that takes it."""
    os.sync()  # blocks of what was cut or removed come free only when the file system commits that
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as out, suppress(OSError):
        while True:
            out.write(bytes(4096))
    facts = os.statvfs(disk)
    assert facts.f_bavail == 0
    return filler


def describe(library: Library, path: str, original: str = "") -> dict[str, Any]:
    """What `musfuse info --json` tells."""
    told: dict[str, Any] = json.loads(json.dumps(to_json(library.handlers().call(Describe(path, original)))))
    return told


def examples(number: int) -> int:
    """So many examples of a costly property, or so many things at once; more of them where the profile asks for more
    than usual."""
    return number * max(1, settings().max_examples // 100)


def run_states(machine: type[RuleBasedStateMachine], max_examples: int, steps: int) -> None:
    """Run a state machine whose examples share what takes long to make: so many of them (see `examples`), of so many
    steps each."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(max_examples), stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
