"""Boxes of an ISO base media file (ISO/IEC 14496-12 §4.2): chunk offsets in them, and how they are written."""

import struct
from typing import TYPE_CHECKING, BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.containers.boxes import Box

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MAX_OFFSETS = 8 << 20
"""Bytes of a table of chunk offsets: one a second for a month."""
OFFSETS = {b"stco": ">u4", b"co64": ">u8"}
"""How chunk offsets are stored, by the kind of their box."""


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
        raise MalformedError(f"a box {kind.decode('latin-1')} of {body} bytes is too large")
    return struct.pack(">I", body + 8) + kind


def make_box(kind: bytes, body: bytes) -> bytes:
    """A box with this body."""
    return box_head(kind, len(body)) + body
