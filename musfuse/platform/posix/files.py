"""Files and folders: opened without standing in anybody's way, read and written at a position."""

import contextlib
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

assert sys.platform != "win32"

_NO_ATIME: int = getattr(os, "O_NOATIME", 0)
_PATH: int = getattr(os, "O_PATH", 0)
_READ_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a named pipe put in place of a file must not hang


def open_shared(path: str) -> int:
    """Open for reading without standing in anybody's way, or moving the access time where that is allowed."""
    return _open_untouched(path, _READ_FLAGS)


def is_link(facts: os.stat_result) -> bool:
    """Whether what `os.lstat` told these facts of leads to another place."""
    return stat.S_ISLNK(facts.st_mode)


def place_of(fd: int) -> str:
    """Where an open file or folder lies, links resolved; empty where the system does not tell."""
    try:
        place = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""
    return place if place.startswith("/") else ""  # it is on a file system that was unmounted, or is none of names


def others_can_read(status: os.stat_result) -> bool:
    """Whether the mode of a file lets others than its owner read it: its group, or everybody."""
    return bool(status.st_mode & (stat.S_IRGRP | stat.S_IROTH))


def others_can_write(status: os.stat_result) -> bool:
    """Whether others than this user and root can write a file: its owner, its group, or everybody."""
    foreign = status.st_uid not in (0, os.geteuid())
    return foreign or bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


@contextlib.contextmanager
def opened_folder(path: str) -> Iterator[tuple[list[str], str, Callable[[str], os.stat_result]]]:
    """A folder that is open within the block: the names in it, in no order, where it lies, as `place_of` has it, and
    what tells facts of an entry, of a link itself. All three are of the folder that was opened, whatever takes its
    place meanwhile; its access time does not move where that is allowed. Raises OSError."""
    fd = _open_untouched(path, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        yield os.listdir(fd), place_of(fd), lambda name: os.lstat(name, dir_fd=fd)
    finally:
        os.close(fd)


def placed_facts(path: str) -> tuple[os.stat_result, str]:
    """Facts of what a path leads to, links followed, and where that lies, as `place_of` has it. Nothing is done to what
    lies there. Raises OSError."""
    if not _PATH:
        return os.stat(path), ""
    fd = os.open(path, _PATH | os.O_CLOEXEC)
    try:
        return os.fstat(fd), place_of(fd)
    finally:
        os.close(fd)


def version_tag(facts: os.stat_result) -> str:
    """What tells versions of one size and mtime apart (model.Stamp.tag): the file's number, when anything about it
    changed last, and what a change of that kind may have been."""
    return f"{facts.st_ino} {facts.st_ctime_ns} {facts.st_mode:o}.{facts.st_uid}.{facts.st_gid}.{facts.st_nlink}"


def _open_untouched(path: str, flags: int) -> int:
    """Linux allows O_NOATIME to a file's owner and to root."""
    if _NO_ATIME:
        try:
            return os.open(path, flags | _NO_ATIME)
        except PermissionError:
            pass  # not ours; or nobody may read it, which the next line tells
    return os.open(path, flags)


def read_at(fd: int, size: int, offset: int) -> bytes:
    """Bytes at a position, fewer at the end; from many threads at once."""
    return os.pread(fd, size, offset)


def input_waits(fd: int, seconds: float) -> bool:
    """Whether a read from a pipe would return at once, now or within some seconds."""
    return bool(select.select([fd], [], [], seconds)[0])


def open_for_update(path: str) -> int:
    """Open for positioned reads and writes, made where it is not there."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def write_at(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at a position; from many threads at once."""
    done = 0
    while done < len(data):
        done += os.pwrite(fd, data[done:] if done else data, offset + done)


def flush_folder(path: Path) -> None:
    """Have the names in a folder on the disk, as far as its file system can. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # some file systems know no such thing
            os.fsync(fd)
    finally:
        os.close(fd)


def write_private(path: Path, data: bytes) -> None:
    """Have a file that only this user can read hold these bytes; it holds what it held before until all of them are on
    the disk, also after a kill. Raises OSError."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)  # of a write that was killed
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        write_at(fd, data, 0)
        os.fsync(fd)
    finally:
        os.close(fd)
    new.replace(path)
    flush_folder(path.parent)
