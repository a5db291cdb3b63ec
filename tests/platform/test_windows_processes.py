"""Other processes, on Windows: here over a substitute of what the module calls (`kernel32.py`)."""

import os
import subprocess
import sys
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from kernel32 import System
from windows_here import here, windows  # noqa: F401 - fixtures


def test_the_end_of_a_process_is_waited_for(windows: Any) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        before = len(os.listdir("/dev/fd"))
        assert windows.wait_for_end(process.pid, 0) is False
        process.kill()
        assert windows.wait_for_end(process.pid, 30) is True
        process.wait()
        assert windows.wait_for_end(process.pid, 0) is True  # there is none
        assert len(os.listdir("/dev/fd")) == before


def test_a_process_that_may_not_be_asked_is_not_taken_for_gone(here: tuple[Any, System]) -> None:
    windows, system = here

    def denied(*_: object) -> None:
        system.error = 5

    system.kernel32.OpenProcess = denied
    assert windows.wait_for_end(os.getpid(), 0) is False


def test_who_ended_a_process(windows: Any) -> None:
    """1 is what TerminateProcess of the task manager gives; the others are the system's, for want of memory."""
    assert [windows.was_killed(status) for status in (1, 0xC0000017, 0xC000012D, 0, 0xC0000005)] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_a_process_is_named_as_far_as_it_may_be_asked(windows: Any) -> None:
    with subprocess.Popen(["sleep", "100"]) as process:
        while windows.program_of(process.pid).startswith("python"):  # the system names it a little after it is started
            process.poll()
        assert windows.program_of(process.pid) == f"sleep.exe ({process.pid})"
        process.kill()
    assert windows.program_of(process.pid) == f"process {process.pid}"
