"""M4A planned with other tags: samples are found where the offsets say, whatever lies around them; damage is refused."""

import io
import struct

import pytest
from hostile import box

from media.formats.reading import assembled
from musfuse.errors import MalformedError
from musfuse.media.containers.boxes import boxes, child
from musfuse.media.formats.mp4.retag import plan_mp4
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.model import ArtKind, Picture, TagSet

FTYP = box(b"ftyp", b"M4A \0\0\0\0")
MDAT = box(b"mdat", b"first chunk" + b"second one")
OLD, NEW = TagSet({"title": ["Old"]}), TagSet({"title": ["New"]})
SMALL, LARGE = make_edit(OLD, NEW), make_edit(OLD, TagSet({"title": ["N" * 5000]}))
PNG = Picture("d", 8, "image/png")


def item(kind: bytes, *data: bytes) -> bytes:
    return box(kind, b"".join(box(b"data", struct.pack(">II", 1, 0) + each) for each in data))


TITLE, COVER = item(b"\xa9nam", b"Old"), item(b"covr", b"old cover")
META = bytes(4) + box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))


def moov(offsets: list[int], ilst: bytes | None = TITLE, kind: bytes = b"stco", inner: bytes = b"") -> bytes:
    stored = struct.pack(f">II{len(offsets)}{'I' if kind == b'stco' else 'Q'}", 0, len(offsets), *offsets)
    table = box(b"stbl", box(kind, stored) + inner)
    trak = box(b"trak", box(b"mdia", box(b"minf", table)))
    udta = b"" if ilst is None else box(b"udta", box(b"meta", META + box(b"ilst", ilst)))
    return box(b"moov", box(b"mvhd", bytes(8)) + trak + udta)


def in_front(kind: bytes = b"stco", ilst: bytes | None = TITLE, room: bytes = b"", inner: bytes = b"") -> bytes:
    """A file whose header lies before its samples, as on the web."""
    at = len(FTYP) + len(moov([0, 0], ilst, kind, inner)) + len(room) + 8
    return FTYP + moov([at, at + 11], ilst, kind, inner) + room + MDAT


def retagged(data: bytes, edit: TagEdit) -> bytes:
    made = assembled(plan_mp4(io.BytesIO(data), len(data), edit), data, lambda _: b"\x89PNG\r\n\x1a\n")
    list(boxes(io.BytesIO(made), 0, len(made)))
    return made


def ilst_of(data: bytes) -> list[bytes]:
    """The items of the new file, each whole."""
    reader = io.BytesIO(data)
    found = next(each for each in boxes(reader, 0, len(data)) if each.kind == b"moov")
    for kind, skip in ((b"udta", 0), (b"meta", 0), (b"ilst", 4)):
        inner = child(reader, found, kind, skip)
        assert inner is not None, kind
        found = inner
    return [data[each.start : each.end] for each in boxes(reader, found.body, found.end)]


def chunks(data: bytes, kind: bytes = b"stco") -> list[bytes]:
    """What lies where the offsets of the new file say."""
    at, form = data.index(kind) + 12, ">II" if kind == b"stco" else ">QQ"
    first, second = struct.unpack_from(form, data, at)
    return [data[first : first + 11], data[second : second + 10]]


@pytest.mark.parametrize("kind", [b"stco", b"co64"])
@pytest.mark.parametrize("edit", [SMALL, LARGE])
@pytest.mark.parametrize("ilst", [TITLE, None])
def test_samples_lie_where_the_offsets_say(kind: bytes, edit: TagEdit, ilst: bytes | None) -> None:
    front = in_front(kind, ilst)
    assert chunks(front, kind) == [b"first chunk", b"second one"]
    behind = FTYP + MDAT + moov([len(FTYP) + 8, len(FTYP) + 19], ilst, kind)
    for data in (front, behind):
        made = retagged(data, edit)
        assert chunks(made, kind) == [b"first chunk", b"second one"]
        assert ilst_of(made) == [item(b"\xa9nam", edit.tags["title"][0].encode())]


def test_room_behind_the_header_is_used_before_anything_moves() -> None:
    data = in_front(room=box(b"free", bytes(300)) + box(b"skip", bytes(9000)))
    for edit in (SMALL, LARGE):
        made = retagged(data, edit)
        assert len(made) == len(data)
        assert made[-len(MDAT) :] == MDAT
        assert chunks(made) == [b"first chunk", b"second one"]


def test_what_nobody_changed_stays_byte_for_byte() -> None:
    own = box(b"----", box(b"mean", bytes(4) + b"com.x") + box(b"name", bytes(4) + b"thing") + TITLE[8:])
    made = retagged(in_front(ilst=own + TITLE + COVER + box(b"XYZ1", b"unknown")), SMALL)
    assert ilst_of(made) == [own, COVER, box(b"XYZ1", b"unknown"), item(b"\xa9nam", b"New")]


def test_another_programs_metadata_stays_beside_ours() -> None:
    foreign = box(b"meta", bytes(4) + box(b"hdlr", bytes(8) + b"mp7t" + bytes(13)))
    data = in_front(ilst=None)
    reader = io.BytesIO(data)
    old = next(each for each in boxes(reader, 0, len(data)) if each.kind == b"moov")
    grown = box(b"moov", data[old.body : old.end] + box(b"udta", foreign))
    made = retagged(FTYP + MDAT + grown.replace(b"stco", b"none"), SMALL)
    assert foreign in made
    assert made.count(b"mdirappl") == 1


def test_pictures_take_the_place_of_those_they_replace() -> None:
    every = frozenset(ArtKind)
    picture = TagEdit(OLD, frozenset(), (PNG,), every)
    (title, cover) = ilst_of(retagged(in_front(ilst=TITLE + COVER), picture))
    assert title == TITLE
    assert b"\x89PNG\r\n\x1a\n" in cover
    assert b"old cover" not in cover
    assert ilst_of(retagged(in_front(ilst=TITLE + COVER), TagEdit(OLD, frozenset(), (), every))) == [TITLE]
    back = TagEdit(OLD, frozenset(), (Picture("d", 8, "image/png", 4),), frozenset({ArtKind.of(4)}))
    assert ilst_of(retagged(in_front(ilst=TITLE + COVER), back)) == [TITLE, COVER]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (FTYP + MDAT, "no moov box"),
        (in_front() + box(b"moof", b""), "fragmented"), (box(b"sidx", b"") + in_front(), "fragmented"),
        (FTYP + box(b"moov", box(b"mvex", b"")), "fragmented"),
        (FTYP + MDAT + moov([len(FTYP) + 8, len(FTYP) + len(MDAT) + 30]), "within its metadata"),
        (in_front(inner=box(b"saio", b"")), "encrypted"), (in_front()[:-1], "does not fit"),
        (in_front().replace(b"stco\0\0\0\0\0\0\0\2", b"stco\0\0\0\0\0\0\0\3"), "claims 3 entries"),
    ],
)  # fmt: skip
def test_what_cannot_be_moved_safely_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        plan_mp4(io.BytesIO(data), len(data), LARGE)


def test_offsets_that_would_not_fit_32_bits_any_more_are_refused() -> None:
    edge = (1 << 32) - 100
    data = FTYP + moov([edge, edge + 50]) + MDAT
    with pytest.raises(MalformedError, match="not fit 32 bits"):
        plan_mp4(io.BytesIO(data), len(data), LARGE)
    wide = FTYP + moov([edge, edge + 50], kind=b"co64") + MDAT
    moved = struct.unpack_from(">QQ", retagged(wide, LARGE), retagged(wide, LARGE).index(b"co64") + 12)
    assert moved[1] - moved[0] == 50
    assert moved[0] > edge
