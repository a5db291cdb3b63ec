"""Streams that have no container: tags in front, behind, and gains in a header do not count."""

import hashlib

import pytest
from hostile import ape_tag, frame, id3, mpeg

from media.identity.hearing import heard_in

AUDIO = mpeg(12)
TITLE = id3(frame(b"TIT2", b"\3One"))
ID3V1 = b"TAG" + b"One".ljust(125, b"\0")
LYRICS = b"LYRICSBEGININD0000200LYR00005words"
LYRICS3 = LYRICS + b"%06d" % len(LYRICS) + b"LYRICS200"
LYRICS3V1 = b"LYRICSBEGINla la laLYRICSEND"
FOOTED = id3(bytes(20), flags=0x10) + b"3DI\4\0\x10\0\0\0\x14"


def content(*parts: bytes) -> str:
    data = b"".join(parts)
    return f"enc:{hashlib.blake2b(data, digest_size=16).hexdigest()}:{len(data)}"


@pytest.mark.parametrize("front", [b"", TITLE, TITLE * 3, TITLE + bytes(400), FOOTED, b"junk in front"])
@pytest.mark.parametrize(
    "tail",
    [
        b"", ID3V1, ape_tag(3), ape_tag(3) + ID3V1, LYRICS3 + ID3V1, ape_tag(2) + LYRICS3 + ID3V1, LYRICS3V1 + ID3V1, LYRICS3,
        b"TAG+" + bytes(223) + ID3V1, FOOTED, ID3V1 + ape_tag(1), FOOTED + ape_tag(1) + LYRICS3 + ID3V1,
    ],
)  # fmt: skip
def test_tags_around_mpeg_audio(front: bytes, tail: bytes) -> None:
    assert heard_in(front + AUDIO + tail, "mp3") == content(AUDIO)


@pytest.mark.parametrize(
    "tail",
    [
        b"999999LYRICS200", b"000003LYRICS200", b"LYRICSEND", b"3DI\4\0\x10\0\0\0\x14", b"3DI\4\0\0\0\0\0\0", b"TAG+",
        b"APETAGEX" + b"\xff" * 24,
    ],
)  # fmt: skip
def test_what_only_looks_like_a_tag_counts(tail: bytes) -> None:
    assert heard_in(AUDIO + tail, "mp3") == content(AUDIO, tail)


def test_a_tag_never_reaches_before_the_audio() -> None:
    assert heard_in(TITLE + ID3V1, "mp3") is None
    assert heard_in(TITLE + b"\xff\xfb\x90\x64" + b"000200LYRICS200", "mp3") == content(
        b"\xff\xfb\x90\x64000200LYRICS200"
    )
    assert heard_in(b"ID3\4\0\0\x7f\x7f\x7f\x7f" + AUDIO, "mp3") is None


@pytest.mark.parametrize("magic", [b"MAC ", b"wvpk", b"TTA1", b"tBaK", b"ajkg", b"OFR ", b"\x0b\x77"])
def test_other_streams(magic: bytes) -> None:
    audio = magic + bytes(range(100))
    assert heard_in(TITLE + audio + ape_tag(4) + ID3V1) == content(audio)


def test_musepack_without_its_gains() -> None:
    def sv7(gains: bytes) -> bytes:
        return b"MP+\x07" + bytes(8) + gains + bytes(range(100)) + ape_tag(2)

    def sv8(gain: bytes, count: int = 1) -> bytes:
        head = b"MPCKSH\x05ab" + (b"RG\x0c" + gain) * count + b"EI\x81\x00" + bytes(124)
        return head + b"AP\x0asound..AP\x05xxSE\x03" + ape_tag(2)

    assert heard_in(sv7(bytes(8))) == heard_in(sv7(b"\x11" * 8)) == content(b"MP+\x07", bytes(8), bytes(range(100)))
    assert heard_in(sv8(bytes(9))) == heard_in(sv8(b"\x11" * 9)) == content(b"AP\x0asound..AP\x05xxSE\x03")
    assert heard_in(sv8(bytes(9), 100)) is None
    assert heard_in(b"MPCKSH\x02ab" + bytes(50)) is None
    assert heard_in(b"MPCKSH" + b"\xff" * 50) is None
    assert heard_in(b"MP+\x07" + bytes(8)) is None


def test_frames_of_flac_that_tells_no_md5() -> None:
    def block(kind: int, body: bytes) -> bytes:
        return bytes((kind,)) + len(body).to_bytes(3, "big") + body

    info = block(0, b"\x10\0\x10\0" + bytes(6) + b"\x0a\xc4\x42\xf0" + bytes(20))
    frames = b"\xff\xf8" + bytes(range(100))
    found = {
        heard_in(b"fLaC" + info + block(0x81, bytes(room)) + frames + tail)
        for room in (0, 999)
        for tail in (b"", ID3V1)
    }
    assert found == {content(frames)}
    assert heard_in(b"fLaC" + info) is None
