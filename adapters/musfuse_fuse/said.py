"""What libfuse says, through the log like everything else: dated, and in the message of a mount that fails."""

import ctypes
import logging
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

log = logging.getLogger(__name__)

_LONGEST, _KEPT = 2048, 3
_WARNING, _INFO = 4, 6
"""Levels of libfuse, those of syslog: the smaller, the worse."""
_HARMLESS = "fuse_remove_signal_handlers"
"""The loop of a second mount finds that the first has the handlers. Nothing here depends on them."""

_Callback = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def take_over(binding: Any) -> None:
    """Have libfuse speak through the log, where it can (from 3.7 on, on Linux); else it writes to standard error."""
    library = getattr(binding, "_libfuse", None)
    set_function = getattr(library, "fuse_set_log_func", None)
    if set_function is not None and sys.platform == "linux":
        set_function.argtypes, set_function.restype = [_Callback], None
        set_function(_CALLBACK)


@contextmanager
def heard() -> Iterator[Sequence[str]]:
    """The last lines that libfuse says on this thread."""
    _here.lines = lines = deque[str](maxlen=_KEPT)
    try:
        yield lines
    finally:
        _here.lines = None


class _Here(threading.local):
    """What one thread hears: who wants its lines, and the beginning of a line that libfuse says in pieces."""

    lines: deque[str] | None = None
    begun = ""


_here = _Here()


def _take(level: int, form: int | None, arguments: int | None) -> None:
    """Called by libfuse, on any thread. A `va_list` arrives as a pointer on all systems that there are wheels for, and
    vsnprintf takes it as one."""
    buffer = ctypes.create_string_buffer(_LONGEST)
    cut = _vsnprintf(buffer, _LONGEST, form, arguments) >= _LONGEST
    said = _here.begun + buffer.value.decode("utf-8", "replace")
    *whole, _here.begun = (said + "\n" * (cut or len(said) > _LONGEST)).split("\n")
    for line in filter(None, map(str.strip, whole)):
        _tell(level, line.removeprefix("fuse: "))


def _tell(level: int, line: str) -> None:
    if _here.lines is not None:
        _here.lines.append(line)
    # an error of libfuse is none here yet: what it costs is said where it is known
    known = logging.WARNING if level <= _WARNING else logging.INFO if level <= _INFO else logging.DEBUG
    log.log(logging.DEBUG if line.startswith(_HARMLESS) else known, "libfuse: %s", line)


_CALLBACK = _Callback(_take)
_vsnprintf: Any = None
if sys.platform == "linux":
    _vsnprintf = ctypes.CDLL(None).vsnprintf
    _vsnprintf.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p]
