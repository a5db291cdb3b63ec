"""Copying on a mount: files are created and written, and become further entries of tracks.

Modes, times and owners of these, and of folders that may be changed, are said by every program that copies. They are
the drive's own, so they are taken for said, without effect.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from musfuse.drive import Drive
from musfuse.drive.copying import ROOM, Copying
from musfuse.errors import ExistsError
from musfuse_fuse.facts import as_dict
from musfuse_fuse.kernel import KernelMemory

_FILES = 1 << 30  # of which room is told as well
_WRITES = os.O_WRONLY | os.O_RDWR
Call = TypeVar("Call", bound=Callable[..., Any])


class Answered(Protocol):
    """Has a callback raise nothing but errors of the binding."""

    def __call__(self, call: Call, /) -> Call: ...


def taking(  # noqa: C901 - a class inside
    operations: type, drive: Drive, copying: Copying, memory: KernelMemory, answered: Answered
) -> Any:
    """The operations of a face, and those of what is copied to its drive. `memory` is the kernel's; `answered` has
    errors of the drive be those of the binding."""

    class Taking(operations):  # type: ignore[misc]
        @answered
        def getattr(self, path: str, fi: Any = None) -> dict[str, Any]:
            found = copying.attr(_inside(path))
            return as_dict(found, writable=True) if found is not None else dict(super().getattr(path, fi))

        @answered
        def statfs(self, path: str) -> dict[str, int]:
            """There is room: file managers look before they copy, and a copy takes none."""
            told = dict(super().statfs(path))
            room = {"f_blocks": ROOM // told["f_frsize"], "f_files": _FILES}
            free = {"f_bfree": room["f_blocks"], "f_bavail": room["f_blocks"], "f_ffree": _FILES, "f_favail": _FILES}
            return {**told, **free, **{name: told[name] + more for name, more in room.items()}}

        @answered
        def create(self, path: str, mode: int, fi: Any = None) -> int:
            del mode
            return self._begin(path, fi)

        @staticmethod
        def _begin(path: str, fi: Any) -> int:
            fi.fh, fi.direct_io = copying.create(_inside(path)), True
            memory.doubt(True)
            return 0

        @answered
        def open(self, path: str, fi: Any) -> int:
            """Also of a file that the kernel saw a moment ago, and which went when it was closed."""
            handle = copying.open(_inside(path))
            if handle is None and fi.flags & _WRITES:
                with suppress(ExistsError):
                    return self._begin(path, fi)
            if handle is None:
                return int(super().open(path, fi))
            fi.fh, fi.direct_io = handle, True
            return 0

        @answered
        def read(self, path: str, size: int, offset: int, fi: Any) -> bytes:
            if copying.holds(fi.fh):
                return copying.read(fi.fh, offset, size)
            return bytes(super().read(path, size, offset, fi))

        @answered
        def write(self, path: str, data: bytes, offset: int, fi: Any) -> int:
            return (
                copying.write(fi.fh, offset, data)
                if copying.holds(fi.fh)
                else int(super().write(path, data, offset, fi))
            )

        @answered
        def truncate(self, path: str, length: int, fh: Any = None) -> int:
            return 0 if copying.resize_at(_inside(path), length) else int(super().truncate(path, length, fh))

        @answered
        def flush(self, path: str, fi: Any) -> int:
            """A descriptor is closed: the last moment at which a program can be told that it copied nothing."""
            del path
            if copying.holds(fi.fh):
                copying.finish(fi.fh)
            return 0

        @answered
        def release(self, path: str, fi: Any) -> int:
            if not copying.holds(fi.fh):
                return int(super().release(path, fi))
            copying.close(fi.fh)
            memory.doubt(copying.is_writing)
            return 0

        @answered
        def unlink(self, path: str) -> int:
            return 0 if copying.remove(_inside(path)) else int(super().unlink(path))

        @answered
        def rmdir(self, path: str) -> int:
            super().rmdir(path)
            copying.removed(_inside(path))
            return 0

        @answered
        def move(self, old: str, new: str, replace: bool = True) -> int:
            if copying.move(_inside(old), _inside(new)):
                return 0
            super().move(old, new, replace)
            copying.moved(_inside(old), _inside(new))
            return 0

        rename = move

        @answered
        def chmod(self, path: str, *said: Any) -> int:
            """Modes are the same for all, and so is who owns something; times are those of what is shown."""
            if copying.attr(_inside(path)) is not None or drive.rearranging.takes_facts(_inside(path)):
                return 0
            return int(super().chmod(path, *said))

        chown = utimens = chmod

    return Taking


def _inside(path: str) -> str:
    return path.lstrip("/")
