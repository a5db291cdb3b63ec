"""A lock between processes."""

import msvcrt
import os
import sys
from pathlib import Path

from musfuse.errors import StoreError

assert sys.platform == "win32"


class ProcessLock:
    """A lock on a file's first byte, held until released or the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def acquire(self) -> bool:
        """Take the lock; False where another process holds it. Raises StoreError where its file cannot be written."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise StoreError(
                f"{self._path.parent}: cannot be written: {error.strerror}; name another folder with --library"
            ) from error
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
