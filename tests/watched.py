"""What is read of files, as the kernel tells it: who opens them and through which process does not matter."""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ACCESS, _OPEN, _OVERFLOW, _IS_FOLDER = 0x1, 0x20, 0x4000, 0x4000_0000
_EVENT = struct.Struct("iIII")


class Watched:
    """Counts opens and reads of the files below a folder."""

    def __init__(self, top: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_NONBLOCK)
        self._folders: dict[int, Path] = {}
        for folder in (top, *(path for path in top.rglob("*") if path.is_dir())):
            number = libc.inotify_add_watch(self._fd, os.fsencode(folder), _ACCESS | _OPEN)
            assert number >= 0, os.strerror(ctypes.get_errno())
            self._folders[number] = folder

    def read(self) -> set[str]:
        """The names of the files that were opened or read since this was asked last."""
        found = set()
        while True:
            try:
                data = os.read(self._fd, 1 << 16)
            except BlockingIOError:
                return found
            at = 0
            while at < len(data):
                number, mask, _, length = _EVENT.unpack_from(data, at)
                name = data[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0")
                at += _EVENT.size + length
                assert not mask & _OVERFLOW, "too much happened"
                if not mask & _IS_FOLDER:
                    found.add(str(self._folders[number] / os.fsdecode(name)))

    def close(self) -> None:
        os.close(self._fd)


@contextmanager
def watched(top: Path) -> Iterator[Watched]:
    """Watches the files below `top`, in the folders that there are now."""
    made = Watched(top)
    try:
        yield made
    finally:
        made.close()
