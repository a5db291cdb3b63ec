"""Whether the system tells of changes, on Windows: here over a substitute of what the module calls (`kernel32.py`)."""

import ntpath
import os
import sys
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from kernel32 import System
from windows_here import here  # noqa: F401 - fixtures


def test_network_drives_do_not_tell_of_all_changes(here: tuple[Any, System], monkeypatch: pytest.MonkeyPatch) -> None:
    windows, system = here
    monkeypatch.setattr(os.path, "abspath", ntpath.abspath)
    monkeypatch.setattr(os.path, "splitdrive", ntpath.splitdrive)
    system.remote = {"N"}
    assert windows.untold_changes("C:\\Music") == ""
    assert windows.untold_changes("N:\\Music").startswith("the network drive of N:")
    assert windows.untold_changes("\\\\nas\\music\\a")
    assert not windows.has_inotify()
    windows.on_hangup(lambda: None)
