"""Files that macOS puts beside everything: `.DS_Store` and `._NAME`.

Where a view may be rearranged they are refused, or kept in memory for as long as the mount lives: never in a source,
and seen through this mount alone.
"""

import errno
import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from musfuse.drive import Attr, DirEntry
from musfuse.model import NodeKind
from musfuse_fuse.facts import as_dict

MAX_FILE, MAX_ALL, MAX_FILES = 1 << 20, 16 << 20, 10_000
"""Bytes that one may have, all together, and how many there may be."""
_GHOST = ".fuse_hidden"  # what libfuse calls a file that is removed while it is open
_FIRST = 1 << 40  # handles, and inode numbers far above those of files
_NODES = 1 << 60


def is_mac_file(path: str) -> bool:
    """Whether a path is that of a file which macOS makes by itself."""
    name = path.rpartition("/")[2]
    return name == ".DS_Store" or name.startswith("._")


@dataclass(slots=True)
class MacFile:
    """One such file, with its inode number."""

    node: int
    data: bytearray = field(default_factory=bytearray)
    mtime_ns: int = 0


class MacFiles:
    """The files of one mount by path. May be used from many threads. Methods raise OSError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, MacFile] = {}
        self._open: dict[int, MacFile] = {}
        self._handles, self._nodes = itertools.count(_FIRST), itertools.count(_NODES)

    def create(self, path: str) -> int:
        """Make a file, or empty one; its handle."""
        with self._lock:
            if path not in self._files and len(self._files) >= MAX_FILES:
                raise OSError(errno.ENOSPC, path)
            self._files[path] = MacFile(next(self._nodes), mtime_ns=time.time_ns())
            return self._opened(self._files[path])

    def open(self, path: str) -> int:
        """Open a file; its handle."""
        with self._lock:
            return self._opened(self._known(path))

    def close(self, handle: int) -> bool:
        """Close a handle; whether it was one of these."""
        with self._lock:
            return self._open.pop(handle, None) is not None

    def holds(self, handle: int) -> bool:
        """Whether a handle is one of these."""
        return handle in self._open

    def has(self, path: str) -> bool:
        """Whether a file is there, under whatever name it has."""
        return path in self._files

    def read(self, handle: int, offset: int, size: int) -> bytes:
        """Some bytes."""
        return bytes(self._open[handle].data[offset : offset + size])

    def write(self, handle: int, offset: int, data: bytes) -> int:
        """Put bytes in; how many that were."""
        with self._lock:
            file = self._open[handle]
            self._fit(file, max(len(file.data), offset + len(data)))
            file.data[offset : offset + len(data)] = data
            return len(data)

    def truncate(self, path: str, length: int) -> None:
        """Make a file so long."""
        with self._lock:
            self._fit(self._known(path), length)

    def attr(self, path: str) -> Attr:
        """Facts about a file."""
        with self._lock:
            file = self._known(path)
            return Attr(file.node, path.rpartition("/")[2], NodeKind.FILE, len(file.data), file.mtime_ns)

    def entries(self, folder: str) -> Iterator[DirEntry]:
        """The files of a folder, without sizes, which the kernel asks for."""
        with self._lock:
            found = [
                (path, file)
                for path, file in self._files.items()
                if path.rpartition("/")[0] == folder and is_mac_file(path)
            ]
        for path, file in found:
            yield DirEntry(file.node, path.rpartition("/")[2], NodeKind.FILE, None, file.mtime_ns, "")

    def remove(self, path: str) -> None:
        """Remove a file."""
        with self._lock:
            self._known(path)
            del self._files[path]

    def move(self, path: str, to: str) -> None:
        """What is at a path, or below it, is at another one now."""
        with self._lock:
            for old in [old for old in self._files if old == path or old.startswith(f"{path}/")]:
                self._files[to + old[len(path) :]] = self._files.pop(old)

    def drop_below(self, folder: str) -> None:
        """A folder is gone."""
        with self._lock:
            for path in [path for path in self._files if path.startswith(f"{folder}/")]:
                del self._files[path]

    def _opened(self, file: MacFile) -> int:
        handle = next(self._handles)
        self._open[handle] = file
        return handle

    def _known(self, path: str) -> MacFile:
        if path not in self._files:
            raise OSError(errno.ENOENT, path)
        return self._files[path]

    def _fit(self, file: MacFile, length: int) -> None:
        more = length - len(file.data)
        if length > MAX_FILE or (more > 0 and more + sum(len(one.data) for one in self._files.values()) > MAX_ALL):
            raise OSError(errno.ENOSPC, "what macOS keeps beside files is bounded")
        if more > 0:
            file.data += bytes(more)
        else:
            del file.data[length:]
        file.mtime_ns = time.time_ns()


def refusing(operations: type) -> Any:
    """The operations of a face, refusing what macOS makes by itself with EPERM, as macFUSE does (`noappledouble`):
    programs go on without it."""

    class Refusing(operations):  # type: ignore[misc]
        def create(self, path: str, mode: int, fi: Any = None) -> int:
            if is_mac_file(path):
                raise OSError(errno.EPERM, path)
            return int(super().create(path, mode, fi))

    return Refusing


def keeping(operations: type, files: MacFiles) -> Any:  # noqa: C901 - a class inside
    """The operations of a face, and those of `files` beside them."""

    class Keeping(operations):  # type: ignore[misc]
        def getattr(self, path: str | None, fi: Any = None) -> dict[str, Any]:
            if path is not None and (is_mac_file(path) or files.has(path)):
                return as_dict(files.attr(path), writable=True)
            return dict(super().getattr(path, fi))

        def entries(self, path: str) -> Iterator[DirEntry]:
            yield from super().entries(path)
            yield from files.entries(path.rstrip("/"))

        def create(self, path: str, mode: int, fi: Any = None) -> int:
            if not is_mac_file(path):
                return int(super().create(path, mode, fi))
            super().getattr(path.rpartition("/")[0] or "/")  # its folder has to be there
            fi.fh, fi.direct_io = files.create(path), True
            return 0

        def open(self, path: str, fi: Any) -> int:
            if not is_mac_file(path):
                return int(super().open(path, fi))
            fi.fh, fi.direct_io = files.open(path), True
            return 0

        def read(self, path: str, size: int, offset: int, fi: Any) -> bytes:
            return (
                files.read(fi.fh, offset, size) if files.holds(fi.fh) else bytes(super().read(path, size, offset, fi))
            )

        def write(self, path: str, data: bytes, offset: int, fi: Any) -> int:
            return (
                files.write(fi.fh, offset, data) if files.holds(fi.fh) else int(super().write(path, data, offset, fi))
            )

        def truncate(self, path: str, length: int, fh: Any = None) -> int:
            if not is_mac_file(path):
                return int(super().truncate(path, length, fh))
            files.truncate(path, length)
            return 0

        def release(self, path: str, fi: Any) -> int:
            return 0 if files.close(fi.fh) else int(super().release(path, fi))

        def unlink(self, path: str) -> int:
            if not (is_mac_file(path) or files.has(path)):
                return int(super().unlink(path))
            files.remove(path)
            return 0

        def rmdir(self, path: str) -> int:
            super().rmdir(path)
            files.drop_below(path)
            return 0

        def move(self, old: str, new: str, replace: bool = True) -> int:
            if is_mac_file(old) and not is_mac_file(new) and not new.rpartition("/")[2].startswith(_GHOST):
                raise OSError(errno.EPERM, old)
            if is_mac_file(new) and not is_mac_file(old):
                raise OSError(errno.EPERM, old)
            if not is_mac_file(old):
                super().move(old, new, replace)
            files.move(old, new)
            return 0

        rename = move

        def utimens(self, path: str, *said: Any) -> int:
            """Times, modes and owners of such files are nobody's."""
            return 0 if is_mac_file(path) else int(super().utimens(path, *said))

        def chmod(self, path: str, *said: Any) -> int:
            return 0 if is_mac_file(path) else int(super().chmod(path, *said))

        def chown(self, path: str, *said: Any) -> int:
            return 0 if is_mac_file(path) else int(super().chown(path, *said))

    return Keeping
