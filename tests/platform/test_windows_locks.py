"""Locks between processes, on Windows: here over a substitute of what the module calls (`kernel32.py`)."""

import sys
from pathlib import Path
from typing import Any

import pytest

from musfuse.errors import StoreError

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from windows_here import here, windows  # noqa: F401 - fixtures


def test_a_lock_is_held_until_it_is_released(windows: Any, tmp_path: Path) -> None:
    lock, other = windows.ProcessLock(tmp_path / "lock"), windows.ProcessLock(tmp_path / "lock")
    assert lock.acquire()
    assert not other.acquire()
    lock.release()
    lock.release()
    assert other.acquire()
    other.release()
    with pytest.raises(StoreError, match="name another folder with --library"):
        windows.ProcessLock(tmp_path / "missing/lock").acquire()
