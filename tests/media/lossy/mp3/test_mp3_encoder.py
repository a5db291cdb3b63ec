"""Runs of frames: of the size that was told, the same whoever asks for which, and joined without a trace."""

from functools import lru_cache

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.lossy.tones import Samples, Tone, music, noise
from musfuse.errors import MediaError
from musfuse.media.lossy.ends import Endless, Floats, Sound
from musfuse.media.lossy.mp3.encoder import encode_run, main_data_begin
from musfuse.media.lossy.mp3.stream import DECODER_DELAY, DELAY, Mp3Stream

DEFAULT = Mp3Stream(44_100, 2, 192, 44_100 * 6)


def encoded(stream: Mp3Stream, sound: Sound) -> bytes:
    """All frames, run by run from the last one to the first."""
    size = stream.run_frames
    runs = [
        encode_run(stream, Endless(sound), run, min(size, stream.frames - run * size))
        for run in reversed(range(-(-stream.frames // size)))
    ]
    return b"".join(reversed(runs))


def split(stream: Mp3Stream, data: bytes) -> list[bytes]:
    return [data[stream.start(n) : stream.start(n + 1)] for n in range(stream.frames)]


def decoded(frames: list[bytes]) -> Floats:
    """What a decoder makes of frames, delays and padding included."""
    decoder = av.codec.CodecContext.create("mp3float", "r")
    return np.concatenate([made.to_ndarray() for frame in frames for made in decoder.decode(av.Packet(frame))], 1)


def heard(stream: Mp3Stream, data: bytes) -> Floats:
    """The samples of a stream, as a player that knows delay and padding has them."""
    late = DELAY + DECODER_DELAY
    return decoded(split(stream, data))[:, late : late + stream.samples]


def off(stream: Mp3Stream, data: bytes, sound: Sound) -> Floats:
    """How far each sample is off, but for the level, which LAME lowers by up to 5 %."""
    source, made = sound.read(0, stream.samples), heard(stream, data)
    return np.abs(made * ((source * source).sum() / (made * source).sum()) - source).max(0)


@lru_cache
def whole() -> bytes:
    return encoded(DEFAULT, music(DEFAULT.samples))


@pytest.mark.parametrize(
    "stream",
    [Mp3Stream(44_100, 2, 320, 70_000), Mp3Stream(44_100, 1, 32, 70_000), Mp3Stream(48_000, 2, 64, 70_000),
     Mp3Stream(32_000, 1, 128, 70_000), Mp3Stream(22_050, 2, 160, 70_000), Mp3Stream(24_000, 1, 8, 70_000),
     Mp3Stream(16_000, 2, 24, 70_000), Mp3Stream(11_025, 2, 64, 70_000), Mp3Stream(8000, 1, 8, 70_000)],
    ids=str,
)  # fmt: skip
def test_frames_are_where_they_should_be_and_stand_alone(stream: Mp3Stream) -> None:
    data = encoded(stream, noise(stream.samples, stream.channels, rate=stream.rate))
    assert len(data) == stream.length
    for frame in split(stream, data):
        assert frame[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xe3")
        assert main_data_begin(frame) == 0


@settings(max_examples=8)
@given(st.integers(0, 2), st.integers(1, 40))
def test_a_run_begins_as_it_is_whoever_asks(run: int, count: int) -> None:
    count = min(count, DEFAULT.frames - run * 98)
    start, end = DEFAULT.start(run * 98), DEFAULT.start(run * 98 + count)
    assert encode_run(DEFAULT, Endless(music(DEFAULT.samples)), run, count) == whole()[start:end]


def test_a_tone_has_no_seam_between_runs() -> None:
    stream = Mp3Stream(44_100, 2, 192, 44_100 * 6)
    error = off(stream, encoded(stream, Tone(44_100, stream.samples)), Tone(44_100, stream.samples))
    at = stream.run_frames * stream.frame_samples - DELAY - DECODER_DELAY
    borders = [error[n * at - 1500 : n * at + 1500].max() for n in (1, 2)]
    assert max(borders) < 1.3 * error[20_000:80_000].max() < 0.001


def test_music_has_no_seam_between_runs() -> None:
    error = off(DEFAULT, whole(), music(DEFAULT.samples))
    at = DEFAULT.run_frames * DEFAULT.frame_samples
    borders = [n * at - DELAY - DECODER_DELAY for n in (1, 2)]
    near = np.concatenate([error[border - 1500 : border + 1500] for border in borders])
    assert np.sqrt((near**2).mean()) < 1.3 * np.sqrt((error**2).mean())


@pytest.mark.parametrize("hertz", [110, 997, 5000])
def test_two_tracks_of_one_tone_join_without_a_click(hertz: int) -> None:
    """A gapless player puts what it decoded of one behind the other."""
    first, second = Tone(44_100, 60_037, hertz), Tone(44_100, 60_000, hertz, first=60_037)
    errors = []
    for sound in (first, second):
        stream = Mp3Stream(44_100, 2, 192, sound.total)
        errors.append(off(stream, encoded(stream, sound), sound))
    joined = np.concatenate(errors)
    assert joined[60_037 - 1500 : 60_037 + 1500].max() < 1.3 * joined[20_000:50_000].max() < 0.001


def test_a_sound_that_fails_is_an_error() -> None:
    class Broken(Samples):
        def read(self, start: int, count: int) -> Floats:
            raise MediaError("a.wav: cannot be decoded")

    with pytest.raises(MediaError, match=r"a\.wav"):
        encode_run(DEFAULT, Broken(np.zeros((2, 1), np.float32)), 0, 1)


def test_what_lame_refuses_is_an_error() -> None:
    with pytest.raises(MediaError, match="4711 Hz"):
        encode_run(Mp3Stream(4711, 2, 128, 1000), Endless(noise(1000)), 0, 1)
