"""Sounds to encode: made where they are asked for, the same each time."""

import numpy as np

from musfuse.media.lossy.ends import Floats


class Tone:
    """A sine at half of full scale, from its sample `first` on."""

    def __init__(self, rate: int, total: int, hertz: float = 440, channels: int = 2, first: int = 0) -> None:
        self.rate, self.total, self.channels = rate, total, channels
        self._hertz, self._first = hertz, first

    def read(self, start: int, count: int) -> Floats:
        assert start >= 0
        assert start + count <= self.total
        times = (np.arange(start, start + count) + self._first) / self.rate
        return np.tile((0.5 * np.sin(2 * np.pi * self._hertz * times)).astype(np.float32), (self.channels, 1))


class Samples:
    """A sound that is there already."""

    def __init__(self, samples: Floats, rate: int = 44_100) -> None:
        self.samples, self.rate = samples, rate
        self.channels, self.total = samples.shape

    def read(self, start: int, count: int) -> Floats:
        assert start >= 0
        assert start + count <= self.total
        return self.samples[:, start : start + count]


def noise(total: int, channels: int = 2, seed: int = 1, rate: int = 44_100) -> Samples:
    """Noise within ±1."""
    made = np.random.default_rng(seed).normal(0, 0.2, (channels, total)).clip(-1, 1)
    return Samples(made.astype(np.float32), rate)


def music(total: int, channels: int = 2, rate: int = 44_100) -> Samples:
    """Notes that are struck and fade, over a little noise."""
    at = np.arange(total)
    notes = ((220, 22_050), (331, 11_025), (498, 33_075), (1503, 7350), (4001, 5512))
    tune = sum(0.12 * np.sin(2 * np.pi * hertz * at / rate) * np.exp(-6 * (at % beat) / beat) for hertz, beat in notes)
    both = [np.roll(tune, 40 * channel) for channel in range(channels)] + np.random.default_rng(3).normal(
        0, 0.003, (channels, total)
    )
    return Samples(both.astype(np.float32), rate)
