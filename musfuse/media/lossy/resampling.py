"""Sound at another rate, from any position on: the same samples whichever are asked for first."""

from fractions import Fraction
from math import gcd
from typing import Any

import numpy as np

from musfuse.errors import MediaError
from musfuse.media.lossy.ends import Endless, Floats, Sound

_MARGIN = 256
"""Samples, of the lower rate, that the filter of FFmpeg's resampler reaches over at most, and more."""
_PIECE = 1 << 16


class Resampled:
    """A sound at another rate, by FFmpeg's resampler. May be read outside of its ends, where the sound goes on.

    Sample n stands at the time n / rate. Both rates have a common measure, so that every `_out` samples here stand
    exactly where every `_in` of the sound do: a resampler that begins there is as one that began long before.
    """

    def __init__(self, sound: Sound, rate: int) -> None:
        self._sound = Endless(sound)
        self.rate, self.channels = rate, sound.channels
        common = gcd(sound.rate, rate)
        self._in, self._out = sound.rate // common, rate // common
        self.total = -(-sound.total * self._out // self._in)

    def read(self, start: int, count: int) -> Floats:
        """Samples [start, start + count), which may be negative."""
        lead = -(-_MARGIN * max(self._in, self._out) // (self._in * self._out))
        first = start // self._out - lead
        last = -(-(start + count) // self._out) + lead
        resampler = self._open()
        made: list[Floats] = []
        for at in range(first * self._in, last * self._in, _PIECE):
            samples = self._sound.read(at, min(_PIECE, last * self._in - at))
            made += [
                frame.to_ndarray().reshape(-1, self.channels).T for frame in resampler.resample(self._frame(samples))
            ]
        skip = start - first * self._out
        found = np.concatenate(made, 1)[:, skip : skip + count]
        if found.shape[1] < count:
            raise MediaError(f"{self._sound.rate} Hz could not be made {self.rate} Hz")
        return found

    def _open(self) -> Any:
        import av

        return av.AudioResampler("flt", self._layout, self.rate)

    def _frame(self, samples: Floats) -> Any:
        import av

        woven = np.ascontiguousarray(samples.T).reshape(1, -1)  # PyAV takes eight channels in one plane only
        frame = av.AudioFrame.from_ndarray(woven, "flt", self._layout)
        frame.sample_rate, frame.time_base = self._sound.rate, Fraction(1, self._sound.rate)
        return frame

    @property
    def _layout(self) -> str:
        return "mono" if self.channels == 1 else "stereo" if self.channels == 2 else f"{self.channels}c"
