"""Integers become floats of the same value, and many channels two, without clipping."""

import numpy as np
import pytest

from media.lossy.tones import Samples
from musfuse.errors import IndexMismatchError
from musfuse.media.lossy.samples import Decoded, Stereo


@pytest.mark.parametrize(("bits", "word"), [(8, "<i2"), (16, "<i2"), (24, "<i4")])
def test_full_scale_is_one(bits: int, word: str) -> None:
    top = np.iinfo(word).max
    words = np.array([[0, -top - 1], [top // 2 + 1, 1]], word).tobytes()
    heard = Decoded(lambda start, count: words, 44_100, 2, bits, 2).read(0, 2)
    assert heard[:, 0].tolist() == [0, -1]
    assert heard[0, 1] == 0.5
    assert heard[1, 1] * (top + 1) == 1


def test_fewer_samples_than_told_are_an_error_that_is_told_on() -> None:
    ends: list[int] = []
    sound = Decoded(lambda start, count: bytes(4 * min(count, 100 - start)), 44_100, 2, 16, 200, ends.append)
    assert sound.read(0, 100).shape == (2, 100)
    with pytest.raises(IndexMismatchError, match="ends at sample 100, where 200 were expected"):
        sound.read(90, 20)
    assert ends == [100]


@pytest.mark.parametrize("channels", range(3, 9))
def test_no_mix_clips(channels: int) -> None:
    loud = Samples(np.ones((channels, 10), np.float32))
    mixed = Stereo(loud).read(2, 5)
    assert mixed.shape == (2, 5)
    assert mixed.max() == pytest.approx(1)
    assert np.array_equal(mixed[0], mixed[1])


@pytest.mark.parametrize("channels", range(3, 9))
def test_left_is_left(channels: int) -> None:
    left = np.zeros((channels, 4), np.float32)
    left[0] = 1
    mixed = Stereo(Samples(left)).read(0, 4)
    assert mixed[0].min() > 0
    assert not mixed[1].any()
