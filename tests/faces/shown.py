"""A drive as each face shows it, asked for in one way."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from musfuse_winfsp import status
from winfsp import driver, filenode
from winfsp import kernel as k

from musfuse.drive import Drive
from musfuse.errors import MusfuseError
from musfuse.model import NodeKind

Reader = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Seen:
    """What is known of one entry: bytes, and ns (to the 100 ns that Windows keeps)."""

    folder: bool
    size: int
    mtime_ns: int


class Shown(Protocol):
    """The file-system calls that every face has; errors are OSError."""

    def entries(self, path: str) -> dict[str, Seen]: ...

    def stat(self, path: str) -> Seen: ...

    def open(self, path: str) -> Any:
        """A context of (size in bytes, read(offset, length))."""

    def refusals(self, path: str) -> list[Callable[[], object]]:
        """Calls that would write, each of which must raise OSError."""

    def mkdir(self, path: str) -> None: ...

    def remove(self, path: str, folder: bool = False) -> None: ...

    def move(self, path: str, to: str, replace: bool = True) -> None: ...

    def write(self, path: str, data: bytes) -> None:
        """Make a file with these bytes, as one who copies does."""


def manifest(shown: Shown, path: str = "") -> Iterator[tuple[str, Seen, bytes]]:
    """Everything below a folder: path, facts, bytes."""
    for name, seen in sorted(shown.entries(path).items()):
        below = f"{path}/{name}".lstrip("/")
        assert shown.stat(below) == seen
        if seen.folder:
            yield below, seen, b""
            yield from manifest(shown, below)
        else:
            with shown.open(below) as (size, read):
                yield below, seen, b"".join(read(at, 50_000) for at in range(0, size, 50_000))


class ShownByDrive:
    """No face at all."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive

    def entries(self, path: str) -> dict[str, Seen]:
        with _os_errors():
            return {e.name: _seen(e) for e in self._drive.list(path, sized=True)}

    def stat(self, path: str) -> Seen:
        with _os_errors():
            return _seen(self._drive.attr(path))

    @contextmanager
    def open(self, path: str) -> Iterator[tuple[int, Reader]]:
        with _os_errors():
            opened = self._drive.open(path)

        def read(offset: int, length: int) -> bytes:
            with _os_errors():
                return self._drive.read_at(opened.handle, offset, length)

        try:
            yield opened.size, read
        finally:
            self._drive.close(opened.handle)

    def refusals(self, path: str) -> list[Callable[[], object]]:
        return []  # it has no call that writes

    def mkdir(self, path: str) -> None:
        with _os_errors():
            self._drive.rearranging.make_folder(path)

    def remove(self, path: str, folder: bool = False) -> None:
        with _os_errors():
            (self._drive.rearranging.remove_folder if folder else self._drive.rearranging.remove_file)(path)

    def move(self, path: str, to: str, replace: bool = True) -> None:
        with _os_errors():
            self._drive.rearranging.move(path, to, replace=replace)

    def write(self, path: str, data: bytes) -> None:
        copying = self._drive.copying
        assert copying is not None
        with _os_errors():
            handle = copying.create(path)
            try:
                for at in range(0, len(data), 50_000):
                    copying.write(handle, at, data[at : at + 50_000])
                copying.finish(handle)
            finally:
                copying.close(handle)


class ShownByFuse:
    """Through the kernel, at a mountpoint."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def entries(self, path: str) -> dict[str, Seen]:
        return {name: self.stat(f"{path}/{name}") for name in os.listdir(self._root / path)}

    def stat(self, path: str) -> Seen:
        found = os.stat(f"{self._root}/{path}")
        folder = os.path.isdir(f"{self._root}/{path}")
        return Seen(folder, 0 if folder else found.st_size, found.st_mtime_ns // 100 * 100)

    @contextmanager
    def open(self, path: str) -> Iterator[tuple[int, Reader]]:
        fd = os.open(f"{self._root}/{path}", os.O_RDONLY)
        try:
            if os.path.isdir(f"{self._root}/{path}"):
                raise IsADirectoryError(errno.EISDIR, path)
            yield os.fstat(fd).st_size, lambda offset, length: os.pread(fd, length, offset)
        finally:
            os.close(fd)

    def refusals(self, path: str) -> list[Callable[[], object]]:
        at = f"{self._root}/{path}"
        return [
            lambda: os.open(at, os.O_WRONLY), lambda: os.open(f"{at}.new", os.O_CREAT | os.O_WRONLY), lambda: os.unlink(at),
            lambda: os.rename(at, f"{at}.new"), lambda: os.truncate(at, 0), lambda: os.utime(at, (0, 0)),
            lambda: os.mkdir(f"{at}.folder"), lambda: os.chmod(at, 0o600),
        ]  # fmt: skip

    def mkdir(self, path: str) -> None:
        os.mkdir(self._root / path)

    def remove(self, path: str, folder: bool = False) -> None:
        (os.rmdir if folder else os.unlink)(self._root / path)

    def move(self, path: str, to: str, replace: bool = True) -> None:
        os.rename(self._root / path, self._root / to)

    def write(self, path: str, data: bytes) -> None:
        (self._root / path).write_bytes(data)


class ShownByWinFsp:
    """Through the simulated kernel; names arrive upper-cased, as they do from a driver that ignores case."""

    def __init__(self, kernel: k.Kernel) -> None:
        self._kernel = kernel

    def entries(self, path: str) -> dict[str, Seen]:
        opened = self._open(path, driver.DIRECTORY_FILE)
        try:
            found = self._kernel.entries(opened, first=4096, later=1024)
        finally:
            self._kernel.close(opened)
        return {name: _windows_seen(info) for name, info in found if name not in (".", "..")}

    def stat(self, path: str) -> Seen:
        opened = self._open(path, access=driver.FILE_READ_ATTRIBUTES)
        self._kernel.close(opened)
        assert opened.info is not None
        assert opened.name == self._name(path), "an entry is not spelled as it was listed"
        return _windows_seen(opened.info)

    @contextmanager
    def open(self, path: str) -> Iterator[tuple[int, Reader]]:
        opened = self._open(path, driver.NON_DIRECTORY_FILE)
        assert opened.info is not None

        def read(offset: int, length: int) -> bytes:
            code, data = self._kernel.read(opened, offset, length)
            if code not in (driver.SUCCESS, driver.END_OF_FILE):
                raise OSError(_ERRNO[code], hex(code))
            return data

        try:
            yield opened.info.size, read
        finally:
            self._kernel.close(opened)

    def refusals(self, path: str) -> list[Callable[[], object]]:
        name = self._name(path)

        def refused(code: int) -> None:
            if code != driver.SUCCESS:
                raise OSError(errno.EROFS, hex(code))

        return [
            lambda: refused(self._kernel.open(name, access=driver.FILE_WRITE_DATA).status),
            lambda: refused(self._kernel.create(name + ".new")),
            lambda: refused(self._kernel.open(name, options=driver.DELETE_ON_CLOSE).status),
        ]

    def mkdir(self, path: str) -> None:
        _check(self._kernel.mkdir(self._name(path)), path)

    def remove(self, path: str, folder: bool = False) -> None:
        options = driver.DIRECTORY_FILE if folder else driver.NON_DIRECTORY_FILE
        _check(self._kernel.delete(k.upcase(self._name(path)), options), path)

    def move(self, path: str, to: str, replace: bool = True) -> None:
        opened = self._open(path, access=driver.DELETE | driver.FILE_READ_ATTRIBUTES)
        try:
            _check(self._kernel.rename(opened, self._name(to), replace), to)
        finally:
            self._kernel.close(opened)

    def write(self, path: str, data: bytes) -> None:
        above, _, name = self._name(path).rpartition("\\")
        _check(self._kernel.copy_in(f"{k.upcase(above)}\\{name}", data), path)

    def _open(
        self, path: str, options: int = 0, access: int = driver.FILE_READ_DATA | driver.FILE_READ_ATTRIBUTES
    ) -> k.Opened:
        opened = self._kernel.open(k.upcase(self._name(path)), access, options)
        if opened.status != driver.SUCCESS:
            raise OSError(_ERRNO[opened.status], f"{path}: {opened.status:#x}")
        return opened

    @staticmethod
    def _name(path: str) -> str:
        return "\\" + path.replace("/", "\\")


_ERRNO = {
    status.OBJECT_NAME_NOT_FOUND: errno.ENOENT, status.OBJECT_PATH_NOT_FOUND: errno.ENOENT, status.NOT_A_DIRECTORY: errno.ENOTDIR,
    status.FILE_IS_A_DIRECTORY: errno.EISDIR, status.IO_DEVICE_ERROR: errno.EIO, driver.OBJECT_NAME_INVALID: errno.ENOENT,
    status.OBJECT_NAME_COLLISION: errno.EEXIST, status.DIRECTORY_NOT_EMPTY: errno.ENOTEMPTY,
    status.NOT_SAME_DEVICE: errno.EXDEV, status.MEDIA_WRITE_PROTECTED: errno.EROFS, filenode.ACCESS_DENIED: errno.EACCES,
    status.NAME_TOO_LONG: errno.ENAMETOOLONG, filenode.SHARING_VIOLATION: errno.EBUSY, driver.CANNOT_DELETE: errno.EACCES,
}  # fmt: skip


def _check(code: int, path: str) -> None:
    if code != driver.SUCCESS:
        raise OSError(_ERRNO[code], f"{path}: {code:#x}")


@contextmanager
def _os_errors() -> Iterator[None]:
    try:
        yield
    except MusfuseError as error:
        raise OSError(error.errno, str(error)) from error


def _seen(entry: Any) -> Seen:
    folder = entry.kind is NodeKind.FOLDER
    return Seen(folder, 0 if folder else entry.size, entry.mtime_ns // 100 * 100)


def _windows_seen(info: k.Info) -> Seen:
    mtime_ns = (info.written - 116_444_736_000_000_000) * 100
    return Seen(info.folder, 0 if info.folder else info.size, mtime_ns)
