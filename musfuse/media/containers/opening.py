"""Files as mutagen opens them, once it is sure that this takes neither much memory nor much time.

mutagen inflates what it finds and copies what is left of a tag for each frame and each value. What it gets to see is
looked through first (`tags.bounds`); a tag in front of a file is handed on without its pictures.
"""

import io
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.containers.tails import apev2_count
from musfuse.media.tags.bounds import check_entries
from musfuse.media.tags.id3frames import is_simple, plain_tag, read_tag

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LARGE_TAG = 64 << 10
"""Bytes of a tag from which on it is handed on without its pictures."""
_MAX_CHUNKS = 8192


def open_with_mutagen(reader: BinaryIO, size: int, bounds: Callable[[BinaryIO, int], None] | None) -> Any:
    """What mutagen.File makes of a file of `size` bytes; `bounds` are those of its format. Raises ExcessiveError, and
    whatever mutagen raises."""
    import mutagen

    check_ape(reader, size)
    if bounds is not None:
        bounds(reader, size)
    front = with_plain_tag(reader, size)
    front.seek(0)
    return mutagen.File(front)


def check_ape(reader: BinaryIO, size: int) -> None:
    """Raise ExcessiveError where an APEv2 tag at the end has too many items."""
    check_entries(apev2_count(reader, size), "APEv2 items")


def with_plain_tag(reader: BinaryIO, size: int) -> BinaryIO:
    """The file with the ID3v2 tag in front of it as plain as it can be."""
    try:
        tag = read_tag(reader, 0, size)
    except ExcessiveError:
        raise
    except MalformedError:
        return reader  # mutagen will say so
    if tag is None:
        return reader
    plain = plain_tag(tag)
    if is_simple(tag) and tag.end <= _LARGE_TAG:
        return reader
    return io.BufferedReader(_Spliced(reader, plain or b"ID3\4\0\0\0\0\0\0", tag.end, size))


class _Spliced(io.RawIOBase):
    """A file of `size` bytes whose first `end` bytes are others."""

    def __init__(self, inner: BinaryIO, front: bytes, end: int, size: int) -> None:
        super().__init__()
        self._inner, self._front = inner, front
        self._shift, self._size = end - len(front), size - end + len(front)
        self._position = 0
        self.name = inner.name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError("seek before the start of the file")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        data = self._front[self._position : self._position + len(view)]
        if not data:
            self._inner.seek(self._position + self._shift)
            data = self._inner.read(len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


def check_tag(reader: BinaryIO, start: int, limit: int) -> None:
    """Raise ExcessiveError where the ID3v2 tag within bytes [start, limit) inflates to too much, or has too much."""
    try:
        tag = read_tag(reader, start, limit)
    except ExcessiveError:
        raise
    except MalformedError:
        return
    if tag is not None:
        plain_tag(tag)


def check_chunks(reader: BinaryIO, size: int, head: struct.Struct, first: int = 12) -> None:
    """As `check_tag`, for all tags in the chunks of WAV, AIFF and DSDIFF: `head` is a chunk's name and length, `first`
    where the first one begins."""
    at = first
    for _ in range(_MAX_CHUNKS):
        reader.seek(at)
        raw = reader.read(head.size)
        if len(raw) < head.size:
            return
        name, length = head.unpack(raw)
        if name in (b"id3 ", b"ID3 "):
            check_tag(reader, at + head.size, min(size, at + head.size + length))
        at += head.size + length + (length & 1)
    raise ExcessiveError(f"it has more than {_MAX_CHUNKS} chunks")
