"""Start a file system of winfspy with as many threads as the drive needs."""

import errno
import os
import time
from typing import Any

_TRIES, _DELAY = 50, 0.01
_NOT_YET = (995, 1005)  # ERROR_OPERATION_ABORTED, ERROR_UNRECOGNIZED_VOLUME


def start(binding: Any, file_system: Any, threads: int) -> None:
    """As FileSystem.start of winfspy, which lets WinFsp choose its threads: 4 to 16, by cores, so that a few programs
    that wait for indexes would keep all others from the drive.

    WinFsp's own lock around operations is taken away: it lets no file be opened while one that another program would
    create, or open if it is there, waits for its index; nothing is ever created here, and the drive has its own locks.
    Raises WinFSPyError.
    """
    plumbing = binding.plumbing
    lib, ffi = plumbing.lib, plumbing.ffi
    if file_system.started:
        raise plumbing.FileSystemAlreadyStarted()
    file_system.started = True
    made = file_system._file_system_ptr[0]
    lib.FspFileSystemSetOperationGuardF(made, ffi.NULL, ffi.NULL)
    _succeed(binding, lib.FspFileSystemSetMountPoint(made, file_system.mountpoint), "mount")
    _succeed(binding, lib.FspFileSystemStartDispatcher(made, threads), "start the threads of")
    _wait_until_it_answers(file_system.mountpoint)


def _succeed(binding: Any, code: int, what: str) -> None:
    plumbing = binding.plumbing
    if not plumbing.nt_success(code):
        raise binding.WinFSPyError(f"Cannot {what} file system: {plumbing.cook_ntstatus(code).name}")


def _wait_until_it_answers(mountpoint: str) -> None:
    """Since WinFsp 2022.2 the first calls after a start may be aborted."""
    for _ in range(_TRIES):
        try:
            os.stat(mountpoint)
        except OSError as error:
            if error.errno != errno.EINVAL or getattr(error, "winerror", 0) not in _NOT_YET:
                raise
            time.sleep(_DELAY)
        else:
            return
