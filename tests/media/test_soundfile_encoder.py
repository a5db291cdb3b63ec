"""What is particular to soundfile's libFLAC; what every build has to do stands in `tests/contracts/test_encoder.py`."""

import hashlib

import pytest
import sound

from musfuse.errors import MediaError
from musfuse.media.flac.frames import parse_header
from musfuse.media.flac.soundfile_encoder import SoundfileFrames


@pytest.mark.parametrize(("level", "block"), [(0, 1152), (2, 1152), (3, 4096), (8, 4096)])
def test_the_block_size_is_that_of_the_level(level: int, block: int) -> None:
    frames = SoundfileFrames().frames(sound.words(5000, 1, 16), 44_100, 1, 16, level, 192)
    sizes = [parse_header(frame).block_size for frame in frames]
    assert sum(sizes) == 5000
    assert set(sizes[:-1]) == {block}


@pytest.mark.parametrize("bits", [8, 16, 24])
def test_neither_header_nor_its_correction_at_the_end_is_among_the_frames(bits: int) -> None:
    frames = SoundfileFrames().frames(sound.words(9000, 2, bits), 48_000, 2, bits, 5, 4096)
    assert [parse_header(frame).number for frame in frames] == [0, 1, 2]
    assert {parse_header(frame).bits for frame in frames} == {bits}


def test_samples_that_look_like_a_frame_stay_within_theirs() -> None:
    """Verbatim noise holds the sync code as any other two bytes."""
    words = b"\xff\xf8\xf8\xff" * 4096
    frames = SoundfileFrames().frames(words, 44_100, 2, 16, 5, 4096)
    assert [parse_header(frame).number for frame in frames] == [0]


def test_an_md5_that_looks_like_a_frame_is_none() -> None:
    """libFLAC writes it by itself, when all frames are written."""
    words = (110465).to_bytes(4, "little")
    assert hashlib.md5(words).digest().startswith(b"\xff\xf8")
    (frame,) = SoundfileFrames().frames(words, 44_100, 1, 16, 5, 4096)
    assert parse_header(frame).block_size == 2


def test_no_samples_are_no_frames() -> None:
    assert SoundfileFrames().frames(b"", 44_100, 2, 16, 5, 4096) == []


@pytest.mark.parametrize(("rate", "channels", "bits"), [(44_100, 2, 20), (44_100, 2, 32), (0, 1, 16), (44_100, 0, 16)])
def test_what_libflac_does_not_take_is_an_error_that_names_it(rate: int, channels: int, bits: int) -> None:
    with pytest.raises(MediaError, match=f"refused {rate} Hz, {channels} channels, {bits} bits"):
        SoundfileFrames().frames(bytes(480), rate, channels, bits, 5, 4096)
