"""Boxes of an ISO base media file (ISO/IEC 14496-12 §4.2): where they lie, and how they are written."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from musfuse.errors import MalformedError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MAX_BOXES = 100_000
_MAX_OFFSETS = 64 << 20
OFFSETS = {b"stco": ">u4", b"co64": ">u8"}
"""How chunk offsets are stored, by the kind of their box."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box at bytes [start, end) of the file; its body begins `head` bytes after its start."""

    kind: bytes
    start: int
    head: int
    end: int

    @property
    def body(self) -> int:
        """Where its body begins."""
        return self.start + self.head


def boxes(reader: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes in bytes [start, end), one after the other. Raises MalformedError where one reaches past the end."""
    at = start
    for _ in range(_MAX_BOXES):
        if end - at < 8:
            return  # fewer bytes than a box has (a udta may end in four zeros)
        reader.seek(at)
        head = reader.read(16)
        size, kind, length = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1:
            size, length = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - at
        if size < length or at + size > end:
            raise MalformedError(f"a box {kind!r} of {size} bytes at byte {at} does not fit")
        yield Box(kind, at, length, at + size)
        at += size
    raise MalformedError("it has too many boxes")


def child(reader: BinaryIO, box: Box, kind: bytes, skip: int = 0) -> Box | None:
    """The first box of a kind within a box, `skip` bytes into its body."""
    return next((b for b in boxes(reader, box.body + skip, box.end) if b.kind == kind), None)


def chunk_offsets(reader: BinaryIO, box: Box) -> "tuple[bytes, npt.NDArray[np.uint64]]":
    """The body of an `stco` or `co64` box, and the offsets in it (uint64, bytes from the start of the file).

    Raises MalformedError where it does not hold what it claims.
    """
    import numpy as np

    length = box.end - box.body
    if length > _MAX_OFFSETS or length < 8:
        raise MalformedError(f"a table of {length} bytes for chunk offsets")
    reader.seek(box.body)
    raw = reader.read(length)
    count, stored = int.from_bytes(raw[4:8], "big"), np.dtype(OFFSETS[box.kind])
    if 8 + count * stored.itemsize > length:
        raise MalformedError(f"a chunk offset table of {length} bytes claims {count} entries")
    return raw, np.frombuffer(raw, stored, count, 8).astype(np.uint64)


def box_head(kind: bytes, body: int) -> bytes:
    """The header of a box with a body of so many bytes."""
    if body + 8 >= 1 << 32:
        raise MalformedError(f"a box {kind!r} of {body} bytes is too large")
    return struct.pack(">I", body + 8) + kind


def make_box(kind: bytes, body: bytes) -> bytes:
    """A whole box."""
    return box_head(kind, len(body)) + body
