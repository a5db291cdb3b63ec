"""Frame headers: coded numbers, renumbering, parsing what libFLAC and other encoders write."""

import sound
from fastcrc import crc16
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.errors import MalformedError
from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.frames import coded_length, coded_number, parse_header, renumber


@given(st.integers(0, (1 << 36) - 1))
def test_numbers_survive(number: int) -> None:
    coded = coded_number(number)
    assert len(coded) == coded_length(number)
    if number < 0x110000 and not 0xD800 <= number < 0xE000:
        assert coded == chr(number).encode()
    frame = b"\xff\xf8\xc9\xa8" + coded
    from fastcrc import crc8

    assert parse_header(frame + bytes((crc8.smbus(frame),))).number == number


@settings(max_examples=30)
@given(st.integers(0, (1 << 31) - 1), st.integers(1, 3 * 4096))
def test_renumbered_frames_keep_their_crcs(number: int, samples: int) -> None:
    for frame in Encoder(5).encode_run(sound.words(samples, 2, 16), 48_000, 2, 16):
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
