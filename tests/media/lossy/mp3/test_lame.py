"""Either LAME makes frames of the sizes that were told, at the same places, and says what it refuses."""

from collections.abc import Callable

import numpy as np
import pytest

from media.lossy.mp3.test_mp3_encoder import encoded, heard, off
from media.lossy.tones import Tone, music, noise
from musfuse.errors import MediaError
from musfuse.media.lossy.ends import Endless
from musfuse.media.lossy.mp3 import encoder
from musfuse.media.lossy.mp3.encoder import encode_run
from musfuse.media.lossy.mp3.lame import AvLame, Lame, SystemLame, open_lame
from musfuse.media.lossy.mp3.library import system_library
from musfuse.media.lossy.mp3.stream import Mp3Stream

LAMES: dict[str, Callable[[Mp3Stream], Lame]] = {"PyAV's": AvLame, "the system's": open_lame}


@pytest.fixture(params=list(LAMES))
def lame(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "the system's" and system_library() is None:
        pytest.skip("the system has no LAME")
    monkeypatch.setattr(encoder, "open_lame", LAMES[request.param])
    return str(request.param)


@pytest.mark.parametrize(
    "stream", [Mp3Stream(44_100, 2, 192, 120_000), Mp3Stream(48_000, 1, 32, 30_000), Mp3Stream(11_025, 2, 64, 30_000)],
    ids=str,
)  # fmt: skip
def test_runs_are_as_the_arithmetic_has_them(lame: str, stream: Mp3Stream) -> None:
    data = encoded(stream, music(stream.samples, stream.channels, stream.rate))
    assert len(data) == stream.length


def test_a_tone_comes_back_without_a_seam(lame: str) -> None:
    stream = Mp3Stream(44_100, 2, 192, 44_100 * 3)
    tone = Tone(44_100, stream.samples)
    assert off(stream, encoded(stream, tone), tone).max() < 0.001


def test_the_same_sound_gives_the_same_bytes(lame: str) -> None:
    stream, sound = Mp3Stream(44_100, 2, 128, 60_000), Endless(noise(60_000))
    assert (
        encode_run(stream, sound, 0, 30)
        == encode_run(stream, sound, 0, 30)
        == encode_run(stream, sound, 0, 52)[: stream.start(30)]
    )


def test_a_rate_that_it_does_not_know_is_refused(lame: str) -> None:
    with pytest.raises(MediaError, match="4711 Hz at 128 kbit/s"):
        encode_run(Mp3Stream(4711, 2, 128, 1000), Endless(noise(1000)), 0, 1)


def test_both_make_the_same_sound() -> None:
    library = system_library()
    if library is None:
        pytest.skip("the system has no LAME")
    assert isinstance(open_lame(Mp3Stream(44_100, 2, 192, 1)), SystemLame)
    stream, sound = Mp3Stream(44_100, 2, 192, 40_000), Endless(music(40_000))
    made = []
    for open_one in LAMES.values():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(encoder, "open_lame", open_one)
            made.append(heard(stream, encode_run(stream, sound, 0, stream.frames)))
    assert np.abs(made[0] - made[1]).max() < 0.02
