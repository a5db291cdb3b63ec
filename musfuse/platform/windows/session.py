"""The end of the user's session, of which Windows tells windows alone: one that is never shown hears of it.

A window for messages only (HWND_MESSAGE) would not: it is left out when all are told.
"""

import ctypes
import logging
import sys
import threading
from collections.abc import Callable
from ctypes import wintypes

assert sys.platform == "win32"

from musfuse.platform.windows.kernel32 import kernel32  # noqa: E402

log = logging.getLogger(__name__)

CLASS_NAME = "musfuse"
_QUERY_END, _END = 0x11, 0x16
_WHY = "The drives of musfuse are being taken away."
_Procedure = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)


class _WindowClass(ctypes.Structure):
    """WNDCLASSW"""

    _fields_ = (
        ("style", wintypes.UINT),
        ("procedure", _Procedure),
        ("class_extra", ctypes.c_int),
        ("window_extra", ctypes.c_int),
        ("instance", wintypes.HINSTANCE),
        ("icon", wintypes.HANDLE),
        ("cursor", wintypes.HANDLE),
        ("background", wintypes.HANDLE),
        ("menu_name", wintypes.LPCWSTR),
        ("class_name", wintypes.LPCWSTR),
    )


def watch_session(end: Callable[[], None]) -> None:
    """Have `end` called when the session ends, on a thread of its own; it should return when all is down. Where there
    can be no windows, as in a service's session, nothing is heard."""
    threading.Thread(target=_watch, args=(end,), name="session", daemon=True).start()


def _watch(end: Callable[[], None]) -> None:
    try:
        user32 = _user32()
        answer = _Procedure(lambda *message: _answer(user32, end, *message))
        instance = kernel32.GetModuleHandleW(None)
        made = _WindowClass(procedure=answer, instance=instance, class_name=CLASS_NAME)
        window = user32.RegisterClassW(ctypes.byref(made)) and user32.CreateWindowExW(
            0, CLASS_NAME, CLASS_NAME, 0, 0, 0, 0, 0, None, None, instance, None
        )
        if not window:
            log.debug("the end of the session is not heard of: %s", ctypes.WinError(ctypes.get_last_error()))
            return
        message = wintypes.MSG()
        while user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            user32.DispatchMessageW(ctypes.byref(message))
    except (OSError, AttributeError) as error:
        log.debug("the end of the session is not heard of: %s", error)


def _answer(user32: ctypes.WinDLL, end: Callable[[], None], window: int, message: int, what: int, more: int) -> int:
    if message == _QUERY_END:
        user32.ShutdownBlockReasonCreate(window, _WHY)
        return 1
    if message == _END:
        if what:
            end()
        else:  # somebody else kept the session from ending
            user32.ShutdownBlockReasonDestroy(window)
        return 0
    result: int = user32.DefWindowProcW(window, message, what, more)
    return result


def _user32() -> ctypes.WinDLL:
    user32 = ctypes.WinDLL("user32", use_last_error=True)
    kernel32.GetModuleHandleW.restype = wintypes.HMODULE
    kernel32.GetModuleHandleW.argtypes = (wintypes.LPCWSTR,)
    user32.CreateWindowExW.restype = wintypes.HWND
    user32.CreateWindowExW.argtypes = (
        wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD, *[ctypes.c_int] * 4, wintypes.HWND,
        wintypes.HMENU, wintypes.HINSTANCE, wintypes.LPVOID,
    )  # fmt: skip
    user32.DefWindowProcW.restype = ctypes.c_ssize_t
    user32.DefWindowProcW.argtypes = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
    user32.ShutdownBlockReasonCreate.argtypes = (wintypes.HWND, wintypes.LPCWSTR)
    user32.ShutdownBlockReasonDestroy.argtypes = (wintypes.HWND,)
    return user32
