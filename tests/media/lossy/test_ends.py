"""A sound goes on at both ends as it was, whoever asks for which piece of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.lossy.tones import Tone, noise
from musfuse.media.lossy.ends import Endless, predicted


@pytest.mark.parametrize("hertz", [110, 997, 5000])
def test_a_tone_goes_on(hertz: int) -> None:
    whole = Tone(44_100, 30_000, hertz)
    cut = Endless(Tone(44_100, 20_000, hertz, first=5_000))
    off = np.abs(cut.read(-2000, 24_000) - whole.read(3000, 24_000)).max(0)
    assert off.max() < 0.13
    assert off[1400:-1400].max() < 0.02


def test_what_is_inside_is_as_it_was() -> None:
    sound = noise(9000)
    assert np.array_equal(Endless(sound).read(-100, 9200)[:, 100:-100], sound.read(0, 9000))


@settings(max_examples=40)
@given(st.integers(-3000, 12_000), st.integers(1, 6000))
def test_a_piece_is_as_in_the_whole(start: int, count: int) -> None:
    sound = Endless(noise(9000))
    assert np.array_equal(sound.read(start, count), sound.read(-3000, 21_000)[:, start + 3000 : start + 3000 + count])


@pytest.mark.parametrize("samples", [1, 2, 3, 40])
def test_ends_of_a_sound_that_is_hardly_there(samples: int) -> None:
    heard = Endless(noise(samples)).read(-5000, 10_000)
    assert heard.shape == (2, 10_000)
    assert np.abs(heard).max() <= 1


@settings(max_examples=40)
@given(st.integers(0, 200), st.integers(0, 300), st.sampled_from(["silence", "full", "jumps", "noise", "step"]))
def test_predictions_are_sound_samples(known: int, count: int, kind: str) -> None:
    n = np.arange(known)
    heard = {
        "silence": np.zeros(known),
        "full": np.ones(known),
        "jumps": np.where(n % 2, 1.0, -1.0),
        "noise": np.random.default_rng(known).uniform(-1, 1, known),
        "step": np.where(n < known // 2, 0.0, 1.0),
    }[kind]
    ahead = predicted(heard, count)
    assert ahead.shape == (count,)
    assert np.isfinite(ahead).all()
    assert np.abs(ahead).max(initial=0) <= 1


def test_silence_goes_on_as_silence() -> None:
    assert not predicted(np.zeros(5000), 3000).any()
