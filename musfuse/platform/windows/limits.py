"""What the system lets this process have: files, memory, cores, threads, and whose it is."""

import ctypes
import os
import sys

assert sys.platform == "win32"

from musfuse.platform.windows.kernel32 import kernel32  # noqa: E402

_BELOW_NORMAL_PRIORITY_CLASS = 0x00004000
_LONGEST_WAIT = 140.0


def raise_open_file_limit() -> int:
    """Windows bounds handles by memory only; returns a large number."""
    return 1 << 20


def usable_cores() -> int:
    """How many cores the machine has."""
    return os.cpu_count() or 1


def limit_memory(mib: int) -> None:
    """Does nothing: address space has no limit of its own here. Workers are bounded by time."""
    del mib


def limit_data(mib: int) -> None:
    """Does nothing: allocations have no limit of their own here. Workers are bounded by time."""
    del mib


def limit_computing(seconds: int) -> None:
    """Does nothing: time of computing has no limit of its own here. The parent's patience bounds a worker."""
    del seconds


def address_space() -> int | None:
    """None: address space has no limit here."""
    return None


def address_space_needed(threads: int) -> int:
    """0: nothing that anybody would notice."""
    del threads
    return 0


def spare_address_space() -> None:
    """Does nothing: there is enough."""


def face_threads(wanted: int) -> int:
    """As many as are wanted: WinFsp chooses by itself."""
    return wanted


def open_handles(wanted: int) -> int:
    """As many as are wanted."""
    return wanted


def lower_priority() -> None:
    """Give way to everything else on this machine."""
    kernel32.SetPriorityClass(kernel32.GetCurrentProcess(), _BELOW_NORMAL_PRIORITY_CLASS)


def is_privileged() -> bool:
    """Whether this is an administrator's elevated process; its drives are invisible to the normal session."""
    return bool(ctypes.windll.shell32.IsUserAnAdmin())


def waiting_calls(limit: int, threads: int) -> int:
    """How many calls of a face with so many threads may wait for indexes: a quarter of them is for others."""
    return max(1, min(limit, threads * 3 // 4))


def waiting_seconds(seconds: float) -> float:
    """How long a call may wait for an index, where that many are configured: an open may do so twice, and WinFsp gives
    up after 300 s, when it would lose what was opened."""
    return min(seconds, _LONGEST_WAIT)


def turn_seconds(seconds: float) -> float:
    """How long a call waits until it may wait for an index, which takes up to `seconds`: as long, because programs do
    not ask again here."""
    return seconds
