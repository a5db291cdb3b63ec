"""What the system lets this process have: files, memory, cores, threads, and whose it is."""

import contextlib
import os
import resource
import sys
import threading
import time

assert sys.platform != "win32"

_STACK = 1 << 20
_DRIVE_SPACE, _THREAD_SPACE, _HANDLE_SPACE = 300 << 20, 5 << 19, 5 << 18
"""Bytes of address space, measured with 200 readers: what the process of a drive takes with all its libraries, what a
thread of libfuse takes with its stack, its buffer and what it works on, and what an open file holds."""
_FEWEST = 16
"""Threads and open files that there may be at least."""
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3


def raise_open_file_limit() -> int:
    """Raise the soft limit on open files to the hard one; returns the limit now in force."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def limit_memory(mib: int) -> None:
    """Bound this process's address space, so that a hostile file cannot take the machine's memory."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))


def limit_data(mib: int) -> None:
    """Bound what this process may allocate: what Linux counts as data, so that libraries may still be loaded."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (mib << 20, mib << 20))


def limit_computing(seconds: int) -> None:
    """End this process once it has computed for so many seconds from now on, or for a second more; a later call counts
    anew."""
    soft = int(time.process_time()) + 1 + seconds
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def address_space() -> int | None:
    """Bytes of address space that this process may have (`ulimit -v`), None where there is no limit."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def address_space_needed(threads: int) -> int:
    """Bytes of address space that a drive with so many threads may take; half of its room is for open files."""
    return _DRIVE_SPACE + 2 * threads * _THREAD_SPACE


def spare_address_space() -> None:
    """Where address space is limited, have threads take little of it: smaller stacks (libfuse's too, and none for
    OpenBLAS), two of the regions that glibc's malloc reserves, of 64 MiB each, instead of eight a core, and large
    blocks given back at once instead of kept in pieces."""
    if address_space() is None:
        return
    threading.stack_size(_STACK)
    os.environ.setdefault("FUSE_THREAD_STACK", str(_STACK))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, 128 << 10)


def face_threads(wanted: int) -> int:
    """How many threads a face may run, of those that are wanted: fewer where address space is limited."""
    return _affordable(wanted, _THREAD_SPACE)


def open_handles(wanted: int) -> int:
    """How many files of a drive may be open, of those that are wanted: fewer where address space is limited."""
    return _affordable(wanted, _HANDLE_SPACE)


def _affordable(wanted: int, each: int) -> int:
    limit = address_space()
    return wanted if limit is None else max(_FEWEST, min(wanted, (limit - _DRIVE_SPACE) // 2 // each))


def lower_priority() -> None:
    """Give way to everything else on this machine."""
    with contextlib.suppress(OSError):
        os.nice(10)


def is_privileged() -> bool:
    """Whether this is root."""
    return os.geteuid() == 0


def waiting_calls(limit: int, threads: int) -> int:
    """How many calls of a face may wait for indexes: as many as configured, FUSE runs enough threads; a quarter of them
    is for others where there are fewer. `threads` are those of the Windows face."""
    del threads
    return limit if address_space() is None else min(limit, face_threads(limit) * 3 // 4)


def waiting_seconds(seconds: float) -> float:
    """How long a call may wait for an index, where that many are configured."""
    return seconds


def turn_seconds(seconds: float) -> float:
    """How long a call waits until it may wait for an index, which takes up to `seconds`: not at all, programs ask again
    on EAGAIN."""
    del seconds
    return 0.0
