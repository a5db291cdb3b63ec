"""Vorbis comments: mutagen reads what is written, other entries stay as they are, blocks that do not fit are refused."""

import base64
import io
import struct

import hostile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.flac import Picture as MutagenPicture
from mutagen.flac import VCFLACDict

from musfuse.errors import ExcessiveError, MalformedError, UnsupportedError
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.media.tags.vorbis import (
    Comments,
    edit_comments,
    entries_size,
    fitting,
    parse_comments,
    picture_front,
    split_comments,
    vorbis_comment,
)
from musfuse.model import ArtKind, Picture, TagSet

text = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=50)


@settings(max_examples=200)
@given(st.dictionaries(st.from_regex(r"[a-z_ ]{1,20}", fullmatch=True), st.lists(text, min_size=1, max_size=4)))
def test_comments_read_back(fields: dict[str, list[str]]) -> None:
    block = vorbis_comment(TagSet(fields))
    parsed = VCFLACDict(io.BytesIO(block), framing=False)
    expected = [(name.upper(), value) for name, values in fields.items() for value in values]
    assert sorted((k.upper(), v) for k, v in parsed) == sorted(expected)
    assert len(block) == 8 + len("musfuse") + entries_size(fields)


@given(st.dictionaries(st.text(max_size=10), st.lists(st.text(max_size=10), max_size=3), max_size=5))
def test_hostile_names_and_values_stay_readable(fields: dict[str, list[str]]) -> None:
    VCFLACDict(io.BytesIO(vorbis_comment(TagSet(fields))), framing=False)


@settings(max_examples=40)
@given(st.binary(max_size=20), st.lists(st.binary(max_size=30), max_size=8), st.binary(max_size=5))
def test_blocks_are_read_as_they_were_written(vendor: bytes, entries: list[bytes], behind: bytes) -> None:
    comments = Comments(vendor, tuple(entries))
    block = comments.to_bytes()
    assert parse_comments(block + behind) == comments
    assert split_comments(block + behind) == (entries, True)
    for cut in range(len(block)):
        with pytest.raises(MalformedError):
            parse_comments(block[:cut])
        split, whole = split_comments(block[:cut])
        assert (split, whole) == (entries[: len(split)], False)


@given(st.binary(max_size=60))
def test_hostile_blocks(block: bytes) -> None:
    split, whole = split_comments(block)
    try:
        parsed = parse_comments(block)
    except MalformedError:
        assert not whole
    else:
        assert (list(parsed.entries), True) == (split, whole)


def test_a_count_is_checked_before_anything_is_made_of_it() -> None:
    for count, error in ((3, MalformedError), (2**32 - 1, MalformedError)):
        with pytest.raises(error, match=f"claims {count}"):
            parse_comments(bytes(4) + struct.pack("<I", count) + bytes(8))
    many = hostile.titles(50_001)
    with pytest.raises(ExcessiveError, match="50001 comments"):
        parse_comments(many)
    with pytest.raises(ExcessiveError, match="50001 comments"):
        split_comments(many)


def test_an_edit_leaves_other_entries_alone() -> None:
    old = Comments(b"reference libFLAC", (b"title=Old", b"no name", b"Mood=\xff\xfe", b"TITLE=More", b"DESCRIPTION=c"))
    before = TagSet({"title": ["Old", "More"], "comment": ["c"]})
    made = edit_comments(old, make_edit(before, TagSet({"title": ["New"]})))
    assert made == Comments(b"reference libFLAC", (b"no name", b"Mood=\xff\xfe", b"TITLE=New"))


def entry(kind: int, data: bytes) -> bytes:
    block = MutagenPicture()
    block.type, block.mime, block.data = kind, "image/png", data
    return b"metadata_block_picture=" + base64.b64encode(block.write())


def test_pictures_of_a_kind_are_replaced_where_they_are_comments() -> None:
    old = Comments(b"v", (entry(3, b"old"), entry(4, b"back"), b"COVERART=eA==", b"METADATA_BLOCK_PICTURE=!"))
    new = Picture("d", 3, "image/png", 3, "Ünder", 7, 9, 24)
    edit = TagEdit(TagSet(), frozenset(), (new,), frozenset({ArtKind.FRONT}))
    kept, made = edit_comments(old, edit, lambda _: b"new").entries
    assert kept == old.entries[1]
    read = MutagenPicture(base64.b64decode(made.partition(b"=")[2]))
    assert (read.type, read.mime, read.desc, read.data) == (3, "image/png", "Ünder", b"new")
    assert (read.width, read.height, read.depth, read.colors) == (7, 9, 24, 0)
    assert edit_comments(old, edit) == old  # in a FLAC they are blocks of their own


def test_what_leaves_no_room_is_left_out_or_refused() -> None:
    old = Comments(b"v", (b"LYRICS=" + b"l" * 100,))
    edit = TagEdit(TagSet({"title": ["New"]}), frozenset({"title"}), (Picture("d", 50, "image/png"),))
    whole = edit_comments(old, edit, lambda _: bytes(50))
    exactly = len(whole.to_bytes())
    assert edit_comments(old, edit, lambda _: bytes(50), room=exactly) == whole
    assert edit_comments(old, edit, lambda _: bytes(50), room=exactly - 1).entries == whole.entries[:2]
    with pytest.raises(UnsupportedError, match="16 MiB"):
        edit_comments(old, edit, lambda _: bytes(50), room=120)
    large, small = Picture("l", 500, "image/png"), Picture("s", 50, "image/png")
    edit = TagEdit(TagSet(), frozenset(), (large, small))
    assert edit_comments(old, edit, lambda p: bytes(p.size), exactly) == Comments(
        b"v", (old.entries[0], whole.entries[2])
    )
    tags = TagSet({"lyrics": ["l" * 100], "title": ["T"]})
    assert parse_comments(vorbis_comment(tags, room=40)).entries == (b"TITLE=T",)


def test_pictures_that_a_block_cannot_hold_do_not_fit() -> None:
    front = len(picture_front(Picture("a", 0, "image/png")))
    most = Picture("a", (1 << 24) - 1 - front, "image/png")
    assert fitting([most, Picture("b", most.size + 1, "image/png")]) == [most]
