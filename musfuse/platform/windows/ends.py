"""How this process is asked to end: by signals, by its console, and at the end of the user's session."""

import ctypes
import signal
import sys
import threading
from collections.abc import Callable
from ctypes import wintypes

assert sys.platform == "win32"

from musfuse.platform.windows.kernel32 import kernel32  # noqa: E402
from musfuse.platform.windows.session import watch_session  # noqa: E402

_CLOSE, _LOGOFF, _SHUTDOWN = 2, 5, 6
"""Events of a console. The last two reach services alone."""
_LAST_SECONDS = 60.0
_ConsoleHandler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
_console_handlers: list[object] = []


def on_terminate(call: Callable[[], None]) -> None:
    """Have `call` called on Ctrl-C, Ctrl-Break and termination, and when the console closes, the user logs off or the
    machine shuts down: then on a thread of the system's, which waits for the end of this process, because the system
    ends it as soon as it is answered, or after some seconds."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK):
        signal.signal(number, lambda *_: call())

    def end() -> None:
        call()
        threading.Event().wait(_LAST_SECONDS)

    def handle(event: int) -> bool:
        if event not in (_CLOSE, _LOGOFF, _SHUTDOWN):
            return False
        end()
        return True

    handler = _ConsoleHandler(handle)
    _console_handlers.append(handler)
    kernel32.SetConsoleCtrlHandler(handler, True)
    watch_session(end)


def on_hangup(call: Callable[[], None]) -> None:
    """There is no SIGHUP here."""
    del call


def ignore_terminal_interrupt() -> None:
    """Leave Ctrl-C to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
