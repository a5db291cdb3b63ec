"""WMA and other ASF files (Advanced Systems Format specification §2 and §5): their data packets."""

from typing import BinaryIO

from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_tagged
from musfuse.media.identity.feed import Span

_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_OBJECT_HEAD, _DATA_HEAD = 24, 50
_MAX_OBJECTS = 1000


def _spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """The data packets, without the header in front of them and the indexes behind."""
    at = start
    for _ in range(_MAX_OBJECTS):
        reader.seek(at)
        head = reader.read(_OBJECT_HEAD)
        length = int.from_bytes(head[16:], "little")
        if head[:16] == _DATA:
            end = min(size, at + length) if length else size  # a live recording does not tell
            return [Span(at + _DATA_HEAD, end)] if end > at + _DATA_HEAD else []
        at += length
        if length < _OBJECT_HEAD or at >= size:
            break
    return []


FORMATS = (
    Format(
        "asf",
        "WMA",
        frozenset({"wma", "asf"}),
        begins(bytes.fromhex("3026b2758e66cf11")),
        unless_framed(read_tagged),
        audio=_spans,
        codecs=frozenset({"wma"}),
    ),
)
