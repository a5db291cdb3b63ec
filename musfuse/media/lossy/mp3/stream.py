"""Where each frame of an MP3 stands, by arithmetic (ISO 11172-3 §2.4.3.1, 13818-3 §2.4.3.1).

At a constant bit rate a frame has as many bytes as its bit rate gives it in its time, rounded down, and one more, for
padding, as often as what was cut off makes a byte. Without a bit reservoir all its data lie in it.

LAME's frames depend on all that came before, ever so little. So the stream is defined as runs: each is what a fresh
encoder makes that heard a preroll before, which is as long as any of its windows and decisions reaches; frames that
were made for that alone are thrown away. The pattern of padding repeats after 49 frames at most, whatever rate and bit
rate, so with runs of a multiple of 49 frames all have the same pattern, and the same length.
"""

from array import array
from dataclasses import dataclass
from functools import cached_property

DELAY = 576
"""Samples by which LAME's frames are late (its ENCDELAY)."""
DECODER_DELAY = 529
"""Samples by which any decoder is late: those of its polyphase filter and window."""
_GRANULE = 576
RUN_GRANULES, PREROLL_GRANULES = 196, 8
"""A run lasts 2.6 s at 44.1 kHz. Measured: with a preroll of two granules the error at borders of runs is four times of
what it is elsewhere, with four it is the same."""

RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
BIT_RATES = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates in kbit/s by version: MPEG-1, and MPEG-2, whose rates are halves of its, with MPEG-2.5 (quarters)."""


@dataclass(frozen=True)
class Mp3Stream:
    """An MP3 of `samples` samples of `rate` Hz, in one or two channels, at `kbps` kbit/s."""

    rate: int
    channels: int
    kbps: int
    samples: int

    @property
    def frame_samples(self) -> int:
        """Samples of a channel that a frame holds."""
        return 2 * _GRANULE if self.rate >= 32_000 else _GRANULE

    @property
    def run_frames(self) -> int:
        """Frames that are made together."""
        return RUN_GRANULES * _GRANULE // self.frame_samples

    @property
    def preroll(self) -> int:
        """Frames that are made before those of a run, and thrown away."""
        return PREROLL_GRANULES * _GRANULE // self.frame_samples

    @cached_property
    def frames(self) -> int:
        """How many frames it takes until a decoder has given the last sample; two at least, or no player believes it.

        One more, as LAME sometimes has it, makes FFmpeg's decoder give too many: it cuts the last frame only."""
        return max(2, -(-(self.samples + DELAY + DECODER_DELAY) // self.frame_samples))

    @property
    def padding(self) -> int:
        """Samples behind the last one, in terms of LAME's tag: of the encoder's input, delay included."""
        return self.frames * self.frame_samples - DELAY - self.samples

    @cached_property
    def length(self) -> int:
        """Bytes of all frames."""
        return self.start(self.frames)

    @property
    def runs(self) -> "array[int]":
        """Bytes of each run."""
        size = self.start(self.run_frames)
        whole, left = divmod(self.length, size)
        return array("I", (size,)) * whole + array("I", (left,) if left else ())

    def start(self, frame: int) -> int:
        """At which byte of the stream a frame begins."""
        whole, rest = self._frame_bytes
        return frame * whole + self._padded(self.preroll + frame, rest) - self._padded(self.preroll, rest)

    def frame_at(self, offset: int) -> int:
        """The frame in which a byte of the stream lies."""
        frame = offset * self.rate // (self.frame_samples * self.kbps * 125)
        while self.start(frame) > offset:
            frame -= 1
        while self.start(frame + 1) <= offset:
            frame += 1
        return frame

    @property
    def _frame_bytes(self) -> tuple[int, int]:
        """Bytes of a frame without padding, and what is left, in 1/rate of a byte."""
        return divmod(self.frame_samples * self.kbps * 125, self.rate)

    def _padded(self, frames: int, rest: int) -> int:
        """How many of the first frames of an encoder are padded. LAME never pads the very first one."""
        return -((frames - 1) * -rest // self.rate) if frames else 0


def rate_for(rate: int) -> int:
    """The rate that a sound of `rate` Hz is encoded at: its own where MP3 has it, else one that it goes into evenly,
    else the next higher one."""
    if rate in RATES:
        return rate
    even = next((own for own in RATES if rate > own and rate % own == 0 and own >= 32_000), None)
    return even or min((own for own in RATES if own >= rate), default=RATES[0])


def version_of(rate: int) -> int:
    """Which version of MPEG has a rate: 1, or 2 (2.5 included)."""
    return 1 if rate >= 32_000 else 2


def bit_rate_for(rate: int, kbps: int) -> int:
    """The highest bit rate up to `kbps` that MP3 has at a rate, or its lowest one.

    LAME has no more than 64 kbit/s for MPEG-2.5 (12 kHz and less).
    """
    known = BIT_RATES[version_of(rate)]
    room = min(kbps, 64) if rate < 16_000 else kbps
    return max((own for own in known if own <= room), default=known[0])
