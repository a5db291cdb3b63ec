"""The port of a FLAC encoder: runs of whole blocks to frames. Two builds of libFLAC implement it.

With a fixed block size libFLAC's output for a block does not depend on the blocks before it, at every level but 1 and
4 (adaptive mid-side). So a run may be encoded alone, and its frames renumbered.
"""

import hashlib
import math
import random
import struct
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Protocol

from musfuse.errors import ConfigError, MediaError
from musfuse.media.pcm import word_bytes

SOUNDFILE, PYFLAC = "soundfile", "pyflac"


class FrameMaker(Protocol):
    """What makes frames of samples. May be called from many threads; releases the GIL while libFLAC works."""

    @property
    def version(self) -> str:
        """Which build of libFLAC it is, for people."""

    def frames(self, words: bytes, rate: int, channels: int, bits: int, level: int, block: int) -> list[bytes]:
        """Frames of `block` samples each, the last one fewer, numbered from 0, of samples as PcmSource gives them.

        Raises MediaError where libFLAC refuses the parameters.
        """


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder at a level. `name` is that of its build (flac.encoder)."""

    level: int
    name: str = SOUNDFILE

    @property
    def block_size(self) -> int:
        """Samples a frame: what libFLAC's presets use."""
        return 1152 if self.level < 3 else 4096

    def encode_run(self, words: bytes, rate: int, channels: int, bits: int) -> list[bytes]:
        """Encode samples (as PcmSource gives them) to frames numbered from 0; only the last may be a short block.

        Raises MediaError where libFLAC refuses the parameters, ConfigError where the encoder is not installed.
        """
        frames = frame_maker(self.name).frames(words, rate, channels, bits, self.level, self.block_size)
        samples = len(words) // (word_bytes(bits) * channels)
        expected = -(-samples // self.block_size)
        if len(frames) != expected:
            raise MediaError(f"the FLAC encoder made {len(frames)} frames of {samples} samples, not {expected}")
        return frames

    def fingerprint(self) -> str:
        """A hash of what this build of the encoder, on this processor, makes of a fixed probe.

        libFLAC's choices rest on floating point, which differs between its versions and SIMD paths; an index made by
        an encoder with another fingerprint may not fit. Builds never share one, because equal probes prove nothing of
        other samples.
        """
        build = "" if self.name == SOUNDFILE else f"{self.name} "
        digest = hashlib.blake2b(f"{build}level {self.level} block {self.block_size}".encode(), digest_size=12)
        for bits, channels in ((16, 2), (24, 2), (8, 1), (16, 6)):
            for frame in self.encode_run(_probe(bits, channels, 3 * self.block_size), 44_100, channels, bits):
                digest.update(frame)
        return digest.hexdigest()


_MISSING = 'flac.encoder: pyFLAC is not installed; `pip install "musfuse[pyflac]"` installs it, or take "soundfile"'


def check_installed(name: str) -> None:
    """Raise ConfigError where an encoder is not installed; loads nothing."""
    if name == PYFLAC and find_spec("pyflac") is None:
        raise ConfigError(_MISSING)


@lru_cache(2)
def frame_maker(name: str) -> FrameMaker:
    """The build of libFLAC with a name. Raises ConfigError where it is not installed."""
    if name == SOUNDFILE:
        from musfuse.media.flac.soundfile_encoder import SoundfileFrames

        return SoundfileFrames()
    try:
        from musfuse.media.flac.pyflac_encoder import PyflacFrames
    except ImportError as error:
        raise ConfigError(f"{_MISSING} ({error})") from error
    return PyflacFrames()


def _probe(bits: int, channels: int, samples: int) -> bytes:
    """Tones and noise, the same everywhere: integers from a seeded generator and a table of rounded sines."""
    noise = random.Random(bits * 100 + channels)
    table = [round(math.sin(2 * math.pi * n / 441) * 9000) for n in range(441)]
    shift = 16 if bits > 16 else 0
    words = (
        (table[(n * (3 + channel)) % 441] + noise.getrandbits(7 + channel % 3) << shift)
        + (noise.getrandbits(8) << 8 if shift else 0)
        for n in range(samples)
        for channel in range(channels)
    )
    return struct.pack(f"<{samples * channels}{'i' if shift else 'h'}", *words)
