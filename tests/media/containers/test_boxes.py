"""Boxes of an MP4: as mutagen finds them, of every way to tell a size, and none past the end."""

import io
import struct
from pathlib import Path

import pytest
import sound
from hostile import box
from hypothesis import given
from hypothesis import strategies as st
from mutagen.mp4._atom import Atom, Atoms

from musfuse.errors import MalformedError
from musfuse.media.containers.boxes import boxes, child


def listed(data: bytes, start: int = 0) -> list[tuple[bytes, int, int, int]]:
    return [(b.kind, b.start, b.body, b.end) for b in boxes(io.BytesIO(data), start, len(data))]


def test_an_mp4_as_mutagen_sees_it(tmp_path: Path) -> None:
    path = sound.convert(
        sound.write(tmp_path / "a.wav", 9000), tmp_path / "a.m4a", "-c:a", "aac", "-metadata", "title=T"
    )

    def compare(theirs: list[Atom], start: int, end: int) -> int:
        ours = list(boxes(reader, start, end))
        assert [(b.kind, b.start, b.end) for b in ours] == [(a.name, a.offset, a.offset + a.length) for a in theirs]
        skips = {b"meta": 4, b"stsd": 8}
        return len(ours) + sum(
            compare(a.children, b.body + skips.get(b.kind, 0), b.end)
            for a, b in zip(theirs, ours, strict=True)
            if a.children and a.name != b"stsd"
        )

    with path.open("rb") as reader:
        assert compare(Atoms(reader).atoms, 0, path.stat().st_size) > 20
        moov = child(reader, next(b for b in boxes(reader, 0, path.stat().st_size) if b.kind == b"moov"), b"udta")
        assert moov is not None
        meta = child(reader, moov, b"meta")
        assert meta is not None
        assert child(reader, meta, b"ilst", skip=4) is not None
        assert child(reader, meta, b"nope", skip=4) is None


def test_sizes_of_32_and_64_bits_and_to_the_end() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 19) + b"abc"
    data = b"junk" + box(b"free", b"") + large + struct.pack(">I4s", 0, b"last") + b"rest of it"
    assert listed(data, 4) == [(b"free", 4, 12, 12), (b"mdat", 12, 28, 31), (b"last", 31, 39, len(data))]


def test_a_few_bytes_behind_the_last_are_none() -> None:
    for rest in range(8):
        assert [kind for kind, *_ in listed(box(b"udta", b"x") + bytes(rest))] == [b"udta"]


@pytest.mark.parametrize(
    "data", [struct.pack(">I4s", 9, b"moov"), struct.pack(">I4s", 7, b"moov"), struct.pack(">I4sQ", 1, b"moov", 15) + b"x",
             struct.pack(">I4sQ", 1, b"moov", 2**63), struct.pack(">I4s", 2**32 - 1, b"moov") + b"x"]
)  # fmt: skip
def test_a_box_that_does_not_fit_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError, match=r"a box moov of \d+ bytes at byte 8 does not fit"):
        listed(box(b"free", b"") + data)


def test_too_many_boxes_are_refused() -> None:
    with pytest.raises(MalformedError, match="too many boxes"):
        listed(box(b"free", b"") * 100_000)


@given(st.lists(st.one_of(st.binary(max_size=20), st.binary(max_size=9).map(lambda b: box(b"abcd", b))), max_size=6))
def test_any_bytes(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    at = 0
    try:
        for found in boxes(io.BytesIO(data), 0, len(data)):
            assert found.start == at
            assert found.start < found.body <= found.end <= len(data)
            at = found.end
    except MalformedError:
        return
    assert len(data) - at < 8
