"""A seekable reader over an origin: what tag readers and decoders get instead of a path."""

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from musfuse.errors import ExcessiveError, OriginError
from musfuse.lru import Lru
from musfuse.model import SourceFile
from musfuse.origins.port import Origin

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 64 * 1024
FAR_BLOCK = 16 * 1024
"""Bytes of a header that are asked for at once where each byte travels."""
FAR_END = 12 * 1024
"""Bytes at the end of a file that are asked for at once there: what stands there begins anywhere. With a header that
makes no more than 32 KB."""
_FAR_PIECE = 1 << 20
"""Bytes of something large that are asked for at once there."""
MAX_SEEKS, MAX_READ, MAX_TOTAL = 300_000, 64 << 20, 128 << 20
"""What a reader of tags may ask for: seeks in all, bytes at once, bytes in all. A tag with five pictures of 10 MB is
read at once, by two readers one after the other; boxes of MP4 take a seek each, of which there are a few thousand."""
_KEPT_BYTES = 8 * BUFFER
"""Blocks that are kept: readers of tags go to and fro between the front and the end of a file."""


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
        data = self._fetch(self._position, len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _fetch(self, offset: int, size: int) -> bytes:
        try:
            return self._origin.read(self._file.path, offset, size, self._file.stamp)
        except OriginError as error:
            self.failure = error
            raise OSError(error.errno, str(error)) from error


class _BoundedRawReader(_RawReader):
    """Reads blocks, and remembers a few; no more than MAX_TOTAL bytes in all."""

    def __init__(self, origin: Origin, file: SourceFile) -> None:
        super().__init__(origin, file)
        self._block_bytes = origin.traits.block_bytes
        self._blocks: Lru[int, bytes] = Lru(max(1, _KEPT_BYTES // self._block_bytes))
        self._fetched, self._limit = 0, MAX_TOTAL

    def allow_more(self, size: int) -> None:
        """Allow no more than so many bytes from here on."""
        self._limit = min(self._limit, self._fetched + size)

    def readall(self) -> bytes:
        check_size(self._file.stamp.size - self._position)
        return bytes(super().readall() or b"")

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        start, size = self._block_at(self._position)
        if len(view) > BUFFER > self._block_bytes:  # a picture, which is wanted whole: not a trip for each block of it
            data = self._counted(self._position, min(len(view), _FAR_PIECE))
        else:
            low = self._position - start
            data = self._block(start, size)[low : low + len(view)]
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _block_at(self, position: int) -> tuple[int, int]:
        """Where the block begins that holds a position, and how many bytes it has."""
        end = self._file.stamp.size - FAR_END
        if self._block_bytes < BUFFER and self._block_bytes <= end <= position:
            return end, FAR_END
        return position - position % self._block_bytes, self._block_bytes

    def _block(self, start: int, size: int) -> bytes:
        found = self._blocks.get(start)
        if found is not None:
            return found
        found = self._counted(start, size)
        self._blocks.put(start, found)
        return found

    def _counted(self, offset: int, size: int) -> bytes:
        found = self._fetch(offset, size)
        self._fetched += len(found)
        if self._fetched > self._limit:
            raise ExcessiveError(f"{self._fetched >> 20} MiB of it were read, and no sense was made of it")
        return found


def check_size(size: int) -> None:
    """Raise ExcessiveError where so many bytes are to be read at once."""
    if size > MAX_READ:
        raise ExcessiveError(f"{size} bytes were to be read at once")


class _BoundedReader(io.BufferedReader):
    """Ends readers of tags that go in circles. That takes seeks, which are counted: without them every reader comes to
    the end of the file."""

    _seeks = 0

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None:
            check_size(size)
        return _read(self, size)

    def seek(self, target: int, whence: int = io.SEEK_SET, /) -> int:
        self._seeks += 1
        if self._seeks > MAX_SEEKS:
            raise ExcessiveError(f"over {MAX_SEEKS} seeks made no sense of it")
        return _seek(self, target, whence)


_seek, _read = io.BufferedReader.seek, io.BufferedReader.read


def open_reader(origin: Origin, file: SourceFile) -> io.BufferedReader:
    """A buffered, seekable reader of exactly this version of the file; not for use from two threads at once."""
    return io.BufferedReader(_RawReader(origin, file), BUFFER)


@contextmanager
def all_or_nothing(origin: Origin, file: SourceFile) -> Iterator[io.BufferedReader]:
    """A reader for code that swallows errors, as readers of tags do: where the origin failed even once, its OriginError
    is raised at the end, whatever was made of the rest. What could not be read must not count as not being there.

    Damaged files send readers of tags back to where they were, or have them ask for all of a file: it raises
    ExcessiveError for more than MAX_SEEKS seeks, for over MAX_READ bytes at once, and over MAX_TOTAL in all.
    """
    raw = _BoundedRawReader(origin, file)
    reader = _BoundedReader(raw, origin.traits.block_bytes)
    try:
        with reader:
            yield reader
    except Exception:
        if raw.failure is not None:
            raise raw.failure from None
        raise
    if raw.failure is not None:
        raise raw.failure


def allow_more(reader: io.BufferedReader, size: int) -> None:
    """Have a reader of `all_or_nothing` give no more than so many bytes from here on, and raise ExcessiveError then."""
    if isinstance(reader.raw, _BoundedRawReader):
        reader.raw.allow_more(size)


def origin_error(error: BaseException) -> OriginError | None:
    """What the origin said, where that is why reading failed, however many hands the error went through."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, OriginError):
        found = found.__cause__ or found.__context__
    return found
