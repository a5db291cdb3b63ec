"""A folder that is held open, and what lies below it."""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator

from musfuse.platform.trees import Facts, Room, Tree, facts_of

assert sys.platform != "win32"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NOTHING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
"""What systems say where nothing is, or a file or a link where a folder should be."""
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_tree(place: str) -> Tree:
    """The folder at a path, links to it followed. Raises OSError."""
    return DirTree(place)


class DirTree:
    """A Tree from a descriptor of its folder."""

    def __init__(self, place: str) -> None:
        self._fd = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def facts(self, path: str) -> Facts | None:
        if not path:
            return facts_of(os.fstat(self._fd))
        try:
            with self._parent(path) as (folder, name):
                return facts_of(os.stat(name, dir_fd=folder, follow_symlinks=False))
        except OSError as error:
            if error.errno in _NOTHING:
                return None
            raise

    def names(self, path: str) -> list[str]:
        with self._folder(path) as fd:
            return os.listdir(fd)

    def make_folder(self, path: str) -> None:
        with self._parent(path) as (folder, name):
            os.mkdir(name, dir_fd=folder)

    def create(self, path: str) -> int:
        with self._parent(path) as (folder, name):
            return os.open(name, _NEW, 0o666, dir_fd=folder)

    def open(self, path: str) -> int:
        with self._parent(path) as (folder, name):
            fd = os.open(name, _READ, dir_fd=folder)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(errno.EINVAL, "no file", path)
        if hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):  # pages that are on the disk are dropped, and so read from there
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        return fd

    def rename(self, old: str, new: str) -> None:
        if self.facts(new) is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new)
        self.replace(old, new)

    def replace(self, old: str, new: str) -> None:
        with self._parent(old) as (source, before), self._parent(new) as (target, after):
            os.rename(before, after, src_dir_fd=source, dst_dir_fd=target)

    def set_time(self, path: str, mtime_ns: int) -> None:
        with self._parent(path) as (folder, name):
            os.utime(name, ns=(mtime_ns, mtime_ns), dir_fd=folder, follow_symlinks=False)

    def remove(self, path: str) -> None:
        with self._parent(path) as (folder, name):
            os.unlink(name, dir_fd=folder)

    def remove_folder(self, path: str) -> None:
        with self._parent(path) as (folder, name):
            os.rmdir(name, dir_fd=folder)

    def flush(self, path: str) -> None:
        with contextlib.suppress(OSError), self._folder(path) as fd:
            os.fsync(fd)

    def room(self) -> Room:
        found = os.fstatvfs(self._fd)
        return Room(found.f_bavail * found.f_frsize, max(found.f_frsize, 512))

    def identity(self) -> str:
        return str(os.fstat(self._fd).st_dev)

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    @contextlib.contextmanager
    def _folder(self, path: str) -> Iterator[int]:
        """A descriptor of a folder below, which is reached folder by folder and never through a link."""
        fd = os.open(".", _FOLDER, dir_fd=self._fd)
        try:
            for part in filter(None, path.split("/")):
                inner = os.open(part, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = inner
            yield fd
        finally:
            os.close(fd)

    @contextlib.contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, str]]:
        folder, _, name = path.rpartition("/")
        with self._folder(folder) as fd:
            yield fd, name
