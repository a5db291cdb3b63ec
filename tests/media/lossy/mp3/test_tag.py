"""The tag in front: read by mutagen, of the room that it is given."""

import io

import pytest
from mutagen.id3 import ID3

from musfuse.media.lossy.mp3.tag import id3_tag, tag_length
from musfuse.model import Picture, TagSet

TAGS = TagSet({"title": ("T",), "artist": ("A", "B"), "tracknumber": ("3",), "tracktotal": ("9",), "mood": ("calm",)})
PICTURE = Picture("digest", 100, "image/jpeg", 3, "front", 10, 10, 24)


@pytest.mark.parametrize("version", [3, 4])
def test_mutagen_reads_it(version: int) -> None:
    pieces = id3_tag(TAGS, [PICTURE], version, 64)
    data = b"".join(piece if isinstance(piece, bytes) else b"\x55" * piece.size for piece in pieces)
    found = ID3(io.BytesIO(data), translate=False)
    assert found.version[:2] == (2, version)
    assert found["TIT2"].text == ["T"]
    assert found["TRCK"].text == ["3/9"]
    assert len(found.getall("APIC")[0].data) == 100
    assert tag_length(pieces) == len(data) == 10 + int.from_bytes(data[6:10], "big") % 128 + data[8] * 128


def test_it_takes_the_room_that_there_was_and_grows_in_steps() -> None:
    before = tag_length(id3_tag(TAGS, (), 4, 64))
    longer = TagSet({**dict(TAGS.items()), "comment": ("x" * 100,)})
    assert tag_length(id3_tag(TagSet(), (), 4, 64, before)) == before
    assert tag_length(id3_tag(longer, (), 4, 64, before)) == before + 64


def test_a_picture_that_no_tag_holds_is_left_out() -> None:
    assert tag_length(id3_tag(TAGS, [Picture("d", 17 << 20, "image/png", 3, "", 1, 1, 24)], 4, 64)) < 1000
