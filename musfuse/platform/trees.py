"""A folder on another disk, as a player: whatever lies below it is reached from it, never through a link.

`DirTree` of `posix` holds the folder open, so that what is written cannot land elsewhere once the disk is gone and its
mountpoint is an empty folder of this machine. `PathTree` goes by paths, and looks before each step whether the folder
is still the one that it was.
"""

import errno
import os
import shutil
import stat
from dataclasses import dataclass
from typing import Protocol

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

_UNIT = 32 << 10
"""What FAT32 and exFAT give files in, on disks of some 32 GB and more; what is on others takes less."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What lies at a path: a file, a folder, or neither (a link, a device). `mtime_ns` is as its disk has it."""

    is_file: bool
    is_folder: bool
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Room:
    """How many bytes are free on a disk, and in which steps files take them."""

    free: int
    unit: int

    def taken_by(self, size: int) -> int:
        """The bytes that a file of so many takes."""
        return -(-size // self.unit) * self.unit


class Tree(Protocol):
    """A folder and all below it, by paths with `/` that begin there; '' is the folder. Its methods raise OSError, and
    may be called from many threads."""

    def facts(self, path: str) -> Facts | None:
        """What lies there; None for nothing, also where what would be a folder above it is a file or a link."""

    def names(self, path: str) -> list[str]:
        """The names in a folder, in no order."""

    def make_folder(self, path: str) -> None:
        """Make a folder, whose parent is there."""

    def create(self, path: str) -> int:
        """A descriptor of a new file, to be written from its start. Raises FileExistsError."""

    def open(self, path: str) -> int:
        """A descriptor of a file to read, whose bytes come from the disk itself, as far as the system has it so."""

    def rename(self, old: str, new: str) -> None:
        """Give a file another path. Raises FileExistsError where something has that."""

    def replace(self, old: str, new: str) -> None:
        """Give a file the path of another one, which goes."""

    def set_time(self, path: str, mtime_ns: int) -> None:
        """Set when a file was changed last."""

    def remove(self, path: str) -> None:
        """Remove a file."""

    def remove_folder(self, path: str) -> None:
        """Remove a folder, which is empty."""

    def flush(self, path: str) -> None:
        """Have the names in a folder on the disk, where the system can do that."""

    def room(self) -> Room:
        """How much room there is on the disk."""

    def identity(self) -> str:
        """What tells this disk from others that may come to the same path."""

    def close(self) -> None:
        """Let go of the folder."""


def facts_of(found: os.stat_result) -> Facts:
    """Facts out of what `lstat` tells."""
    return Facts(stat.S_ISREG(found.st_mode), stat.S_ISDIR(found.st_mode), found.st_size, found.st_mtime_ns)


class PathTree:
    """A Tree by paths, for systems that open nothing from an open folder."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._root = self._root_now()

    def facts(self, path: str) -> Facts | None:
        try:
            return facts_of(os.lstat(self._at(path)))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, path: str) -> list[str]:
        return os.listdir(self._at(path, within=True))

    def make_folder(self, path: str) -> None:
        os.mkdir(self._at(path))

    def create(self, path: str) -> int:
        return os.open(self._at(path), _NEW, 0o666)

    def open(self, path: str) -> int:
        return os.open(self._file(path), _READ)

    def rename(self, old: str, new: str) -> None:
        there = self._at(new)
        if os.path.lexists(there):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new)
        os.rename(self._file(old), there)

    def replace(self, old: str, new: str) -> None:
        os.replace(self._file(old), self._at(new))

    def set_time(self, path: str, mtime_ns: int) -> None:
        os.utime(self._file(path), ns=(mtime_ns, mtime_ns))

    def remove(self, path: str) -> None:
        os.unlink(self._file(path))

    def remove_folder(self, path: str) -> None:
        os.rmdir(self._at(path, within=True))

    def flush(self, path: str) -> None:
        """Nothing is to be done: folders cannot be flushed by their paths."""

    def room(self) -> Room:
        return Room(shutil.disk_usage(self._place).free, _UNIT)

    def identity(self) -> str:
        return str(self._root[0])

    def close(self) -> None:
        """Nothing is held."""

    def _root_now(self) -> tuple[int, int]:
        found = os.stat(self._place)
        return found.st_dev, found.st_ino

    def _at(self, path: str, *, within: bool = False) -> str:
        """A path as the system has it, no folder of which is a link, nor what is there itself where something is done
        `within` it."""
        if self._root_now() != self._root:
            raise OSError(errno.ENODEV, "another disk is there now", self._place)
        place, parts = self._place, [part for part in path.split("/") if part]
        for number, part in enumerate(parts):
            place = f"{place.rstrip(os.sep)}{os.sep}{part}"  # joined, `C:` would lead to another drive
            if (number < len(parts) - 1 or within) and not _is_plain_folder(os.lstat(place)):
                raise NotADirectoryError(errno.ENOTDIR, "no folder, or a link to one", place)
        return place

    def _file(self, path: str) -> str:
        place = self._at(path)
        if not stat.S_ISREG(os.lstat(place).st_mode):
            raise OSError(errno.EINVAL, "no file", place)
        return place


def _is_plain_folder(found: os.stat_result) -> bool:
    reparse = getattr(found, "st_file_attributes", 0) & getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)
    return stat.S_ISDIR(found.st_mode) and not reparse
