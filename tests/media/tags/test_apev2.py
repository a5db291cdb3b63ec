"""APEv2 tags: what mutagen writes is read, what is written mutagen reads, and a damaged tag is none."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.apev2 import APEv2, APEValue

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.tags.apev2 import Item, edit_items, parse_items, render_items
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.model import ArtKind, Picture, TagSet

TEXT, BINARY, LINK = 0, 2, 4
FOOTER = 32


def of_mutagen(**values: str) -> bytes:
    """A tag of mutagen's with texts, a cover and a link."""
    made = APEv2()
    for name, value in values.items():
        made[name] = value
    made["Cover Art (Front)"] = APEValue(b"cover.png\0\x89PNG", 1)
    made["Related"] = APEValue("https://example.org", 2)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def damaged(tag: bytes, at: int, value: int) -> bytes:
    """The tag with a 32-bit number of its footer replaced."""
    start = len(tag) - FOOTER + at
    return tag[:start] + struct.pack("<I", value) + tag[start + 4 :]


def test_mutagens_tags_are_read_with_their_header_and_without() -> None:
    tag = of_mutagen(Title="Ünder", Year="1999")
    items = {item.key: item for item in parse_items(tag)}
    assert items[b"Title"].value.decode() == "Ünder"
    assert items[b"Year"] == Item(b"Year", TEXT, b"1999")
    assert items[b"Cover Art (Front)"] == Item(b"Cover Art (Front)", BINARY, b"cover.png\0\x89PNG")
    assert items[b"Related"].flags == LINK
    bare = tag[FOOTER:-FOOTER] + damaged(tag, 20, 0)[-FOOTER:]
    assert parse_items(bare) == parse_items(tag)
    assert render_items(parse_items(tag)) == tag


_keys = st.from_regex(r"[A-Za-z][A-Za-z0-9 ]{3,20}", fullmatch=True).map(str.strip).filter(lambda k: len(k) > 2)


@given(st.dictionaries(_keys, st.text(max_size=30), min_size=1, max_size=6))
def test_mutagen_reads_what_is_written(fields: dict[str, str]) -> None:
    fields = {name.lower(): value for name, value in fields.items()}
    raw = render_items([Item(name.encode(), TEXT, value.encode()) for name, value in fields.items()])
    read = APEv2(io.BytesIO(raw))
    assert {name.lower(): str(value) for name, value in read.items()} == fields


def test_an_edit_leaves_all_else_as_it_is() -> None:
    old = parse_items(of_mutagen(Title="Old", Year="1999", Track="3/9", Mood="calm"))
    before = TagSet({"title": ["Old"], "date": ["1999"], "tracknumber": ["3"], "tracktotal": ["9"], "mood": ["calm"]})
    after = TagSet({"title": ["New", "Two"], "tracktotal": ["12"], "mood": ["calm"], "related": ["x"]})
    made = {item.key: item for item in edit_items(old, make_edit(before, after))}
    assert made[b"Title"].value == b"New\0Two"
    assert made[b"Track"].value == b"/12"
    assert b"Year" not in made
    for stays in (b"Mood", b"Cover Art (Front)", b"Related"):
        assert made[stays] == next(item for item in old if item.key == stays)


def test_a_file_without_a_tag_gets_all_fields() -> None:
    tags = TagSet({"albumartist": ["B"], "tracknumber": ["3", "4"], "tracktotal": ["9"], "my own": ["x"]})
    made = edit_items(None, TagEdit(tags, frozenset({"title"})))
    assert made == [
        Item(b"Album Artist", TEXT, b"B"), Item(b"Track", TEXT, b"3/9\x004"), Item(b"MY OWN", TEXT, b"x"),
    ]  # fmt: skip
    assert render_items([]) == b""


def test_pictures_of_the_kinds_that_are_replaced_go() -> None:
    names = ("Cover Art (Front)", "COVER ART (BACK)", "Cover Art (Artist)")
    old = [Item(name.encode(), BINARY, b"x.jpg\0old") for name in names]
    new = ((Picture("a", 3, "image/png", 3), b"new"), (Picture("b", 3, "image/jpeg", 4), b"bak"))
    made = edit_items(old, TagEdit(TagSet(), frozenset(), replaced=frozenset({ArtKind.FRONT})), new[:1])
    assert [item.key.decode() for item in made] == ["COVER ART (BACK)", "Cover Art (Artist)", "Cover Art (Front)"]
    assert made[-1] == Item(b"Cover Art (Front)", BINARY, b"cover.png\0new")
    made = edit_items(old, TagEdit(TagSet(), frozenset(), replaced=frozenset({ArtKind.BACK})), new[1:])
    assert [item.key for item in made] == [b"Cover Art (Front)", b"Cover Art (Artist)", b"Cover Art (Back)"]
    assert made[-1].value == b"cover.jpg\0bak"


def test_what_does_not_fit_its_tag_is_refused() -> None:
    tag = of_mutagen(Title="Old")
    length, count = struct.unpack_from("<2I", tag, len(tag) - FOOTER + 12)
    for wrong, why in (
        (tag[:-1], "without a footer"),
        (tag[-20:], "without a footer"),
        (damaged(tag, 12, length + 1), "larger than it can be"),
        (damaged(tag, 12, length + 32), "past its"),
        (b"x" * 32 + tag[FOOTER:], "larger than it can be"),
        (damaged(tag, 16, count + 1), "cut short"),
        (damaged(tag, 16, count - 1), "bytes that are no item"),
        (tag.replace(struct.pack("<II", 3, TEXT) + b"Title", struct.pack("<II", 1 << 31, TEXT) + b"Title"), "past its"),
        (tag.replace(b"Title\0", b"Title."), "past its"),
    ):
        with pytest.raises(MalformedError, match=why):
            parse_items(wrong)
    with pytest.raises(ExcessiveError, match="5000 APEv2 items"):
        parse_items(damaged(tag, 16, 5000))


@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 20))
def test_hostile_items(body: bytes, length: int, count: int) -> None:
    try:
        items = parse_items(body + b"APETAGEX" + struct.pack("<4I", 2000, length, count, 0) + bytes(8))
    except MalformedError:
        return
    assert len(items) == count
    assert sum(9 + len(item.key) + len(item.value) for item in items) == len(body) == max(length - FOOTER, 0)
