"""A seekable reader over an origin: what tag readers and decoders get instead of a path."""

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from musfuse.errors import MalformedError, OriginError
from musfuse.model import SourceFile
from musfuse.origins.port import Origin

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 64 * 1024
MAX_SEEKS, MAX_READ = 1_000_000, 128 << 20
"""What a reader of tags may ask for: seeks in all, bytes at once."""


class _RawReader(io.RawIOBase):
    """Positioned reads of one version of one file. Errors surface as OSError with the origin's error as cause."""

    def __init__(self, origin: Origin, file: SourceFile) -> None:
        super().__init__()
        self._origin, self._file, self._position = origin, file, 0
        self.failure: OriginError | None = None

    @property
    def name(self) -> str:
        """The file's name, which some tag readers take as a hint."""
        return self._file.path.rsplit("/", 1)[-1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._file.stamp.size}[whence]
        if start + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))  # as a real file: mutagen asks for this number
        self._position = start + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._origin.read(self._file.path, self._position, len(view), self._file.stamp)
        except OriginError as error:
            self.failure = error
            raise OSError(error.errno, str(error)) from error
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


class _BoundedRawReader(_RawReader):
    """Gives no more than MAX_READ bytes at once."""

    def readall(self) -> bytes:
        left = self._file.stamp.size - self._position
        self._check(left)
        return bytes(super().readall() or b"")

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self._check(memoryview(buffer).nbytes)
        return super().readinto(buffer)

    @staticmethod
    def _check(size: int) -> None:
        if size > MAX_READ:
            raise MalformedError(f"{size} bytes were to be read at once")


class _BoundedReader(io.BufferedReader):
    """Ends loops, which need seeks: without them every reader comes to the end of the file."""

    _seeks = 0

    def seek(self, target: int, whence: int = io.SEEK_SET, /) -> int:
        self._seeks += 1
        if self._seeks > MAX_SEEKS:
            raise MalformedError(f"over {MAX_SEEKS} seeks made no sense of it")
        return _seek(self, target, whence)


_seek = io.BufferedReader.seek


def open_reader(origin: Origin, file: SourceFile) -> io.BufferedReader:
    """A buffered, seekable reader of exactly this version of the file; not for use from two threads at once."""
    return io.BufferedReader(_RawReader(origin, file), BUFFER)


@contextmanager
def all_or_nothing(origin: Origin, file: SourceFile) -> Iterator[io.BufferedReader]:
    """A reader for code that swallows errors, as readers of tags do: where the origin failed even once, its OriginError
    is raised at the end, whatever was made of the rest. What could not be read must not count as not being there.

    Damaged files send readers of tags back to where they were, or have them ask for all of a file at once: it raises
    MalformedError for more than MAX_SEEKS seeks, and for over MAX_READ bytes at once.
    """
    raw = _BoundedRawReader(origin, file)
    reader = _BoundedReader(raw, BUFFER)
    try:
        with reader:
            yield reader
    except Exception:
        if raw.failure is not None:
            raise raw.failure from None
        raise
    if raw.failure is not None:
        raise raw.failure


def origin_error(error: BaseException) -> OriginError | None:
    """What the origin said, where that is why reading failed, however many hands the error went through."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, OriginError):
        found = found.__cause__ or found.__context__
    return found
