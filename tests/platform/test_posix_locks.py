"""Locks between processes, on Linux itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.platform import posix

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)


from musfuse.platform import posix


def test_a_lock_is_held_until_it_is_released_or_its_process_dies(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    script = (
        "import sys; from pathlib import Path; from musfuse.platform import posix\n"
        "lock = posix.ProcessLock(Path(sys.argv[1])); print(lock.acquire(), flush=True); input()"
    )
    lock = posix.ProcessLock(path)
    with subprocess.Popen(
        [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert not lock.acquire()
        other.kill()
        other.wait()
    assert lock.acquire()
    assert not posix.ProcessLock(path).acquire()
    lock.release()
    lock.release()
    again = posix.ProcessLock(path)
    assert again.acquire()
    again.release()


def test_a_lock_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="name another folder with --library"):
        posix.ProcessLock(tmp_path / "missing" / "lock").acquire()
