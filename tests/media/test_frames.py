"""Frame headers: coded numbers, renumbering, parsing what libFLAC and other encoders write."""

import numpy as np
import pytest
import sound
from fastcrc import crc16
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.errors import MalformedError
from musfuse.media.flac.encoder import block_size, encode_run, fingerprint
from musfuse.media.flac.frames import coded_length, coded_number, parse_header, renumber

LEVELS = (0, 2, 3, 5, 6, 7, 8)


def words(samples: int, channels: int, bits: int, seed: int = 1) -> bytes:
    """PCM as PcmSource gives it."""
    scaled = sound.pcm(samples, channels, seed) * (2 ** (bits - 1) - 1)
    whole = np.round(scaled).astype(np.int32)
    if bits > 16:
        return (whole << 8).astype("<i4").tobytes()
    return (whole << (16 - bits)).astype("<i2").tobytes()


@given(st.integers(0, (1 << 36) - 1))
def test_numbers_survive(number: int) -> None:
    coded = coded_number(number)
    assert len(coded) == coded_length(number)
    if number < 0x110000 and not 0xD800 <= number < 0xE000:
        assert coded == chr(number).encode()
    frame = b"\xff\xf8\xc9\xa8" + coded
    from fastcrc import crc8

    assert parse_header(frame + bytes((crc8.smbus(frame),))).number == number


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("bits", "channels"), [(16, 1), (16, 2), (24, 2), (24, 6), (8, 2)])
def test_runs_encoded_alone_are_those_of_the_whole(level: int, bits: int, channels: int) -> None:
    """What everything rests on: renumbered frames of a run are, byte for byte, those of the whole stream."""
    block = block_size(level)
    pcm = words(block * 20 + 77, channels, bits)
    unit = len(pcm) // (block * 20 + 77)
    whole = encode_run(pcm, 44_100, channels, bits, level)
    for first in (1, 7, 16):
        run = encode_run(pcm[first * block * unit :], 44_100, channels, bits, level)
        assert [renumber(frame, first + n) for n, frame in enumerate(run)] == whole[first:]


@settings(max_examples=30)
@given(st.integers(0, (1 << 31) - 1), st.integers(1, 3 * 4096))
def test_renumbered_frames_keep_their_crcs(number: int, samples: int) -> None:
    for frame in encode_run(words(samples, 2, 16), 48_000, 2, 16, 5):
        again = renumber(frame, number)
        header = parse_header(again)
        assert header.number == number
        assert header.rate in (0, 48_000)
        assert crc16.umts(again[:-2]) == int.from_bytes(again[-2:], "big")
        assert renumber(again, parse_header(frame).number) == frame


@given(st.binary(max_size=40))
def test_hostile_headers(data: bytes) -> None:
    for candidate in (data, b"\xff\xf8" + data, b"\xff\xf9" + data):
        try:
            header = parse_header(candidate)
        except MalformedError:
            continue
        assert header.length <= 17


def test_fingerprints_differ_by_level_and_stay() -> None:
    assert fingerprint(5) == fingerprint(5) != fingerprint(8)


def test_refused_parameters_are_an_error() -> None:
    from musfuse.errors import MediaError

    with pytest.raises(MediaError, match="768000"):
        encode_run(bytes(400), 768_000, 1, 16, 5)
