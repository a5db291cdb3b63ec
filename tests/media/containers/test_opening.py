"""What mutagen gets to see: the same tags without pictures, the same audio, and nothing that takes it hours."""

import io
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import hostile
import mutagen
import pytest
import sound
from hostile import frame, id3
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3

from musfuse.errors import ExcessiveError
from musfuse.media.containers.opening import check_ape, check_chunks, check_tag, open_with_mutagen, with_plain_tag

CHUNK = struct.Struct("<4sI")
TITLE = frame(b"TIT2", b"\3Title")
BOMB = id3(hostile.inflating(17, b"GEOB"))
PICTURE = frame(b"APIC", b"\0image/png\0\3\0" + bytes(70_000))


class Named(io.BytesIO):
    """A file in memory with a name, as readers of origins have one."""

    name = "a.mp3"


def spliced(data: bytes) -> BinaryIO:
    reader = Named(data)
    made = with_plain_tag(reader, len(data))
    assert made is not reader
    return made


def test_a_large_tag_is_handed_on_without_its_pictures() -> None:
    audio = hostile.mpeg()
    data = id3(TITLE + PICTURE) + audio
    made = spliced(data)
    assert made.name == "a.mp3"
    assert made.read() == id3(TITLE) + audio
    read = open_with_mutagen(Named(data), len(data), None)
    assert (read.tags.getall("TIT2")[0].text, read.tags.getall("APIC")) == (["Title"], [])
    assert read.info.length == mutagen.File(Named(data)).info.length


def test_a_tag_that_inflates_or_nests_is_handed_on_plain() -> None:
    for tag in (id3(frame(b"TIT2", hostile.syncsafe(7) + zlib.compress(b"\3Title "), 0x0009)),
                id3(TITLE, 4, 0x80), id3(TITLE + frame(b"CHAP", b"c\0" + bytes(16)))):  # fmt: skip
        made = spliced(tag + hostile.mpeg())
        assert ID3(io.BytesIO(made.read())).getall("TIT2")[0].text[0].strip() == "Title"
    empty = spliced(id3(b"", 3, 0x80) + b"audio")
    assert empty.read() == b"ID3\4\0\0\0\0\0\0audio"


def test_what_is_simple_and_small_is_handed_on_as_it_is() -> None:
    for data in (id3(TITLE) + b"audio", b"audio alone", id3(PICTURE[:10])[:20], id3(TITLE)[:-3]):
        reader = Named(data)
        assert with_plain_tag(reader, len(data)) is reader


@given(
    st.lists(
        st.tuples(st.sampled_from([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END]), st.integers(0, 200), st.integers(0, 90)),
        max_size=12,
    )
)
def test_a_file_with_another_front_reads_like_any_other(moves: list[tuple[int, int, int]]) -> None:
    whole = id3(TITLE) + bytes(range(100))
    made, same = spliced(id3(TITLE + PICTURE) + bytes(range(100))), io.BytesIO(whole)
    for whence, target, size in moves:
        offset = target - {io.SEEK_SET: 0, io.SEEK_CUR: made.tell(), io.SEEK_END: len(whole)}[whence]
        assert made.seek(offset, whence) == same.seek(offset, whence) == target
        assert made.read(size) == same.read(size)
        assert made.tell() == same.tell()
    with pytest.raises(OSError, match="before the start"):
        made.seek(-len(whole) - 1, io.SEEK_END)


def test_bounds_come_before_mutagen() -> None:
    many = hostile.mpeg() + hostile.ape_tag(5000)
    with pytest.raises(ExcessiveError, match="5000 APEv2 items"):
        open_with_mutagen(Named(many), len(many), None)
    with pytest.raises(ExcessiveError):
        check_ape(Named(many), len(many))
    bomb = BOMB + hostile.mpeg()
    with pytest.raises(ExcessiveError, match="inflate"):
        open_with_mutagen(Named(bomb), len(bomb), None)

    def refuse(reader: BinaryIO, size: int) -> None:
        raise ExcessiveError(f"{size} bytes")

    good = id3(TITLE) + hostile.mpeg()
    with pytest.raises(ExcessiveError, match=f"{len(good)} bytes"):
        open_with_mutagen(Named(good), len(good), refuse)


def chunk(name: bytes, body: bytes, order: str = "<") -> bytes:
    return name + struct.pack(order + "I", len(body)) + body + b"\0" * (len(body) & 1)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("name", [b"id3 ", b"ID3 "])
def test_tags_in_chunks_are_looked_through(order: str, name: bytes) -> None:
    layout = struct.Struct(order + "4sI")
    front = bytes(12) + chunk(b"odd ", b"abc", order)
    good = front + chunk(name, id3(TITLE), order)
    check_chunks(io.BytesIO(good), len(good), layout)
    bad = front + chunk(name, BOMB, order)
    with pytest.raises(ExcessiveError, match="inflate"):
        check_chunks(io.BytesIO(bad), len(bad), layout)
    with pytest.raises(ExcessiveError, match="inflate"):
        check_chunks(io.BytesIO(b"DSD " + bad), len(bad) + 4, layout, first=16)
    other = front + chunk(b"data", BOMB, order)
    check_chunks(io.BytesIO(other), len(other), layout)


def test_more_chunks_than_any_file_has_are_refused() -> None:
    one = chunk(b"junk", b"")
    check_chunks(io.BytesIO(bytes(12) + one * 8191), 12 + 8 * 8191, CHUNK)
    with pytest.raises(ExcessiveError, match="more than 8192 chunks"):
        check_chunks(io.BytesIO(bytes(12) + one * 8192), 12 + 8 * 8192, CHUNK)


def test_a_tag_is_checked_where_it_lies() -> None:
    data = b"DSD " + BOMB
    with pytest.raises(ExcessiveError):
        check_tag(io.BytesIO(data), 4, len(data))
    check_tag(io.BytesIO(data), 3, len(data))
    check_tag(io.BytesIO(data), 4, len(data) - 1)  # it is damaged, which its reader will say
    check_tag(io.BytesIO(id3(TITLE)), 0, len(id3(TITLE)))


def test_a_whole_file_is_opened_within_its_bounds(tmp_path: Path) -> None:
    path = sound.write(tmp_path / "a.wav", 2000, title="T")
    with path.open("rb") as reader:
        size = path.stat().st_size
        assert open_with_mutagen(reader, size, lambda r, s: check_chunks(r, s, CHUNK)).tags["TIT2"].text == ["T"]
