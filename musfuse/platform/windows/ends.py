"""How this process is asked to end, or to begin anew."""

import ctypes
import signal
import sys
from collections.abc import Callable
from ctypes import wintypes

assert sys.platform == "win32"

from musfuse.platform.windows.kernel32 import kernel32  # noqa: E402

_ConsoleHandler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
_console_handlers: list[object] = []


def on_terminate(call: Callable[[], None]) -> None:
    """Have `call` called on Ctrl-C, Ctrl-Break, termination, and when the console closes, the user logs off or the
    machine shuts down (then on a thread of the system's, which ends the process some seconds later)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK):
        signal.signal(number, lambda *_: call())

    def handle(event: int) -> bool:
        if event in (2, 5, 6):  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT
            call()
            return True
        return False

    handler = _ConsoleHandler(handle)
    _console_handlers.append(handler)
    kernel32.SetConsoleCtrlHandler(handler, True)


def on_hangup(call: Callable[[], None]) -> None:
    """There is no SIGHUP here."""
    del call


def ignore_terminal_interrupt() -> None:
    """Leave Ctrl-C to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
