"""Decoded integers as the floats that lossy encoders take, and more than two channels mixed down to two."""

from collections.abc import Callable

import numpy as np

from musfuse.errors import IndexMismatchError
from musfuse.media.lossy.ends import Floats, Sound
from musfuse.media.pcm import word_bytes

_CENTRE = 0.5**0.5
_LEFT, _RIGHT, _MIDDLE, _NOTHING = (1.0, 0.0), (0.0, 1.0), (_CENTRE, _CENTRE), (0.0, 0.0)
_BACK_LEFT, _BACK_RIGHT, _BACK = (_CENTRE, 0.0), (0.0, _CENTRE), (0.5, 0.5)
_STEREO = {
    3: (_LEFT, _RIGHT, _MIDDLE),
    4: (_LEFT, _RIGHT, _BACK_LEFT, _BACK_RIGHT),
    5: (_LEFT, _RIGHT, _MIDDLE, _BACK_LEFT, _BACK_RIGHT),
    6: (_LEFT, _RIGHT, _MIDDLE, _NOTHING, _BACK_LEFT, _BACK_RIGHT),
    7: (_LEFT, _RIGHT, _MIDDLE, _NOTHING, _BACK, _BACK_LEFT, _BACK_RIGHT),
    8: (_LEFT, _RIGHT, _MIDDLE, _NOTHING, _BACK_LEFT, _BACK_RIGHT, _BACK_LEFT, _BACK_RIGHT),
}
"""What of each channel goes to the left and to the right (ITU-R BS.775-4, annex 4), in FLAC's order of channels
(RFC 9639 §9.1.3). The low-frequency channel is left out, as that recommendation does."""


class Decoded:
    """A Sound over what a decoder gives: `read` has words as PcmSource has them, of `bits` bits a sample.

    Fewer samples than the `total` that its header, or an earlier decode, told of are an error, of which `shorter` is
    told.
    """

    def __init__(
        self,
        read: Callable[[int, int], bytes],
        rate: int,
        channels: int,
        bits: int,
        total: int,
        shorter: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._read, self._bits, self._shorter = read, bits, shorter
        self.rate, self.channels, self.total = rate, channels, total

    def read(self, start: int, count: int) -> Floats:
        """Samples [start, start + count). Raises IndexMismatchError where there are fewer, MediaError, OriginError."""
        words = self._read(start, count)
        width = word_bytes(self._bits)
        got = len(words) // (width * self.channels)
        if got < count:
            self._shorter(start + got)
            raise IndexMismatchError(f"its audio ends at sample {start + got}, where {self.total} were expected")
        whole = np.frombuffer(words, "<i4" if width == 4 else "<i2").reshape(-1, self.channels).T
        return whole.astype(np.float32) * np.float32(2.0 ** (1 - 8 * width))


class Stereo:
    """A sound of more than two channels, mixed down to two so that nothing is clipped."""

    channels = 2

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self.rate, self.total = sound.rate, sound.total
        shares = np.array(_STEREO[sound.channels])
        self._shares = (shares / shares.sum(0).max()).astype(np.float32)

    def read(self, start: int, count: int) -> Floats:
        """As Sound has it."""
        mixed = np.zeros((2, count), np.float32)
        for channel, share in zip(self._sound.read(start, count), self._shares, strict=True):
            mixed += share[:, None] * channel
        return mixed
