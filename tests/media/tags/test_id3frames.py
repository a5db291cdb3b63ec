"""ID3v2 tags split into frames and made plain: mutagen reads the same from what is made, and nothing grows past its bounds."""

import io
import struct
import zlib
from typing import Any

import hostile
import pytest
from hostile import frame, id3, syncsafe
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import APIC, COMM, ID3, PCNT, TIT2, TPE1, TXXX

from media.tags.mutagens import of_mutagen
from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.tags.id3frames import (
    RawTag,
    frame_head,
    is_simple,
    plain_tag,
    read_tag,
    to_syncsafe,
    whole_frame,
    with_bodies,
)
from musfuse.media.tags.id3frames import syncsafe as number_of

MIB = 1 << 20
TITLE = b"\3Title"
UNSAFE = b"\0\xff\xe0\xff\0x\xff"  # Latin-1 text with what looks like a frame of MPEG


def raw_tag(data: bytes, start: int = 0) -> RawTag:
    found = read_tag(io.BytesIO(data), start, len(data))
    assert found is not None
    return found


def texts(data: bytes) -> dict[str, Any]:
    """All that mutagen finds in a tag, by its keys."""
    return {key: value.pprint() for key, value in ID3(io.BytesIO(data)).items()}


def unsynchronised(raw: bytes) -> bytes:
    """ID3v2.4 §6.1: a zero between 0xFF and what would make it a sync, or a zero."""
    out = bytearray()
    for at, byte in enumerate(raw):
        out.append(byte)
        following = raw[at + 1 : at + 2]
        if byte == 0xFF and (not following or following[0] >= 0xE0 or not following[0]):
            out.append(0)
    return bytes(out)


@pytest.mark.parametrize("version", [3, 4])
def test_frames_lie_where_the_file_has_them(version: int) -> None:
    picture = APIC(encoding=3, mime="image/png", type=4, desc="back", data=b"\x89PNG" + bytes(300))
    made = of_mutagen(
        TIT2(encoding=3, text="Ünder"),
        picture,
        TXXX(encoding=3, desc="X", text="y" * 200),
        version=version,
        padding=100,
    )
    data = b"junk" + made + b"audio"
    tag = raw_tag(data, 4)
    assert (tag.start, tag.end, tag.version) == (4, 4 + len(made), version)
    assert sorted(f.id for f in tag.frames) == ["APIC", "TIT2", "TXXX"]
    for found in tag.frames:
        stands = data[found.start : found.start + found.length]
        head = data[found.start - 10 : found.start]
        assert head == frame_head(found.id, found.length, found.flags, version)
        assert found.body == (None if found.id == "APIC" else stands)
        assert found.kind == (4 if found.id == "APIC" else 3)
        assert whole_frame(found.id, found.flags, stands, version) == head + stands
    whole = with_bodies(io.BytesIO(data), tag)
    assert [f.body for f in whole.frames] == [data[f.start : f.start + f.length] for f in tag.frames]
    assert texts(plain_tag(whole, pictures=True)) == texts(made)
    assert texts(plain_tag(whole)).keys() == {"TIT2", "TXXX:X"}
    assert texts(plain_tag(whole, {"TIT2"})).keys() == {"TIT2"}
    assert plain_tag(whole, {"TPE1"}) == b""


def test_what_is_no_tag_and_what_reaches_past_the_end() -> None:
    data = id3(frame(b"TIT2", TITLE))
    for other in (b"", data[:9], b"JD3" + data[3:], data[:3] + b"\5" + data[4:], data[:6] + b"\x80" + data[7:]):
        assert read_tag(io.BytesIO(other), 0, len(other)) is None
    with pytest.raises(MalformedError, match=f"{len(data)} bytes reaches past"):
        read_tag(io.BytesIO(b"junk" + data), 4, len(data) + 3)
    footer = data[:5] + b"\x10" + data[6:]
    assert raw_tag(footer + bytes(10)).end == len(data) + 10
    with pytest.raises(MalformedError):
        raw_tag(footer + bytes(9))


def test_an_extended_header_is_passed_over() -> None:
    """ID3v2.4 §3.2 counts the header's own four bytes, ID3v2.3 §3.2 does not."""
    body = frame(b"TIT2", TITLE)
    newer = id3(syncsafe(6) + b"\1\0" + body, 4, 0x40)
    older = id3(struct.pack(">I", 6) + bytes(6) + frame(b"TIT2", TITLE, version=3), 3, 0x40)
    for data in (newer, older):
        assert [(f.id, f.body) for f in raw_tag(data).frames] == [("TIT2", TITLE)]
        assert texts(plain_tag(raw_tag(data))) == texts(data) == {"TIT2": "TIT2=Title"}


def test_sizes_of_2_4_that_are_not_sync_safe() -> None:
    """As iTunes wrote them: the size that leads to another frame, to padding or to the end counts."""
    long = b"\3" + b"x" * 299
    wrong = b"TPE1" + struct.pack(">IH", len(long), 0) + long
    for behind in (frame(b"TIT2", TITLE), bytes(40), b""):
        tag = raw_tag(id3(wrong + behind))
        assert (tag.frames[0].length, tag.frames[0].body) == (300, long)
    assert [f.id for f in raw_tag(id3(wrong + frame(b"TIT2", TITLE))).frames] == ["TPE1", "TIT2"]
    right = frame(b"TPE1", long) + frame(b"TIT2", TITLE)
    assert [f.body for f in raw_tag(id3(right)).frames] == [long, TITLE]


def test_a_2_2_tag_is_split() -> None:
    data = id3(b"TT2\0\0\6\0Title" + b"PIC\0\0\x09\0PNG\3\0abc", 2)
    tag = raw_tag(data + b"x")
    assert [(f.id, f.start, f.body) for f in tag.frames] == [("TT2", 16, b"\0Title"), ("PIC", 28, b"\0PNG\3\0abc")]
    assert plain_tag(tag, pictures=True) == data
    assert texts(plain_tag(tag)) == {"TIT2": "TIT2=Title"}


@pytest.mark.parametrize("version", [2, 3, 4])
def test_an_unsynchronised_tag_is_made_plain(version: int) -> None:
    if version == 2:
        body = unsynchronised(b"TT2" + len(UNSAFE).to_bytes(3, "big") + UNSAFE)
    elif version == 3:
        body = unsynchronised(frame(b"TIT2", UNSAFE, version=3))
    else:
        body = frame(b"TIT2", unsynchronised(UNSAFE), 2)
    data = id3(body, version, 0x80)
    tag = raw_tag(data)
    assert tag.frames == ()
    assert tag.whole == data
    assert not is_simple(tag)
    made = plain_tag(tag)
    assert texts(made) == texts(data) == {"TIT2": "TIT2=ÿàÿ / xÿ"}
    assert made.endswith(UNSAFE)
    assert is_simple(raw_tag(made))


def test_compressed_frames_are_made_plain() -> None:
    packed = zlib.compress(TITLE)
    told = syncsafe(len(TITLE))
    for data in (
        id3(frame(b"TIT2", struct.pack(">I", len(TITLE)) + packed, 0x0080, 3), 3),
        id3(frame(b"TIT2", told + packed, 0x0009)),
        id3(frame(b"TIT2", packed, 0x0008)),
        id3(frame(b"TIT2", told + unsynchronised(packed), 0x000B)),
        id3(frame(b"TIT2", told + TITLE, 0x0001)),
    ):
        tag = raw_tag(data)
        assert not is_simple(tag)
        assert plain_tag(tag) == id3(frame(b"TIT2", TITLE, version=data[3]), data[3])
    told = frame(b"PRIV", syncsafe(5) + b"o\0\xff\0x", 0x0001)  # zeros that nobody put in
    assert plain_tag(raw_tag(id3(told))).endswith(b"o\0\xff\0x")
    for version, flags in ((3, 0x0080), (4, 0x0008)):  # damaged ones are left out
        assert plain_tag(raw_tag(id3(frame(b"TIT2", b"no zlib stream", flags, version), version))) == b""
    for version, flags in ((3, 0x00C0), (4, 0x000D)):  # encrypted ones stay
        data = id3(frame(b"TIT2", b"secret", flags, version), version)
        assert plain_tag(raw_tag(data)) == data


def test_bounds() -> None:
    one = frame(b"TIT2", TITLE)
    assert len(raw_tag(id3(one * 4095)).frames) == 4095
    with pytest.raises(ExcessiveError, match="more than 4096 frames"):
        raw_tag(id3(one * 4096))
    assert plain_tag(raw_tag(id3(hostile.inflating(16, b"GEOB"))))
    for data in (
        id3(hostile.inflating(17, b"GEOB")),
        id3(hostile.inflating(10, b"GEOB") * 2),
        id3(hostile.inflating(17, b"GEOB", 3), 3),
    ):
        with pytest.raises(ExcessiveError, match="inflate"):
            plain_tag(raw_tag(data))
    for body in (b"\3" + b"\0" * 30_000, b"\1" + b"\0\0" * 30_000):
        with pytest.raises(ExcessiveError, match="values"):
            plain_tag(raw_tag(id3(frame(b"TXXX", body))))
    plain_tag(raw_tag(id3(frame(b"PRIV", b"\0" * 60_000))))
    head = id3(b"", 3, 0x80)[:6] + syncsafe((32 << 20) + 1)
    with pytest.raises(ExcessiveError, match="unsynchronised"):
        read_tag(io.BytesIO(head), 0, 64 << 20)


def test_pictures_are_read_within_bounds() -> None:
    cover = frame(b"APIC", b"\0image/png\0\3\0" + bytes(12 * MIB))
    with_bodies(io.BytesIO(id3(cover * 2)), raw_tag(id3(cover * 2)))
    with pytest.raises(ExcessiveError, match="compressed pictures"):
        with_bodies(io.BytesIO(id3(cover * 3)), raw_tag(id3(cover * 3)))


@pytest.mark.parametrize(
    "front", [(b"CHAP", b"c\0" + bytes(16)), (b"CTOC", b"t\0\3\2one\0two\0")], ids=["chapter", "contents"]
)
def test_frames_of_a_chapter_are_bounded_too(front: tuple[bytes, bytes]) -> None:
    name, head = front
    for inner in (frame(b"TIT2", TITLE), frame(b"CHAP", b"c\0" + bytes(16) + frame(b"TIT2", TITLE))):
        honest = raw_tag(id3(frame(name, head + inner)))
        assert plain_tag(honest).endswith(head + inner)
        assert not is_simple(honest)
    for inner, why in (
        (frame(b"TIT2", b"x", 0x0008), "compressed"),
        (frame(b"TXXX", b"\3" + b"\0" * 60_000), "values"),
        (frame(b"CHAP", b"c\0" + bytes(16) + frame(b"TIT2", b"x", 0x0008)), "compressed"),
    ):
        with pytest.raises(ExcessiveError, match=why):
            plain_tag(raw_tag(id3(frame(name, head + inner))))
    deep = frame(b"TIT2", TITLE)
    for _ in range(4):
        deep = frame(b"CHAP", b"c\0" + bytes(16) + deep)
    with pytest.raises(ExcessiveError, match="nested"):
        plain_tag(raw_tag(id3(deep)))


@given(st.integers(0, (1 << 28) - 1))
def test_sync_safe_numbers(number: int) -> None:
    raw = to_syncsafe(number)
    assert number_of(raw) == number
    assert int("".join(f"{byte:07b}" for byte in raw), 2) == number
    assert max(raw) < 0x80


def test_a_frame_larger_than_any_tag_has_no_header() -> None:
    assert frame_head("APIC", (1 << 28) - 1, 0x4000, 4) == b"APIC\x7f\x7f\x7f\x7f\x40\0"
    assert frame_head("APIC", 300, 0x4000, 3) == b"APIC\0\0\1\x2c\x40\0"
    with pytest.raises(MalformedError, match="too large"):
        frame_head("APIC", 1 << 28, 0, 4)


_frames = st.lists(
    st.one_of(
        st.text(max_size=30).map(lambda t: TIT2(encoding=3, text=t.replace("\0", ""))),
        st.lists(st.text(max_size=9).map(lambda t: t.replace("\0", "")), min_size=1).map(lambda t: TPE1(encoding=1, text=t)),
        st.text(max_size=9).map(lambda t: COMM(encoding=3, lang="eng", desc="", text=t.replace("\0", ""))),
        st.integers(0, 2**32 - 1).map(lambda n: PCNT(count=n)),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@given(_frames, st.sampled_from([3, 4]))
def test_any_tag_of_mutagens_says_the_same_once_it_is_plain(frames: list[Any], version: int) -> None:
    made = of_mutagen(*frames, version=version, padding=100)
    assert texts(plain_tag(raw_tag(made)) or id3(b"")) == texts(made)


@given(st.binary(max_size=120), st.sampled_from([2, 3, 4]), st.sampled_from([0, 0x40, 0x80, 0xC0]))
def test_hostile_tags(body: bytes, version: int, flags: int) -> None:
    data = id3(body, version, flags)
    tag = raw_tag(data)
    assert tag.end == len(data)
    assert all(f.start >= 10 and f.start + f.length <= len(data) for f in tag.frames)
    plain_tag(tag)
