"""Samples of the sound count, wherever they lie and whatever else lies between them."""

import hashlib
import struct
from pathlib import Path

import pytest
from hostile import box

from media.identity.conftest import ffmpeg
from media.identity.hearing import heard, heard_in
from musfuse.media.identity.feed import MAX_SPANS

FTYP = box(b"ftyp", b"M4A \0\0\0\0")
MVEX = box(b"mvex", b"")


def content(data: bytes) -> str:
    return f"enc:{hashlib.blake2b(data, digest_size=16).hexdigest()}:{len(data)}"


def numbers(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def moov(
    sizes: list[int], chunks: list[int], per_chunk: int = 1, wide: bool = False, uniform: int = 0, more: bytes = b""
) -> bytes:
    """A header with one sound track: its samples have these sizes, its chunks lie there."""
    places = box(b"co64", numbers(0, len(chunks)) + struct.pack(f">{len(chunks)}Q", *chunks)) if wide else box(
        b"stco", numbers(0, len(chunks), *chunks)
    )  # fmt: skip
    table = box(
        b"stbl",
        box(b"stsz", numbers(0, uniform, len(sizes), *sizes)) + box(b"stsc", numbers(0, 1, 1, per_chunk, 1)) + places,
    )
    media = box(b"mdia", box(b"hdlr", bytes(8) + b"soun" + bytes(12)) + box(b"minf", table))
    return box(b"moov", box(b"trak", media) + more)


def test_chunks_between_other_things() -> None:
    data = FTYP + box(b"mdat", b"aaabbbb" + b"text" + b"ccdd")
    at = len(FTYP) + 8
    for wide in (False, True):
        header = moov([3, 4, 2, 2], [at, at + 11], 2, wide)
        assert heard_in(data + header) == content(b"aaabbbbccdd")


def test_several_boxes_of_samples() -> None:
    data = FTYP + box(b"mdat", b"aaa") + box(b"free", bytes(50)) + box(b"mdat", b"bbbb")
    header = moov([3, 4], [len(FTYP) + 8, len(FTYP) + 8 + 3 + 58 + 8])
    assert heard_in(data + header) == content(b"aaabbbb")
    assert heard_in(data) == content(b"aaabbbb")  # the header was lost
    assert heard_in(data + box(b"mdat", b"") + box(b"moov", MVEX)) == content(b"aaabbbb")
    assert heard_in(data[:-12] + numbers(1) + b"mdat" + struct.pack(">Q", 20) + b"bbbb") == content(b"aaabbbb")
    assert heard_in(data[:-12] + numbers(0) + b"mdat" + b"bbbb") == content(b"aaabbbb")  # to the end of the file


@pytest.mark.parametrize(
    "header",
    [
        moov([3, 4], [1 << 20, 1 << 21]), moov([3, 400_000], [40, 43]), moov([3, 4], [43, 40]), moov([3, 4], [40, 41]),
        moov([3, 4], [40]), moov([], []), moov([3, 4, 5], [40, 43]), moov([3, 4], [40, 43], 0), moov([3, 4], [40, 43], 1 << 31),
        moov([3, 4], [1 << 63, (1 << 64) - 4], wide=True), moov([3], [(1 << 63) - 1], wide=True), moov([3, 4], [40, 43], uniform=1),
        moov([3, 4], [40, 43], more=MVEX), box(b"moov", b""), box(b"moov", box(b"trak", b"")),
        moov([3, 4], [40, 43]).replace(b"stsz" + numbers(0, 0, 2), b"stsz" + numbers(0, 0, 1 << 30)),
        moov([3, 4], [40, 43]).replace(b"stsc" + numbers(0, 1), b"stsc" + numbers(0, (1 << 32) - 1)),
        moov([3, 4], [40, 43]).replace(b"stco" + numbers(0, 2), b"stco" + numbers(0, 3)),
        moov([3, 4], [40, 43]).replace(b"stsc" + numbers(0, 1, 1), b"stsc" + numbers(0, 1, 2)),
        moov([3, 4], [40, 43]).replace(b"stsc", b"none"),
    ],
)  # fmt: skip
def test_tables_that_do_not_fit_are_not_believed(header: bytes) -> None:
    """All that may be samples counts then."""
    assert heard_in(FTYP + box(b"mdat", b"text aaabbbb") + header) == content(b"text aaabbbb")


def test_a_chunk_in_each_of_very_many_places() -> None:
    count = MAX_SPANS + 1
    data = FTYP + box(b"mdat", b"ab" * count)
    chunks = [len(FTYP) + 8 + 2 * n for n in range(count)]
    assert heard_in(data + moov([1] * count, chunks)) == content(b"ab" * count)
    assert heard_in(data + moov([1] * 1000, chunks[:1000])) == content(b"a" * 1000)


@pytest.mark.parametrize(
    "data", [FTYP, FTYP + box(b"mdat", b""), FTYP + numbers(99) + b"mdatabc", FTYP + numbers(3) + b"mdat"]
)
def test_no_samples(data: bytes) -> None:
    assert heard_in(data) is None


def test_chapters_and_a_header_in_front_change_nothing(sounds: dict[str, Path], tmp_path: Path) -> None:
    first = heard(sounds["a.m4a"])
    chapters = tmp_path / "chapters.txt"
    marks = "".join(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={n}00\nEND={n + 1}00\ntitle=Part {n}\n" for n in range(9))
    chapters.write_text(f";FFMETADATA1\n{marks}")
    target = tmp_path / "chapters.m4a"
    ffmpeg("-i", sounds["a.m4a"], "-i", chapters, "-map_metadata", "1", "-map", "0:a", "-c", "copy", target)
    assert b"text" in target.read_bytes()
    assert heard(target) == first
    front = tmp_path / "front.m4a"
    ffmpeg("-i", target, "-c", "copy", "-movflags", "+faststart", front)
    assert front.read_bytes().index(b"moov") < front.read_bytes().index(b"mdat")
    assert heard(front) == first
