"""What the system lets a process have, on Windows: here over a substitute of what the module calls (`kernel32.py`)."""

import sys
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from windows_here import here, windows  # noqa: F401 - fixtures


@pytest.mark.parametrize(("threads", "wanted", "waiting"), [(96, 192, 72), (8, 192, 6), (96, 3, 3), (96, 0, 1)])
def test_some_of_the_threads_of_a_face_go_on(windows: Any, threads: int, wanted: int, waiting: int) -> None:
    assert windows.waiting_calls(wanted, threads) == waiting


def test_a_call_waits_for_its_turn_and_ends_before_the_system_gives_up(windows: Any) -> None:
    assert windows.turn_seconds(120) == 120
    assert windows.waiting_seconds(60) == 60
    assert 2 * windows.waiting_seconds(100_000) < 300
