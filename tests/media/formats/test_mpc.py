"""Musepack: what a ReplayGain scanner writes into a header is no audio, all else behind the headers is."""

import hashlib
import struct
from pathlib import Path

import pytest
import sound
from hypothesis import given
from hypothesis import strategies as st

from media.formats.reading import scanned
from media.identity.hearing import heard_in

AUDIO = bytes(range(1, 200)) * 3


def content(data: bytes) -> str:
    return f"enc:{hashlib.blake2b(data, digest_size=16).hexdigest()}:{len(data)}"


def packet(key: bytes, body: bytes, size_bytes: int = 1) -> bytes:
    """A packet of SV8: its length counts all of it, seven bits a byte."""
    length = len(key) + size_bytes + len(body)
    digits = [length >> 7 * n & 0x7F for n in reversed(range(size_bytes))]
    return key + bytes([*(d | 0x80 for d in digits[:-1]), digits[-1]]) + body


SH = packet(b"SH", bytes(4) + b"\x08\xc6\x02\0\x1f\x1b")
FRAMES = packet(b"AP", AUDIO, 2) + packet(b"AP", AUDIO[::-1], 3) + packet(b"SE", b"")


def sv8(gains: bytes = bytes(9), *more: bytes) -> bytes:
    return b"MPCK" + SH + packet(b"RG", gains) + b"".join(more) + FRAMES


def sv7(gains: bytes = bytes(8)) -> bytes:
    return b"MP+\x07" + struct.pack("<II", 3, 0x0F03_0000) + gains + b"\x11\x22\x33\x44" + AUDIO


def test_gains_of_sv7_do_not_count() -> None:
    assert heard_in(sv7(), "mpc") == heard_in(sv7(b"12345678"), "mpc") == content(sv7()[:12] + sv7()[20:])
    other = bytearray(sv7())
    for at in (11, 20, len(other) - 1):
        other[at] ^= 1
        assert heard_in(bytes(other), "mpc") not in (heard_in(sv7(), "mpc"), None)


def test_headers_of_sv8_do_not_count() -> None:
    assert heard_in(sv8(), "mpc") == content(FRAMES)
    assert heard_in(sv8(b"123456789", packet(b"EI", b"encoder"), packet(b"SO", bytes(300), 2)), "mpc") == content(
        FRAMES
    )
    assert heard_in(sv8()[:-1] + b"\0", "mpc") != content(FRAMES)


def test_tags_around_do_not_count(tmp_path: Path) -> None:
    for data in (sv7(), sv8()):
        path = tmp_path / "a.mpc"
        path.write_bytes(data)
        sound.add_id3v1(sound.add_apev2(path, Title="T"), "T", "A")
        assert heard_in(path.read_bytes(), "mpc") == heard_in(data, "mpc")


@pytest.mark.parametrize(
    "data",
    [b"MPCK", b"MPCK" + SH, b"MPCK" + packet(b"RG", b"") * 70 + FRAMES, b"MPCKSH\0" + FRAMES, b"MPCKSH\2" + FRAMES, b"MPCKSH" + b"\xff" * 20,
     b"MP+\x07", sv7()[:20], sv7()[:15]],
)  # fmt: skip
def test_headers_that_lead_to_no_audio_have_no_content_id(data: bytes) -> None:
    assert heard_in(data, "mpc") is None


def test_real_files(corpus: Path) -> None:
    for name, rate in (("quodlibet/silence-44-s.sv8.mpc", 44_100), ("mutagen/click.mpc", 44_100)):
        data = (corpus / "dev" / name).read_bytes()
        reading = scanned(data)
        assert (reading.format.container, reading.format.sample_rate, reading.format.channels) == ("mpc", rate, 2)
        assert heard_in(data, "mpc") is not None


@given(st.binary(max_size=60), st.sampled_from([b"MPCK", b"MP+\x07", b"MPCK" + SH]))
def test_any_bytes(rest: bytes, front: bytes) -> None:
    found = heard_in(front + rest, "mpc")
    assert found is None or int(found.rsplit(":", 1)[1]) <= len(front + rest)
