"""What the system lets a process have, on Windows: here over a substitute of what the module calls (`kernel32.py`)."""

import os
import sys
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)


@pytest.mark.parametrize(
    ("cores", "wanted", "waiting"), [(1, 64, 2), (8, 64, 6), (64, 64, 14), (8, 3, 3), (8, 0, 1), (None, 64, 2)]
)
def test_some_of_the_threads_of_a_face_go_on(
    windows: Any, monkeypatch: pytest.MonkeyPatch, cores: int | None, wanted: int, waiting: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert windows.waiting_calls(wanted) == waiting
