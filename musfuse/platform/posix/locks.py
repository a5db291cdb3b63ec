"""A lock between processes."""

import fcntl
import os
import sys
from pathlib import Path

from musfuse.errors import StoreError

assert sys.platform != "win32"


class ProcessLock:
    """An advisory lock on a file, held until released or the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def acquire(self) -> bool:
        """Take the lock; False where another process holds it. Raises StoreError where its file cannot be written."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self._path.parent}: cannot be written: {error.strerror}; name another folder with --library"
            ) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
