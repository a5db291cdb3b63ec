"""Boxes of an ISO base media file (ISO/IEC 14496-12 §4.2): where they lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from musfuse.errors import MalformedError

_MAX_BOXES = 100_000


@dataclass(frozen=True, slots=True)
class Box:
    """A box at bytes [start, end) of the file; its body begins `head` bytes after its start."""

    kind: bytes
    start: int
    head: int
    end: int

    @property
    def body(self) -> int:
        """The byte at which its body begins."""
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
            raise MalformedError(f"a box {kind.decode('latin-1')} of {size} bytes at byte {at} does not fit")
        yield Box(kind, at, length, at + size)
        at += size
    raise MalformedError("it has too many boxes")


def child(reader: BinaryIO, box: Box, kind: bytes, skip: int = 0) -> Box | None:
    """The first box of a kind within a box, `skip` bytes into its body."""
    return next((b for b in boxes(reader, box.body + skip, box.end) if b.kind == kind), None)
