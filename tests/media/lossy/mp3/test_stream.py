"""Where frames stand: the arithmetic against itself. `test_mp3_encoder.py` has it against LAME."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.media.containers.mpeg import layer3_header
from musfuse.media.lossy.mp3.infoframe import frame_header
from musfuse.media.lossy.mp3.stream import BIT_RATES, RATES, Mp3Stream, bit_rate_for, rate_for, version_of

streams = st.builds(
    lambda rate, channels, place, samples: Mp3Stream(
        rate, channels, BIT_RATES[version_of(rate)][place % len(BIT_RATES[version_of(rate)])], samples
    ),
    st.sampled_from(RATES), st.sampled_from([1, 2]), st.integers(0, 13), st.integers(1, 1 << 36),
)  # fmt: skip


@given(streams, st.integers(0))
def test_every_byte_lies_in_its_frame(stream: Mp3Stream, offset: int) -> None:
    offset %= stream.length
    frame = stream.frame_at(offset)
    assert 0 <= frame < stream.frames
    assert stream.start(frame) <= offset < stream.start(frame + 1)


@given(streams, st.integers(0))
def test_a_frame_is_as_long_as_its_bit_rate_says_or_one_byte_longer(stream: Mp3Stream, frame: int) -> None:
    frame %= stream.frames
    length = stream.start(frame + 1) - stream.start(frame)
    header = layer3_header(frame_header(stream.rate, stream.channels, stream.kbps), 0)
    assert header is not None
    assert (header.rate, header.channels, header.samples) == (stream.rate, stream.channels, stream.frame_samples)
    assert header.bit_rate == stream.kbps * 1000
    assert length - header.length in (0, 1)


@given(streams)
def test_all_runs_are_of_one_length_and_of_the_bit_rate(stream: Mp3Stream) -> None:
    run = stream.run_frames
    exact = run * stream.frame_samples * stream.kbps * 125 / stream.rate
    assert stream.start(run) == stream.start(2 * run) - stream.start(run)
    assert abs(stream.start(run) - exact) < 1


@settings(max_examples=50)
@given(streams)
def test_padding_is_what_a_decoder_can_cut_off(stream: Mp3Stream) -> None:
    assert 529 <= stream.padding < 4096
    assert stream.frames * stream.frame_samples == 576 + stream.samples + stream.padding


@pytest.mark.parametrize(
    ("rate", "taken"),
    [(44_100, 44_100), (96_000, 48_000), (88_200, 44_100), (192_000, 48_000), (352_800, 44_100), (64_000, 32_000),
     (37_800, 44_100), (50_000, 48_000), (8000, 8000), (6000, 8000), (22_050, 22_050), (655_350, 48_000)],
)  # fmt: skip
def test_rates(rate: int, taken: int) -> None:
    assert rate_for(rate) == taken


@pytest.mark.parametrize(
    ("rate", "wanted", "taken"),
    [
        (44_100, 192, 192),
        (44_100, 144, 128),
        (44_100, 8, 32),
        (22_050, 320, 160),
        (22_050, 144, 144),
        (11_025, 128, 64),
    ],
)
def test_bit_rates(rate: int, wanted: int, taken: int) -> None:
    assert bit_rate_for(rate, wanted) == taken
