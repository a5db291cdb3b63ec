"""Mountpoints, on Windows: here over a substitute of what the module calls (`kernel32.py`)."""

import sys
from pathlib import Path
from typing import Any

import pytest

from musfuse.errors import ControlError, MountError

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from kernel32 import System
from windows_here import here, windows  # noqa: F401 - fixtures


def test_drive_letters(here: tuple[Any, System]) -> None:
    windows, system = here
    system.letters = {"A", "C", "Z", "X"}
    assert windows.free_drive_letter() == "Y:"
    for taken in ("C:", "c:\\", "X:"):
        assert windows.is_mounted(Path(taken))
        with pytest.raises(MountError, match="is taken"):
            windows.check_mountpoint(Path(taken), False)
    for free in ("Y:", "y:\\", "*"):
        windows.check_mountpoint(Path(free), False)
    assert not windows.is_mounted(Path("Y:"))
    system.letters = set("DEFGHIJKLMNOPQRSTUVWXYZ")
    with pytest.raises(MountError, match="no drive letter is free"):
        windows.free_drive_letter()  # A and B are for floppy disks, C is the system's


def test_a_mountpoint_is_a_letter_a_share_or_a_folder_to_be_made(windows: Any, tmp_path: Path) -> None:
    for text, made in (("m:", "M:"), ("m:\\", "M:"), ("*", "*"), ("\\\\musfuse\\music", "\\\\musfuse\\music")):
        assert str(windows.absolute_mountpoint(Path(text))) == made
    assert windows.absolute_mountpoint(Path("music")) == Path.cwd() / "music"
    for odd in ("é:", "1:", "mm:", "m"):
        assert windows.absolute_mountpoint(Path(odd)) == Path.cwd() / odd
    windows.check_mountpoint(tmp_path / "new", False)
    for path, said in ((tmp_path, "exists already"), (tmp_path / "a/b", "is no folder; make it first")):
        with pytest.raises(MountError, match=said):
            windows.check_mountpoint(path, False)
    assert windows.is_mounted(tmp_path)
    assert windows.mount_answers(tmp_path)
    with pytest.raises(ControlError, match="no drive of musfuse"):
        windows.unmount(Path("M:"), False)
