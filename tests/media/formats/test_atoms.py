"""Tables of chunk offsets, and boxes as they are written."""

import io
import struct

import numpy as np
import pytest
from hostile import box
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import MalformedError
from musfuse.media.containers.boxes import Box, boxes
from musfuse.media.formats.mp4.atoms import box_head, chunk_offsets, make_box


def table(kind: bytes, offsets: list[int], count: int | None = None, more: bytes = b"") -> tuple[io.BytesIO, Box]:
    """A file that holds only such a table, behind 16 bytes of something else."""
    stored = struct.pack(f">{len(offsets)}{'I' if kind == b'stco' else 'Q'}", *offsets)
    head = bytes(4) + (len(offsets) if count is None else count).to_bytes(4, "big")
    reader = io.BytesIO(box(b"free", bytes(8)) + box(kind, head + stored + more))
    return reader, list(boxes(reader, 0, len(reader.getvalue())))[1]


@pytest.mark.parametrize(("kind", "largest"), [(b"stco", (1 << 32) - 1), (b"co64", (1 << 64) - 1)])
@given(data=st.data())
def test_offsets_of_either_width_are_those_that_were_stored(kind: bytes, largest: int, data: st.DataObject) -> None:
    given_offsets = data.draw(st.lists(st.integers(0, largest), max_size=50))
    more = data.draw(st.binary(max_size=9))
    reader, found = table(kind, given_offsets, more=more)
    raw, offsets = chunk_offsets(reader, found)
    assert raw == reader.getvalue()[found.body :]
    assert offsets.dtype == np.uint64
    assert offsets.tolist() == given_offsets


@pytest.mark.parametrize(("kind", "fits"), [(b"stco", 4), (b"co64", 2)])
def test_a_table_that_claims_more_than_it_holds_is_refused(kind: bytes, fits: int) -> None:
    stored = [1 << 20] * (16 // struct.calcsize("I" if kind == b"stco" else "Q"))
    assert len(chunk_offsets(*table(kind, stored, fits))[1]) == fits
    for count in (fits + 1, (1 << 32) - 1):
        with pytest.raises(MalformedError, match=f"claims {count} entries"):
            chunk_offsets(*table(kind, stored, count))


@pytest.mark.parametrize("length", [0, 7, (8 << 20) + 1, 1 << 40])
def test_a_table_of_no_possible_size_is_refused_before_it_is_read(length: int) -> None:
    class Unread(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError(f"{size} bytes were read")

    with pytest.raises(MalformedError, match=f"a table of {length} bytes"):
        chunk_offsets(Unread(), Box(b"stco", 0, 8, 8 + length))


def test_a_box_that_was_made_is_read_back() -> None:
    made = make_box(b"free", b"abc") + make_box(b"\xa9nam", b"")
    found = list(boxes(io.BytesIO(made), 0, len(made)))
    assert [(each.kind, made[each.body : each.end]) for each in found] == [(b"free", b"abc"), (b"\xa9nam", b"")]


def test_a_body_that_32_bits_cannot_count_is_refused() -> None:
    assert box_head(b"moov", (1 << 32) - 9) == b"\xff\xff\xff\xffmoov"
    with pytest.raises(MalformedError, match="a box ©nam of 4294967288 bytes is too large"):
        box_head(b"\xa9nam", (1 << 32) - 8)
