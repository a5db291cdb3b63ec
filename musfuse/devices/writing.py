"""Files as they are written to a device: under a passing name, flushed, and read back where that is wanted."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from musfuse.errors import DeviceError, MusfuseError
from musfuse.platform.trees import Tree

UNSUPPORTED = frozenset({errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.EXDEV})
"""What systems say of what a device, or the program between, cannot do."""
_STEP = 1 << 20


class StoppedError(MusfuseError):
    """Nobody wants it any more."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes files into a tree. `stops` tells whether to end soon, `wrote` hears of bytes. With `verify` each is read
    back from the device and compared."""

    tree: Tree
    stops: Callable[[], bool]
    wrote: Callable[[int], object]
    verify: bool = False

    def write(self, path: str, pieces: Iterator[bytes], mtime_ns: int) -> str:
        """Write a new file, so that it is on the disk when this returns; the hash of its bytes. Raises OSError,
        DeviceError where the device has others, StoppedError, and what `pieces` raise."""
        digest = hashlib.blake2b(digest_size=16)
        fd = self.tree.create(path)
        try:
            for piece in pieces:
                if self.stops():
                    raise StoppedError
                _write_all(fd, piece)
                digest.update(piece)
                self.wrote(len(piece))
            with as_it_can():
                os.fsync(fd)
        finally:
            os.close(fd)
        if mtime_ns:
            with as_it_can():
                self.tree.set_time(path, mtime_ns)
        if self.verify and self.read(path) != digest.hexdigest():
            raise DeviceError(
                f"{path}: what was read back is not what was written: the device, its reader or its cable is faulty"
            )
        return digest.hexdigest()

    def read(self, path: str) -> str:
        """The hash of a file, read from the device. Raises OSError, StoppedError."""
        digest = hashlib.blake2b(digest_size=16)
        with os.fdopen(self.tree.open(path), "rb", buffering=0) as file:
            while piece := file.read(_STEP):
                if self.stops():
                    raise StoppedError
                digest.update(piece)
        return digest.hexdigest()


def pieces_of(size: int, read_at: Callable[[int, int], bytes]) -> Iterator[bytes]:
    """So many bytes, piece by piece."""
    for offset in range(0, size, _STEP):
        yield read_at(offset, min(_STEP, size - offset))


@contextmanager
def as_it_can() -> Iterator[None]:
    """Within the block a device may lack what is asked for: to set times, to flush a file, to rename one."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
