"""Items of an ilst box: mutagen reads what is made, in iTunes' own kinds where they hold the value."""

import io
import struct

import pytest
from hostile import box
from hypothesis import given
from hypothesis import strategies as st
from mutagen.mp4 import AtomDataType, MP4Cover, MP4Tags
from mutagen.mp4._atom import Atoms

from musfuse.media.tags.edit import make_edit
from musfuse.media.tags.fields import FREE_NAMES, MP4_ATOMS
from musfuse.media.tags.ilst import PICTURE_TYPES, cover_front, field_of, new_items, stays
from musfuse.media.tags.read import from_mutagen
from musfuse.model import Picture, TagSet


class _Opened:
    """What from_mutagen takes."""

    def __init__(self, tags: MP4Tags) -> None:
        self.tags = tags


def read(items: bytes) -> MP4Tags:
    """The tags that mutagen finds in a file with these items."""
    data = io.BytesIO(box(b"moov", box(b"udta", box(b"meta", bytes(4) + box(b"ilst", items)))))
    return MP4Tags(Atoms(data), data)


def made(**fields: list[str]) -> MP4Tags:
    return read(b"".join(new_items(TagSet(fields))))


def test_values_go_where_itunes_has_them() -> None:
    tags = made(title=["Ü", "Two"], date=["1999"], compilation=["1"], bpm=["120"], tracknumber=["3"], tracktotal=["12"], discnumber=["2"],
                barcode=["12"], musicbrainz_albumid=["mb"], my_own=["x", "y"])  # fmt: skip
    own = "----:com.apple.iTunes:"
    assert dict(tags) == {
        "\xa9nam": ["Ü", "Two"], "\xa9day": ["1999"], "cpil": True, "tmpo": [120], "trkn": [(3, 12)], "disk": [(2, 0)],
        f"{own}BARCODE": [b"12"], f"{own}MusicBrainz Album Id": [b"mb"], f"{own}MY_OWN": [b"x", b"y"],
    }  # fmt: skip
    assert made(compilation=["0"])["cpil"] is False
    assert made(tracktotal=["65535"])["trkn"] == [(0, 65_535)]
    assert made(bpm=["32767"])["tmpo"] == [32_767]
    track, disc = new_items(TagSet({"tracknumber": ["3"], "discnumber": ["2"]}))  # iTunes' own have 8 and 6 bytes
    assert track == box(b"trkn", box(b"data", bytes(8) + struct.pack(">4H", 0, 3, 0, 0)))
    assert disc == box(b"disk", box(b"data", bytes(8) + struct.pack(">3H", 0, 2, 0)))


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"bpm": ["120.5"]}, {"BPM"}), ({"bpm": ["32768"]}, {"BPM"}), ({"bpm": ["007"]}, {"BPM"}), ({"bpm": ["1", "2"]}, {"BPM"}),
        ({"compilation": ["yes"]}, {"COMPILATION"}), ({"tracktotal": ["65536"]}, {"TRACKTOTAL"}), ({"tracknumber": ["A1"]}, {"TRACKNUMBER"}),
        ({"tracknumber": ["1"], "tracktotal": ["many"]}, {"TRACKNUMBER", "TRACKTOTAL"}), ({"disctotal": ["٣"]}, {"DISCTOTAL"}),
        ({"discnumber": ["0"], "disctotal": ["2"]}, {"DISCNUMBER", "DISCTOTAL"}),
    ],
)  # fmt: skip
def test_numbers_that_an_item_would_change_are_free_form(fields: dict[str, list[str]], names: set[str]) -> None:
    tags = made(**fields)
    assert {name.rsplit(":", 1)[1] for name in tags} == names
    assert from_mutagen(_Opened(tags)) == TagSet(fields)


_names = st.sampled_from(["title", "artist", "comment", "lyrics", "work", "isrc", "barcode", *FREE_NAMES])
_values = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=20)


@given(st.dictionaries(_names, st.lists(_values, min_size=1, max_size=3, unique=True), max_size=5))
def test_any_values_come_back(fields: dict[str, list[str]]) -> None:
    assert from_mutagen(_Opened(made(**fields))) == TagSet(fields)


def test_every_item_has_the_field_that_it_is_made_for() -> None:
    for atom, field in MP4_ATOMS.items():
        assert field_of(atom.encode("latin-1")) == field
    for kind, field in (
        (b"trkn", "tracknumber"),
        (b"disk", "discnumber"),
        (b"gnre", "genre"),
        (b"covr", "cover"),
        (b"rtng", ""),
    ):
        assert field_of(kind) == field
    assert field_of(b"----", b"com.apple.iTunes", b"MusicBrainz Album Id") == "musicbrainz_albumid"
    assert field_of(b"----", b"", b"TITLE") == ""
    assert field_of(b"----", b"x", b"\xff") == "\ufffd"


def test_what_stays() -> None:
    edit = make_edit(TagSet({"title": ["Old"], "artist": ["A"]}), TagSet({"title": ["New"], "artist": ["A"]}))
    assert [stays(field, edit) for field in ("title", "artist", "", "cover")] == [False, True, True, True]
    assert not stays("cover", make_edit(TagSet(), TagSet(), ()))


def test_a_picture_stands_behind_its_front() -> None:
    for mime, kind in (
        ("image/jpeg", MP4Cover.FORMAT_JPEG),
        ("image/png", MP4Cover.FORMAT_PNG),
        ("image/bmp", AtomDataType.BMP),
    ):
        front = cover_front(Picture("d", 9, mime))
        assert struct.unpack(">I4sII", front) == (len(front) + 9, b"data", kind, 0)
        (found,) = read(struct.pack(">I4s", 8 + len(front) + 9, b"covr") + front + b"a picture")["covr"]
        assert found == b"a picture"
        assert mime == "image/bmp" or found.imageformat == kind  # mutagen takes other kinds for JPEG
    assert set(PICTURE_TYPES) == {"image/jpeg", "image/png", "image/bmp"}
