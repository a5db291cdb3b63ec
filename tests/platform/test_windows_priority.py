"""Whole numbers that Windows takes for handles: that of this process is the largest there is."""

import ctypes
import sys

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: scripts/test-windows", allow_module_level=True)

from musfuse.platform import system
from musfuse.platform.windows.kernel32 import kernel32


def test_a_worker_gives_way() -> None:
    kernel32.GetPriorityClass.argtypes = (ctypes.c_void_p,)
    before = kernel32.GetPriorityClass(kernel32.GetCurrentProcess())
    system.lower_priority()
    assert kernel32.GetPriorityClass(kernel32.GetCurrentProcess()) == 0x4000  # BELOW_NORMAL_PRIORITY_CLASS
    assert kernel32.SetPriorityClass(kernel32.GetCurrentProcess(), before)
