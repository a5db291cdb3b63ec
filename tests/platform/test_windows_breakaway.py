"""What is started in the background leaves the job of its session, which would end it; where it may not, that is said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: scripts/test-windows", allow_module_level=True)

_SCRIPT = """
import ctypes, logging, os, sys
from ctypes import wintypes
from pathlib import Path
from musfuse.platform import system

class Limits(ctypes.Structure):  # JOBOBJECT_EXTENDED_LIMIT_INFORMATION
    _fields_ = (("times", ctypes.c_int64 * 2), ("flags", wintypes.DWORD), ("rest", ctypes.c_byte * 124))

logging.basicConfig(format="%(message)s")
kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.CreateJobObjectW.restype = kernel32.GetCurrentProcess.restype = wintypes.HANDLE
kernel32.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
kernel32.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
kernel32.IsProcessInJob.argtypes = (wintypes.HANDLE, wintypes.HANDLE, ctypes.c_void_p)
assert ctypes.sizeof(Limits) == 144
job, limits = kernel32.CreateJobObjectW(None, None), Limits(flags=int(sys.argv[1], 16))
assert kernel32.SetInformationJobObject(job, 9, ctypes.byref(limits), ctypes.sizeof(limits))
assert kernel32.AssignProcessToJobObject(job, kernel32.GetCurrentProcess())
ours, theirs = os.pipe()
argv = [sys.executable, "-c", "import time; time.sleep(20)"]
process = system.spawn_detached(argv, Path(sys.argv[2]), system.inheritable(theirs))
inside = wintypes.BOOL()
assert kernel32.IsProcessInJob(int(process._handle), job, ctypes.byref(inside))
print("inside" if inside.value else "left")
process.kill()
"""


@pytest.mark.parametrize(("flags", "where"), [("2800", "left"), ("2000", "inside")])
def test_a_process_in_the_background(tmp_path: Path, flags: str, where: str) -> None:
    """0x2000 ends all with the job, 0x800 allows to leave it."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, flags, str(tmp_path / "log")], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == where
    assert ("ends with it" in done.stderr) is (where == "inside")
