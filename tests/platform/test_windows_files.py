"""Files and folders, on Windows: here over a substitute of what the module calls (`kernel32.py`)."""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from windows_here import here, windows  # noqa: F401 - fixtures


def test_bytes_are_read_and_written_where_they_belong(windows: Any, tmp_path: Path) -> None:
    far = (5 << 30) - 3  # behind what 32 bits tell
    fd = windows.open_for_update(str(tmp_path / "f"))
    windows.write_at(fd, b"end", far)
    windows.write_at(fd, b"begin", 0)
    os.close(fd)
    assert (tmp_path / "f").stat().st_size == far + 3
    fd = windows.open_shared(str(tmp_path / "f"))
    assert windows.read_at(fd, 10, far) == b"end"
    assert windows.read_at(fd, 7, 0) == b"begin\0\0"
    assert windows.read_at(fd, 7, 5 << 30) == b""
    assert windows.read_at(fd, 0, 0) == b""
    with pytest.raises(OSError):
        windows.write_at(fd, b"x", 0)  # it was opened for reading
    os.close(fd)
    with pytest.raises(OSError):
        windows.read_at(fd, 1, 0)


def test_what_cannot_be_opened_says_why(windows: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        windows.open_shared(str(tmp_path / "missing"))
    for opened in (windows.open_shared, windows.open_for_update):
        with pytest.raises(OSError):
            opened(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_read_from_a_pipe_waits_only_while_nothing_can_come(windows: Any) -> None:
    ours, theirs = os.pipe()
    assert not windows.input_waits(ours, 0)
    writer = threading.Timer(0.01, os.write, (theirs, b"1"))
    writer.start()
    assert windows.input_waits(ours, 30)
    writer.join()
    os.read(ours, 1)
    os.close(theirs)
    assert windows.input_waits(ours, 0)  # its end
    os.close(ours)
