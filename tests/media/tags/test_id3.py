"""ID3v2 tags edited and written: mutagen reads the fields that were set, and all else says what it said."""

import io
import struct
import zlib
from typing import Any

import pytest
from hostile import frame, id3, syncsafe
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import APIC, COMM, ID3, POPM, PRIV, TCON, TDRC, TIT2, TPE1, TRCK, TSOP, TXXX, UFID, USLT, ParseID3v1

from media.tags.mutagens import of_mutagen
from musfuse.errors import MalformedError, MediaError
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.media.tags.id3 import OldBody, edit_tag, finish, id3v1, loaded, parts_length
from musfuse.media.tags.id3frames import read_tag
from musfuse.model import ArtKind, Picture, TagSet

NOTHING = TagSet()
PNG = b"\x89PNG picture"


def edited(old: bytes, edit: TagEdit, padding: int = 0, image: bytes = PNG) -> bytes:
    """The bytes of a file's tag after an edit."""
    tag = read_tag(io.BytesIO(old), 0, len(old)) if old else None
    front, parts = edit_tag(tag, edit)
    whole = finish(front, parts, 10 + parts_length(parts) + padding)
    return b"".join(
        p if isinstance(p, bytes) else image if isinstance(p, Picture) else old[p.start : p.start + p.length]
        for p in whole
    )


def read(data: bytes) -> ID3:
    return ID3(io.BytesIO(data))


def change(before: dict[str, list[str]], after: dict[str, list[str]], **more: Any) -> TagEdit:
    return make_edit(TagSet(before), TagSet(after), **more)


@pytest.mark.parametrize("version", [3, 4])
def test_only_the_fields_that_changed_are_written_anew(version: int) -> None:
    old = of_mutagen(
        TIT2(encoding=3, text="Old"), TPE1(encoding=1, text="Bänd"), TRCK(encoding=0, text="3/9"), PRIV(owner="o", data=b"\xff\0"),
        TXXX(encoding=3, desc="Mood", text="calm"), TXXX(encoding=3, desc="MusicBrainz Album Id", text="mb"),
        COMM(encoding=3, lang="eng", desc="", text="gone"), COMM(encoding=3, lang="eng", desc="iTunNORM", text="0001"),
        USLT(encoding=3, lang="deu", desc="", text="la"), UFID(owner="http://other.org", data=b"1"), POPM(email="e", rating=9),
        UFID(owner="http://musicbrainz.org", data=b"old"), TDRC(encoding=3, text="1999-05-01"),
    )  # fmt: skip
    before = {"title": ["Old"], "tracknumber": ["3"], "tracktotal": ["9"], "comment": ["gone"], "lyrics": ["la"],
              "musicbrainz_albumid": ["mb"], "musicbrainz_trackid": ["old"]}  # fmt: skip
    after = {"title": ["New", "Neu"], "tracknumber": ["4"], "tracktotal": ["9"], "musicbrainz_trackid": ["new"]}
    made = read(edited(old, change(before, after, id3=version), padding=50))
    assert made.version == (2, version, 0)
    assert made["TIT2"].text == ["New", "Neu"]
    assert made["TRCK"].text == ["4/9"]
    assert made["UFID:http://musicbrainz.org"].data == b"new"
    assert made["TPE1"].text == ["Bänd"]
    assert made["PRIV:o:\xff\0"].data == b"\xff\0"
    assert str(made["TDRC"].text[0]) == "1999-05-01"
    assert {key for key in made if key[:4] in ("TXXX", "COMM", "USLT")} == {"TXXX:Mood", "COMM:iTunNORM:eng"}
    assert {"UFID:http://other.org", "POPM:e"} < made.keys()


def test_a_file_without_a_tag_gets_all_fields() -> None:
    tags = {
        "title": ["T"], "discnumber": ["1"], "disctotal": ["2"], "tracktotal": ["9"], "comment": ["a", "b"], "genre": ["Rock"],
        "lyrics": ["la", "lo"], "musicbrainz_trackid": ["one", "two"], "barcode": ["12"], "my own": ["x", "y"], "bpm": ["120"],
        "originaldate": ["1999"], "releasetype": ["album"], "tmcl": ["no list of people"],
    }  # fmt: skip
    made = read(edited(b"", change({}, tags)))
    assert {key: str(v) if key == "TDOR" else getattr(v, "text", None) for key, v in made.items()} == {
        "TIT2": ["T"], "TPOS": ["1/2"], "TRCK": ["/9"], "COMM::eng": ["a", "b"], "TCON": ["Rock"], "USLT::eng": "la",
        "USLT:1:eng": "lo", "UFID:http://musicbrainz.org": None, "TXXX:MusicBrainz Track Id": ["two"],
        "TXXX:BARCODE": ["12"], "TXXX:MY OWN": ["x", "y"], "TBPM": ["120"], "TDOR": "1999",
        "TXXX:MusicBrainz Album Type": ["album"], "TXXX:TMCL": ["no list of people"],
    }  # fmt: skip
    assert made["UFID:http://musicbrainz.org"].data == b"one"


def test_what_the_tag_lacks_and_nobody_changed_is_not_written() -> None:
    old = of_mutagen(TIT2(encoding=3, text="T"), TCON(encoding=3, text=["(17)", "Own"]), TSOP(encoding=3, text="B, A"))
    both = {"title": ["T"], "genre": ["Rock", "Own"], "artistsort": ["B, A"], "label": ["L"]}
    made = read(edited(old, change(both, {**both, "genre": ["Jazz"]}, id3=3)))
    assert {key: value.text for key, value in made.items()} == {"TIT2": ["T"], "TCON": ["Jazz"], "TSOP": ["B, A"]}
    assert read(edited(b"", TagEdit(TagSet(both), frozenset()))).keys() == {"TIT2", "TCON", "TSOP", "TPUB"}


def test_values_that_a_frame_would_change_go_elsewhere() -> None:
    made = read(edited(b"", change({}, {"date": ["spring 1999"], "compilation": ["yes"]})))
    assert made["TXXX:DATE"].text == ["spring 1999"]
    assert "TDRC" not in made


@given(st.dictionaries(
    st.sampled_from(["title", "artist", "mood", "artistsort", "barcode", "x y", "language", "key", "tkwd", "isrc"]),
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), min_size=1, max_size=3)),
)  # fmt: skip
def test_any_texts_are_read_as_they_were_set(fields: dict[str, list[str]]) -> None:
    made = read(edited(b"", change({}, fields)))
    assert sorted([str(t) for t in value.text] for value in made.values()) == sorted(fields.values())


def test_pictures_and_unknown_frames_stay_where_they_lie() -> None:
    back = APIC(encoding=0, mime="image/png", type=4, desc="back", data=PNG * 9)
    old = of_mutagen(TIT2(encoding=3, text="Old"), back) + b""
    unknown = frame(b"XYZ9", b"\1\2\3", 0x4000)
    old = id3(old[10:] + unknown)
    tag = read_tag(io.BytesIO(old), 0, len(old))
    _, parts = edit_tag(tag, change({"title": ["Old"]}, {"title": ["New"]}))
    assert {old[p.start : p.start + p.length][-3:] for p in parts if isinstance(p, OldBody)} == {b"ure", b"\1\2\3"}
    same = edited(old, change({"title": ["Old"]}, {"title": ["New"]}))
    assert same.endswith(unknown)
    assert read(same)["APIC:back"] == back
    other = edited(old, change({"title": ["Old"]}, {"title": ["New"]}, id3=3))
    assert other.endswith(b"XYZ9\0\0\0\3\0\0\1\2\3")
    assert read(other)["APIC:back"].data == back.data


def test_pictures_of_a_kind_are_replaced() -> None:
    old = of_mutagen(*(APIC(encoding=0, mime="image/png", type=n, desc=str(n), data=b"%d" % n) for n in (0, 3, 4, 8)))
    pictures = (Picture("a", len(PNG), "image/png", 3, "Āā"), Picture("b", len(PNG), "image/png", 0, "Ωmega"))
    edit = TagEdit(NOTHING, frozenset(), pictures, frozenset({ArtKind.FRONT}))
    for version in (3, 4):
        made = read(edited(old, TagEdit(NOTHING, frozenset(), pictures, edit.replaced, version)))
        found = {(int(p.type), p.desc, p.data) for p in made.getall("APIC")}
        assert found == {(3, "Āā", PNG), (0, "Ωmega", PNG), (4, "4", b"4"), (8, "8", b"8")}
    twice = TagEdit(NOTHING, frozenset(), (Picture("a", len(PNG), "image/png"),) * 2)
    assert [p.desc for p in read(edited(b"", twice)).getall("APIC")] == ["", "1"]


def test_a_2_2_tag_becomes_a_later_one() -> None:
    old = id3(b"TT2\0\0\4\0Old" + b"TP1\0\0\5\0Band" + b"PIC\0\0\x0a\0PNG\3\0abcd" + b"XX9\0\0\1x", 2)
    made = read(edited(old, change({"title": ["Old"]}, {"title": ["New"]})))
    assert (made["TIT2"].text, made["TPE1"].text, made["APIC:"].data) == (["New"], ["Band"], b"abcd")
    assert len(made) == 3
    assert read(edited(old, change({}, {}, pictures=()))).keys() == {"TIT2", "TPE1"}


def test_a_frame_bound_to_its_version_keeps_the_tag_in_it() -> None:
    """What compression and grouping look like differs (ID3v2.3 §3.3.1, ID3v2.4 §4.1.2)."""
    packed = struct.pack(">I", 3) + zlib.compress(b"abc")
    old = id3(frame(b"XYZ9", packed, 0x0080, 3) + frame(b"TIT2", b"\0Old", version=3), 3)
    made = edited(old, change({"title": ["Old"]}, {"title": ["New"]}))
    assert made[3] == 3
    assert made.endswith(frame(b"XYZ9", packed, 0x0080, 3))
    plain = id3(frame(b"XYZ9", b"abc", 0x8000, 3), 3)
    assert edited(plain, change({}, {"title": ["New"]}))[3] == 4


def test_a_tag_has_the_size_that_it_is_to_have() -> None:
    front, parts = edit_tag(None, change({}, {"title": ["T"]}))
    need = 10 + parts_length(parts)
    for total in (need, need + 77):
        whole = finish(front, parts, total)
        assert parts_length(whole) == total
        assert b"".join(p for p in whole if isinstance(p, bytes))[6:10] == syncsafe(total - 10)
    for total in (need - 1, (1 << 28) + 10):
        with pytest.raises(MalformedError, match="too large"):
            finish(front, parts, total)
    assert parts_length(finish(front, [*parts, OldBody(0, 900), Picture("a", 99, "image/png")], 2000)) == 2000


def test_id3v1_fields_are_set_in_place() -> None:
    tags = {"title": "t", "artist": "Old", "album": "Al", "date": "1999", "comment": "note", "genre": "Rock"}
    old = b"TAG" + b"".join(
        text.encode().ljust(width, b"\0")
        for text, width in zip(list(tags.values())[:5], (30, 30, 30, 4, 28), strict=True)
    ) + b"\0\7\x11"  # fmt: skip
    assert id3v1(old, TagEdit(NOTHING, frozenset())) == old
    after = {
        "title": ["x" * 40],
        "artist": ["Ünder Ω"],
        "tracknumber": ["12"],
        "genre": ["JAZZ"],
        "date": ["2001-02-03"],
    }
    edit = make_edit(TagSet({"tracknumber": ["7"], "album": ["Al"]}), TagSet(after))
    made = id3v1(old, edit)
    found = ParseID3v1(made)
    assert len(made) == 128
    assert {key: str(value) for key, value in found.items()} == {
        "TIT2": "x" * 30, "TPE1": "Ünder ?", "TDRC": "2001", "COMM": "note", "TRCK": "12", "TCON": "8",
    }  # fmt: skip
    for number, genre in (("A3", "no such genre"), ("1000", ""), ("", "x")):
        again = id3v1(made, make_edit(TagSet(after), TagSet({"tracknumber": [number], "genre": [genre]})))
        assert again[125:] == b"\0\0\xff"


def test_a_comment_of_30_letters_leaves_nothing_behind() -> None:
    old = b"TAG" + bytes(94) + b"x" * 30 + b"\xff"
    made = id3v1(old, change({"comment": ["x" * 30]}, {"comment": ["short"]}))
    assert made == b"TAG" + bytes(94) + b"short".ljust(30, b"\0") + b"\xff"
    assert id3v1(old, change({}, {"title": ["T"]}))[97:127] == b"x" * 30


def test_a_frame_that_can_be_read_but_not_written() -> None:
    """An RVA2 frame (ID3v2.4 §4.11) with a peak that mutagen reads and then refuses to write."""
    data = id3(frame(b"RVA2", b"alb\0\0\x03Sumut\0"))
    with pytest.raises(MediaError, match="cannot be written"):
        edited(data, change({}, {"title": ["new"]}))


@given(st.lists(st.tuples(st.sampled_from([b"TIT2", b"APIC", b"COMM", b"TRCK", b"UFID", b"XYZ9", b"TDRC", b"RVA2"]),
                          st.binary(max_size=30), st.sampled_from([0, 1, 2, 8, 9])), max_size=4))  # fmt: skip
def test_hostile_frames_are_kept_or_refused(frames: list[tuple[bytes, bytes, int]]) -> None:
    data = id3(b"".join(frame(name, body, flags) for name, body, flags in frames))
    tag = read_tag(io.BytesIO(data), 0, len(data))
    try:
        loaded(tag)
        made = edited(data, change({}, {"title": ["New"]}))
    except MediaError:
        return
    assert read(made)["TIT2"].text == ["New"]
