"""How this process is asked to end, or to begin anew."""

import os
import signal
import sys
import types
from collections.abc import Callable

assert sys.platform != "win32"


def on_terminate(call: Callable[[], None]) -> None:
    """Have `call` called, on the main thread, when the process is asked to end, or its terminal is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: call())


def on_hangup(call: Callable[[], None]) -> None:
    """Have `call` called, on the main thread, on SIGHUP, where that does not tell that the terminal was closed."""
    at_end, had_terminal = signal.getsignal(signal.SIGHUP), _has_terminal()

    def hear(number: int, frame: types.FrameType | None) -> None:
        if had_terminal and not _has_terminal():
            if callable(at_end):
                at_end(number, frame)
        else:
            call()

    signal.signal(signal.SIGHUP, hear)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ignore_terminal_interrupt() -> None:
    """Leave Ctrl-C to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
