"""A sample at another rate is the same, whatever was asked for before it, and stands where it should."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.lossy.tones import Tone, noise
from musfuse.media.lossy.resampling import Resampled

RATES = [(96_000, 48_000), (88_200, 44_100), (44_100, 48_000), (192_000, 48_000), (37_800, 44_100), (11_025, 48_000)]
LONG = {pair: Resampled(noise(pair[0] // 4, rate=pair[0]), pair[1]) for pair in RATES}


@settings(max_examples=40)
@given(st.sampled_from(RATES), st.integers(-2000, 10_000), st.integers(1, 3000))
def test_a_piece_is_as_in_the_whole(rates: tuple[int, int], start: int, count: int) -> None:
    sound = LONG[rates]
    whole = sound.read(-2000, 15_000)
    assert np.array_equal(sound.read(start, count), whole[:, start + 2000 : start + 2000 + count])


@pytest.mark.parametrize(("old", "new"), RATES)
def test_a_tone_stays_the_tone(old: int, new: int) -> None:
    sound = Resampled(Tone(old, old // 5, channels=1), new)
    assert sound.total == new // 5
    assert np.abs(sound.read(0, sound.total) - Tone(new, new // 5, channels=1).read(0, new // 5)).max() < 2e-5


def test_it_is_as_long_as_it_was() -> None:
    assert Resampled(noise(96_001, rate=96_000), 48_000).total == 48_001
    assert Resampled(noise(1, rate=96_000), 48_000).read(0, 1).shape == (2, 1)
