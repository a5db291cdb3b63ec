"""Files and folders: opened without standing in anybody's way, read and written at a position."""

import contextlib
import ctypes
import msvcrt
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from ctypes import wintypes
from pathlib import Path

assert sys.platform == "win32"

from musfuse.platform.trees import PathTree, Tree  # noqa: E402
from musfuse.platform.windows.kernel32 import Overlapped, kernel32  # noqa: E402

_GENERIC_READ, _GENERIC_WRITE, _SHARE_ALL, _ATTRIBUTE_NORMAL = 0x80000000, 0x40000000, 0x7, 0x80
_OPEN_EXISTING, _OPEN_ALWAYS = 3, 4
_READ_ATTRIBUTES, _BACKUP_SEMANTICS = 0x80, 0x02000000  # the latter opens folders, too
_ERROR_HANDLE_EOF, _LONGEST_PATH = 38, 32_768


def open_shared(path: str) -> int:
    """Open for reading without standing in anybody's way: others may write, rename and delete meanwhile."""
    return _opened(path, _GENERIC_READ, _OPEN_EXISTING, os.O_RDONLY)


def open_tree(place: str) -> Tree:
    """The folder at a path, or a drive; links to it are followed. Raises OSError."""
    return PathTree(place)


def is_link(facts: os.stat_result) -> bool:
    """Whether what `os.lstat` told these facts of leads to another place: a link, a junction or a mounted volume."""
    return bool(facts.st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def place_of(fd: int) -> str:
    r"""Where an open file or folder lies, links resolved, with `\\?\` in front; empty where that is not told."""
    return _place(msvcrt.get_osfhandle(fd))


def others_can_read(status: os.stat_result) -> bool:
    """Modes tell nothing here: a user's folder is closed to others, and what is laid elsewhere is what they chose."""
    del status
    return False


def others_can_write(status: os.stat_result) -> bool:
    """As `others_can_read`."""
    return others_can_read(status)


@contextlib.contextmanager
def opened_folder(path: str) -> Iterator[tuple[list[str], str, Callable[[str], os.stat_result]]]:
    """A folder: the names in it, in no order, where it lies, as `place_of` has it, and what tells facts of an entry, of
    a link itself. Raises OSError."""
    yield os.listdir(path), _place_of_path(path), lambda name: os.lstat(f"{path}{os.sep}{name}")


def placed_facts(path: str) -> tuple[os.stat_result, str]:
    """Facts of what a path leads to, links followed, and where that lies, as `place_of` has it. Raises OSError."""
    return os.stat(path), _place_of_path(path)


def version_tag(facts: os.stat_result) -> str:
    """What tells versions of one size and mtime apart: the file's number. `st_ctime` is when a file was made here."""
    return str(facts.st_ino)


def read_at(fd: int, size: int, offset: int) -> bytes:
    """Bytes at a position, fewer at the end; from many threads at once."""
    buffer = ctypes.create_string_buffer(size)
    got = wintypes.DWORD()
    where = Overlapped(offset=offset & 0xFFFFFFFF, offset_high=offset >> 32)
    if not kernel32.ReadFile(msvcrt.get_osfhandle(fd), buffer, size, ctypes.byref(got), ctypes.byref(where)):
        code = ctypes.get_last_error()
        if code == _ERROR_HANDLE_EOF:
            return b""
        raise ctypes.WinError(code)
    return buffer.raw[: got.value]


def input_waits(fd: int, seconds: float) -> bool:
    """Whether a read from a pipe would return at once, now or within some seconds."""
    waiting, end = wintypes.DWORD(), time.monotonic() + seconds
    while kernel32.PeekNamedPipe(msvcrt.get_osfhandle(fd), None, 0, None, ctypes.byref(waiting), None):
        if waiting.value or time.monotonic() >= end:
            return waiting.value > 0
        time.sleep(0.02)
    return True


def open_for_update(path: str) -> int:
    """Open for positioned reads and writes, made where it is not there; may be deleted meanwhile."""
    return _opened(path, _GENERIC_READ | _GENERIC_WRITE, _OPEN_ALWAYS, os.O_RDWR)


def write_at(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at a position; from many threads at once."""
    done = wintypes.DWORD()
    where = Overlapped(offset=offset & 0xFFFFFFFF, offset_high=offset >> 32)
    handle = msvcrt.get_osfhandle(fd)
    if not kernel32.WriteFile(handle, data, len(data), ctypes.byref(done), ctypes.byref(where)):
        raise ctypes.WinError(ctypes.get_last_error())
    if done.value != len(data):
        raise OSError(f"only {done.value} of {len(data)} bytes were written")


def flush_folder(path: Path) -> None:
    """Nothing: the system writes names with what they name."""
    del path


def _opened(path: str, access: int, how: int, flags: int) -> int:
    return msvcrt.open_osfhandle(_handle(path, access, how, _ATTRIBUTE_NORMAL), flags | os.O_BINARY)


def _handle(path: str, access: int, how: int, attributes: int) -> int:
    handle: int | None = kernel32.CreateFileW(path, access, _SHARE_ALL, None, how, attributes, None)
    if handle is None or handle == wintypes.HANDLE(-1).value:
        raise ctypes.WinError(ctypes.get_last_error())
    return handle


def _place_of_path(path: str) -> str:
    handle = _handle(path, _READ_ATTRIBUTES, _OPEN_EXISTING, _BACKUP_SEMANTICS)
    try:
        return _place(handle)
    finally:
        kernel32.CloseHandle(handle)


def _place(handle: int) -> str:
    buffer = ctypes.create_unicode_buffer(_LONGEST_PATH)
    length = kernel32.GetFinalPathNameByHandleW(handle, buffer, _LONGEST_PATH, 0)
    return buffer.value if 0 < length < _LONGEST_PATH else ""
