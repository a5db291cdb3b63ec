"""FAT32 as Linux shows it, without a disk: `python -m devices.fat MOUNTPOINT`. It refuses names that FAT cannot have,
takes names that differ in case for one, keeps times in steps of 2 s and sizes below 4 GiB, has no links, owners or
modes, and finds nothing by names that lead nowhere. It is memory only.
"""

import errno
import stat
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import mfusepy

LARGEST = (1 << 32) - 1
STEP_NS = 2 * 10**9
UNIT = 4096
ROOM = 64 << 20


@dataclass
class Entry:
    """A file, or a folder with its entries by their upper-case names."""

    name: str
    data: bytearray | None = None
    mtime_ns: int = 0
    entries: "dict[str, Entry]" = field(default_factory=dict)


def check_name(name: str) -> None:
    """Raise EINVAL for a name that FAT's long names cannot have."""
    if not name or set(name) & set('"*/:<>?\\|') or min(name) < " " or name[-1] in " .":
        raise mfusepy.FuseOSError(errno.EINVAL)
    if len(name.encode("utf-16-le")) > 510:
        raise mfusepy.FuseOSError(errno.ENAMETOOLONG)
    if name.partition(".")[0].upper() in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}:
        raise mfusepy.FuseOSError(errno.EINVAL)


class Fat(mfusepy.Operations):
    """The file system; one thread serves it."""

    use_ns = True

    def __init__(self) -> None:
        self._root = Entry("")
        self._open: dict[int, Entry] = {}
        self._next = 1

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        entry = self._open[fh] if fh in self._open else self._at(path)
        is_file = entry.data is not None
        size = len(entry.data) if entry.data is not None else UNIT
        return {
            "st_mode": (stat.S_IFREG if is_file else stat.S_IFDIR) | 0o755, "st_nlink": 1, "st_size": size,
            "st_mtime": entry.mtime_ns, "st_atime": entry.mtime_ns, "st_ctime": entry.mtime_ns, "st_uid": 0, "st_gid": 0,
        }  # fmt: skip

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *(entry.name for entry in self._at(path).entries.values())]

    def mkdir(self, path: str, mode: int) -> int:
        self._add(path, Entry(path.rpartition("/")[2]))
        return 0

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return self._opened(self._add(path, Entry(path.rpartition("/")[2], bytearray(), self._now())))

    def open(self, path: str, flags: int) -> int:
        return self._opened(self._at(path))

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        data = self._open[fh].data
        return bytes(data[offset : offset + size]) if data is not None else b""

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        entry = self._open[fh]
        assert entry.data is not None
        if offset + len(data) > LARGEST:
            raise mfusepy.FuseOSError(errno.EFBIG)
        if self._taken() + len(data) > ROOM:
            raise mfusepy.FuseOSError(errno.ENOSPC)
        entry.data[offset : offset + len(data)] = data
        entry.mtime_ns = self._now()
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        entry = self._at(path)
        assert entry.data is not None
        entry.data[:] = entry.data[:length].ljust(length, b"\0")
        return 0

    def release(self, path: str, fh: int) -> int:
        del self._open[fh]
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        self._at(path).mtime_ns = (times[1] if times else time.time_ns()) // STEP_NS * STEP_NS
        return 0

    def unlink(self, path: str) -> int:
        if self._at(path).data is None:
            raise mfusepy.FuseOSError(errno.EISDIR)
        self._take_out(path)
        return 0

    def rmdir(self, path: str) -> int:
        if self._at(path).entries:
            raise mfusepy.FuseOSError(errno.ENOTEMPTY)
        self._take_out(path)
        return 0

    def rename(self, old: str, new: str, flags: int = 0) -> int:
        entry, name = self._at(old), new.rpartition("/")[2]
        check_name(name)
        folder = self._at(new.rpartition("/")[0])
        self._take_out(old)
        entry.name = name
        folder.entries[name.upper()] = entry
        return 0

    def chmod(self, path: str, mode: int) -> int:
        raise mfusepy.FuseOSError(errno.EPERM)

    def symlink(self, target: str, source: str) -> int:
        raise mfusepy.FuseOSError(errno.EPERM)

    def statfs(self, path: str) -> dict[str, int]:
        free = (ROOM - self._taken()) // UNIT
        return {
            "f_bsize": UNIT,
            "f_frsize": UNIT,
            "f_blocks": ROOM // UNIT,
            "f_bfree": free,
            "f_bavail": free,
            "f_namemax": 255,
        }

    def _taken(self) -> int:
        left, taken = [self._root], 0
        while left:
            entry = left.pop()
            taken += len(entry.data) if entry.data is not None else 0
            left += entry.entries.values()
        return taken

    def _now(self) -> int:
        return time.time_ns() // STEP_NS * STEP_NS

    def _opened(self, entry: Entry) -> int:
        handle, self._next = self._next, self._next + 1
        self._open[handle] = entry
        return handle

    def _add(self, path: str, entry: Entry) -> Entry:
        check_name(entry.name)
        entries = self._at(path.rpartition("/")[0]).entries
        if entry.name.upper() in entries:
            raise mfusepy.FuseOSError(errno.EEXIST)
        entries[entry.name.upper()] = entry
        return entry

    def _take_out(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        del self._at(folder).entries[name.upper()]

    def _at(self, path: str) -> Entry:
        entry = self._root
        for part in filter(None, path.split("/")):
            if part.upper() not in entry.entries:
                raise mfusepy.FuseOSError(errno.ENOENT)
            entry = entry.entries[part.upper()]
        return entry


if __name__ == "__main__":
    mfusepy.FUSE(
        Fat(),
        sys.argv[1],
        foreground=True,
        nothreads=True,
        fsname="fat",
        attr_timeout=0,
        entry_timeout=0,
        negative_timeout=0,
    )
