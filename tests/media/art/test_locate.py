"""Pictures are found where mutagen puts them, by headers alone."""

import base64
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import hostile
import mutagen
import pytest
import sound
from hostile import frame, id3, syncsafe
from hypothesis import given
from hypothesis import strategies as st
from mutagen.apev2 import APEv2, APEValue
from mutagen.flac import Picture as MutagenPicture
from mutagen.id3 import APIC, ID3

from musfuse.errors import MediaError
from musfuse.media.art.locate import around_pictures, chunk_pictures, comment_picture
from musfuse.media.art.located import Located, TakenOut

PNG = sound.picture()
AUDIO = hostile.mpeg(4)


def around(data: bytes) -> list[tuple[int, str, bytes]]:
    """(type, description, bytes) of what is found."""
    reader = io.BytesIO(data)
    return [(p.kind, p.description, p.read(reader)) for p in around_pictures(reader, 0, len(data))]


def tagged(*pictures: Any, version: int = 4) -> bytes:
    made, out = ID3(), io.BytesIO()
    for picture in pictures:
        made.add(picture)
    made.save(out, v2_version=version)
    return out.getvalue() + AUDIO


@pytest.mark.parametrize("encoding", [0, 1, 2, 3])
@pytest.mark.parametrize("version", [3, 4])
def test_pictures_of_an_id3v2_tag(encoding: int, version: int) -> None:
    if encoding > 1 and version == 3:
        encoding -= 2  # 2.3 knows two
    words = "Größe" if encoding == 0 else "Ωmega ĀĀ\u0100"
    data = tagged(APIC(encoding=encoding, mime="image/png", type=3, desc=words, data=PNG),
                  APIC(encoding=encoding, mime="", type=4, desc="", data=b"\0" + PNG), version=version)  # fmt: skip
    assert around(data) == [(3, words, PNG), (4, "", b"\0" + PNG)]
    (front, _) = around_pictures(io.BytesIO(data), 0, len(data))
    assert isinstance(front, Located)
    assert data[front.start : front.start + front.length] == PNG
    facts = front.facts(io.BytesIO(data))
    assert facts is not None
    assert (facts.mime, facts.size, facts.kind, facts.description, facts.digest) == (
        "image/png",
        len(PNG),
        3,
        words,
        "",
    )


def test_pictures_that_do_not_lie_as_they_are_get_taken_out() -> None:
    body = b"\0image/png\0\3front\0" + PNG
    packed = frame(b"APIC", syncsafe(len(body)) + zlib.compress(body), 0x0009)
    whole = frame(b"APIC", body.replace(b"\xff", b"\xff\0"), 2)
    old = b"PIC" + (len(PNG) + 11).to_bytes(3, "big") + b"\0PNG\3front\0" + PNG
    for data in (id3(packed), id3(whole, 4, 0x80), id3(old, 2)):
        (found,) = around_pictures(io.BytesIO(data + AUDIO), 0, len(data + AUDIO))
        assert found == TakenOut(3, "front", PNG)
        assert found.length == len(PNG)
        facts = found.facts(io.BytesIO())
        assert facts is not None
        assert (facts.mime, facts.size, facts.kind) == ("image/png", len(PNG), 3)
    assert TakenOut(3, "", b"no picture").facts(io.BytesIO()) is None


def test_frames_that_are_no_picture() -> None:
    for body in (
        b"",
        b"\0image/png",
        b"\0image/png\0",
        b"\0image/png\0\3",
        b"\0image/png\0\3text",
        b"\1image/png\0\3t\0\0\0",
    ):
        assert around(id3(frame(b"APIC", body)) + AUDIO) == []
    assert around(AUDIO) == []


def test_covers_of_an_apev2_tag(tmp_path: Path) -> None:
    made, path = APEv2(), tmp_path / "a.tta"
    made["Cover Art (Front)"], made["cover art (back)"] = APEValue(b"f.png\0" + PNG, 1), APEValue(b"\0b", 1)
    made["Cover Art (Artist)"], made["Title"] = APEValue(b"a.png\0" + PNG, 1), "T" * 5000
    path.write_bytes(AUDIO)
    made.save(str(path))
    for behind in (b"", b"TAG" + bytes(125)):
        assert around(path.read_bytes() + behind) == [(4, "", b"b"), (3, "", PNG)]
    front = tagged(APIC(encoding=0, mime="image/png", type=3, desc="", data=b"front"))
    assert around(front + path.read_bytes()[len(AUDIO) :]) == [(3, "", b"front")]


def test_a_cover_that_reaches_past_its_tag_is_none() -> None:
    for more in (0, 1):
        item = struct.pack("<II", 6 + more, 2) + b"Cover Art (Front)\0x\0data"
        data = AUDIO + item + b"APETAGEX" + struct.pack("<4I", 2000, len(item) + 32, 1, 0) + bytes(8)
        assert around(data) == ([] if more else [(3, "", b"data")])


@pytest.mark.parametrize(("name", "order"), [("a.wav", "<"), ("a.aiff", ">")])
def test_pictures_of_the_id3_chunk(tmp_path: Path, name: str, order: str) -> None:
    path = sound.write(tmp_path / name, 2000, title="T")
    sound.add_picture(path, PNG)
    data = path.read_bytes()
    reader = io.BytesIO(data)
    assert [(p.kind, p.read(reader)) for p in chunk_pictures(reader, len(data), order)] == [(3, PNG)]
    tag = mutagen.File(path).tags
    assert tag.getall("APIC")[0].data == PNG

    def chunk(body: bytes) -> bytes:
        return b"ID3 " + struct.pack(order + "I", len(body)) + body + b"\0" * (len(body) & 1)

    more = data + chunk(id3(frame(b"APIC", b"\0image/png\0\0\0last")))
    reader = io.BytesIO(more)
    assert [p.read(reader) for p in chunk_pictures(reader, len(more), order)] == [b"last"]
    assert chunk_pictures(io.BytesIO(data), 12, order) == []


@given(st.integers(0, 20), st.text(max_size=20), st.text("abc/", max_size=20), st.binary(max_size=50))
def test_pictures_in_comments(kind: int, description: str, mime: str, data: bytes) -> None:
    made = MutagenPicture()
    made.type, made.desc, made.mime, made.data = kind, description.encode("utf-8", "replace").decode(), mime, data
    assert comment_picture(base64.b64encode(made.write()).decode()) == (kind, made.desc, data)


def test_comments_that_hold_no_picture() -> None:
    for value in (
        "",
        "!",
        "AAAA",
        base64.b64encode(bytes(10)).decode(),
        base64.b64encode(b"\0\0\0\3\xff\xff\xff\xff").decode(),
    ):
        assert comment_picture(value) is None


@given(st.binary(max_size=100), st.sampled_from([2, 3, 4]), st.sampled_from([0, 0x80]), st.binary(max_size=80))
def test_any_bytes(body: bytes, version: int, flags: int, tail: bytes) -> None:
    data = (
        id3(frame(b"APIC", body, version=version), version, flags)
        + tail
        + b"APETAGEX"
        + struct.pack("<4I", 2000, 32 + len(tail), 1, 0)
        + bytes(8)
    )
    try:
        found = around_pictures(io.BytesIO(data), 0, len(data))
    except (MediaError, struct.error, IndexError):  # as the port of formats has it
        return
    assert all(p.start + p.length <= len(data) and p.length >= 0 for p in found if isinstance(p, Located))
