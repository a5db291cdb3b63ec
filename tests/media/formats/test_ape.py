"""Monkey's Audio: headers of every version as mutagen reads them, and tags behind the stream."""

import io
import struct
from pathlib import Path

import mutagen.monkeysaudio
import pytest
import sound
from hypothesis import given
from hypothesis import strategies as st

from media.formats.reading import scanned


def new_header(rate: int = 44_100, channels: int = 2, bits: int = 16, block: int = 73_728, frames: int = 5, last: int = 999,
               version: int = 3990, descriptor: int = 52) -> bytes:  # fmt: skip
    """APE_DESCRIPTOR and APE_HEADER of version 3.98 and later."""
    front = struct.pack("<4sHHI", b"MAC ", version, 0, descriptor)
    header = struct.pack("<HHIIIHHI", 2000, 0, block, last, frames, bits, channels, rate)
    return front.ljust(descriptor, b"\1") + header + bytes(200)


def old_header(version: int, compression: int = 2000, flags: int = 0, frames: int = 5, last: int = 999) -> bytes:
    """APE_HEADER_OLD."""
    return struct.pack("<4sHHHHIIIII", b"MAC ", version, compression, flags, 1, 48_000, 44, 0, frames, last) + bytes(
        200
    )


def by_mutagen(data: bytes) -> tuple[int, int, int]:
    """(rate, channels, samples) as mutagen has them."""
    info = mutagen.monkeysaudio.MonkeysAudioInfo(io.BytesIO(data))
    return info.sample_rate, info.channels, round(info.length * info.sample_rate)


@given(
    st.integers(1, 200_000),
    st.integers(1, 2),
    st.sampled_from([8, 16, 24]),
    st.integers(1, 1 << 20),
    st.integers(1, 1000),
    st.integers(1, 9999),
)
def test_headers_of_today(rate: int, channels: int, bits: int, block: int, frames: int, last: int) -> None:
    data = new_header(rate, channels, bits, block, frames, last)
    fmt = scanned(data).format
    assert (fmt.sample_rate, fmt.channels, fmt.total_samples) == by_mutagen(data)
    assert (fmt.container, fmt.codec, fmt.bits, fmt.pcm) == ("ape", "ape", bits, "int")


def test_a_header_lies_behind_a_longer_descriptor() -> None:
    assert scanned(new_header(descriptor=76)).format.total_samples == 4 * 73_728 + 999


@pytest.mark.parametrize(
    ("version", "normal", "extra_high"),
    [(3970, 294_912, 294_912), (3950, 294_912, 294_912), (3949, 73_728, 73_728), (3900, 73_728, 73_728), (3899, 9216, 73_728),
     (3800, 9216, 73_728), (3799, 9216, 9216), (3200, 9216, 9216)],
)  # fmt: skip
def test_headers_of_before_3_98(version: int, normal: int, extra_high: int) -> None:
    """How many samples a frame has follows from the version, and of some from the compression (as FFmpeg has it)."""
    fmt = scanned(old_header(version)).format
    assert (
        (fmt.sample_rate, fmt.channels, fmt.total_samples)
        == by_mutagen(old_header(version))
        == (48_000, 1, 4 * normal + 999)
    )
    assert scanned(old_header(version, 4000)).format.total_samples == 4 * extra_high + 999
    assert [scanned(old_header(version, flags=flags)).format.bits for flags in (0, 1, 8)] == [16, 8, 24]


def test_what_has_no_frames_has_no_samples_and_other_bits_are_not_converted() -> None:
    assert scanned(new_header(frames=0)).format.total_samples == 0
    assert scanned(new_header(bits=32)).format.pcm == ""


def test_a_real_file_has_the_length_that_ffmpeg_decodes(corpus: Path) -> None:
    path = corpus / "dev/picard/test.ape"
    fmt = scanned(path.read_bytes()).format
    assert fmt.total_samples is not None
    assert fmt.total_samples * fmt.channels * 2 == len(sound.ffmpeg_raw(path, 16)) > 0


def test_tags_behind_are_read_and_damaged_ones_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.ape"
    path.write_bytes(new_header())
    sound.add_apev2(path, Title="T", Artist=["A", "B"])
    data = path.read_bytes()
    assert dict(scanned(data).tags) == {"title": ("T",), "artist": ("A", "B")}
    for cut in (1, 20, 40):
        reading = scanned(data[:-cut])
        assert (dict(reading.tags), reading.format.sample_rate) == ({}, 44_100)
