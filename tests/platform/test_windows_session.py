"""The end of a session on Windows: whoever tells of it waits until all is down."""

import ctypes
import sys
import threading
import time
from ctypes import wintypes

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: scripts/test-windows", allow_module_level=True)

from musfuse.platform.windows import session

QUERY_END, END = 0x11, 0x16


def tell(window: int, message: int, what: int) -> int:
    """What a window answers, as it does to the system."""
    user32 = ctypes.WinDLL("user32")
    user32.SendMessageTimeoutW.argtypes = (
        wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM, wintypes.UINT, wintypes.UINT, wintypes.LPVOID,
    )  # fmt: skip
    room = ctypes.c_size_t()
    assert user32.SendMessageTimeoutW(window, message, what, 0, 0, 30_000, ctypes.byref(room))
    return room.value


def test_the_end_is_waited_for() -> None:
    ended, down = threading.Event(), threading.Event()

    def end() -> None:
        ended.set()
        down.wait(30)

    session.watch_session(end)
    user32 = ctypes.WinDLL("user32")
    user32.FindWindowW.restype = wintypes.HWND
    window, until = None, time.monotonic() + 20
    while not window and time.monotonic() < until:
        time.sleep(0.01)
        window = user32.FindWindowW(session.CLASS_NAME, None)
    assert window
    assert not user32.IsWindowVisible(window)
    assert tell(window, QUERY_END, 0) == 1
    tell(window, END, 0)  # the session goes on: somebody else refused
    assert not ended.is_set()
    threading.Timer(0.2, down.set).start()
    assert tell(window, END, 1) == 0
    assert ended.is_set()
    assert down.is_set()  # answered behind that, not before
