"""Files as mutagen opens them, once it is sure that this takes neither much memory nor much time.

mutagen inflates what it finds and copies what is left of a tag for each frame and each value. What it gets to see is
looked through first (`tags.bounds`); a tag in front of a file is handed on without its pictures.
"""

import io
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.containers.boxes import Box, boxes, child
from musfuse.media.containers.sniff import sniff_reader
from musfuse.media.containers.tails import apev2_count
from musfuse.media.tags.bounds import MAX_ENTRIES, check_comments, check_entries
from musfuse.media.tags.id3frames import is_simple, plain_tag, read_tag

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LARGE_TAG = 64 << 10
"""Bytes of a tag from which on it is handed on without its pictures."""
_MAX_CHUNKS, _MAX_PAGES = 8192, 16
_COMMENTS = {b"\1vorbis": 7, b"OpusHead": 8, b"\x7fFLAC": 4, b"Speex  ": 0, b"\x80theora": 7}
"""Where the comments begin in the second packet of an Ogg stream, by how its first begins."""


def open_with_mutagen(reader: BinaryIO, size: int) -> Any:
    """What mutagen.File makes of a file of `size` bytes. Raises ExcessiveError, and whatever mutagen raises."""
    import mutagen

    check_ape(reader, size)
    container, _ = sniff_reader(reader)
    check = _CHECKS.get(container)
    if check is not None:
        check(reader, size)
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


def _check_tag(reader: BinaryIO, start: int, limit: int) -> None:
    try:
        tag = read_tag(reader, start, limit)
    except ExcessiveError:
        raise
    except MalformedError:
        return
    if tag is not None:
        plain_tag(tag)


def _check_riff(reader: BinaryIO, size: int, head: struct.Struct, big: bool = False) -> None:
    """Tags in the chunks of WAV, AIFF and DSDIFF."""
    at = 16 if big else 12
    for _ in range(_MAX_CHUNKS):
        reader.seek(at)
        raw = reader.read(head.size)
        if len(raw) < head.size:
            return
        name, length = head.unpack(raw)
        if name in (b"id3 ", b"ID3 "):
            _check_tag(reader, at + head.size, min(size, at + head.size + length))
        at += head.size + length + (length & 1)
    raise ExcessiveError(f"it has more than {_MAX_CHUNKS} chunks")


def _check_dsf(reader: BinaryIO, size: int) -> None:
    reader.seek(20)
    at = int.from_bytes(reader.read(8), "little")
    if 0 < at < size:
        _check_tag(reader, at, size)


def check_mp4(reader: BinaryIO, size: int) -> None:
    """Raise ExcessiveError where an MP4 has too many items of tags."""
    try:
        box: Box | None = next((b for b in boxes(reader, 0, size) if b.kind == b"moov"), None)
        for kind, skip in ((b"udta", 0), (b"meta", 0), (b"ilst", 4)):
            box = child(reader, box, kind, skip) if box else None
        for count, _ in enumerate(boxes(reader, box.body, box.end) if box else (), 1):
            if count > MAX_ENTRIES:
                check_entries(count, "atoms, at least,")
    except ExcessiveError:
        raise
    except MalformedError:
        return


def _check_ogg(reader: BinaryIO, size: int) -> None:
    """Numbers of comments in the first pages."""
    del size
    starts: dict[bytes, int] = {}
    at = 0
    for _ in range(_MAX_PAGES):
        reader.seek(at)
        head = reader.read(27)
        if len(head) < 27 or head[:4] != b"OggS":
            return
        lacing = reader.read(head[26])
        body = reader.read(sum(lacing))
        serial = head[14:18]
        if head[5] & 2:
            starts[serial] = next((skip for magic, skip in _COMMENTS.items() if body.startswith(magic)), -1)
        elif (skip := starts.pop(serial, -1)) >= 0:
            _check_comments(body, skip)
        at += 27 + len(lacing) + len(body)


def _check_comments(body: bytes, at: int) -> None:
    at += 4 + int.from_bytes(body[at : at + 4], "little")
    if at + 4 > len(body):
        raise ExcessiveError("the name of the program that wrote its comments is too long")
    check_comments(int.from_bytes(body[at : at + 4], "little"))


_CHECKS: dict[str, Callable[[BinaryIO, int], None]] = {
    "ogg": _check_ogg,
    "mp4": check_mp4,
    "dsf": _check_dsf,
    "wav": lambda reader, size: _check_riff(reader, size, struct.Struct("<4sI")),
    "aiff": lambda reader, size: _check_riff(reader, size, struct.Struct(">4sI")),
    "dff": lambda reader, size: _check_riff(reader, size, struct.Struct(">4sQ"), big=True),
}
