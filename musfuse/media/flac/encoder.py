"""The one place that encodes FLAC: runs of whole blocks to frames, through the libFLAC in soundfile's wheels.

With a fixed block size libFLAC's output for a block does not depend on the blocks before it, at every level but 1 and
4 (adaptive mid-side). So a run may be encoded alone, and its frames renumbered.
"""

import hashlib
import math
import random
import struct

from musfuse.errors import MediaError
from musfuse.media.pcm import sample_words, word_bytes

_SUBTYPES = {8: "PCM_S8", 16: "PCM_16", 24: "PCM_24"}


def block_size(level: int) -> int:
    """Samples a frame: what libFLAC's presets use."""
    return 1152 if level < 3 else 4096


class _FrameSink:
    """A write-only file that keeps what libFLAC writes frame by frame; header writes are let go.

    libFLAC hands each frame over in one write, and seeks back only after the last frame, to finish STREAMINFO.
    """

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self._position = self._end = 0
        self._finishing = False

    def write(self, data: bytes) -> int:
        if not self._finishing and data[:2] == b"\xff\xf8":
            self.frames.append(data)
        self._position += len(data)
        self._end = max(self._end, self._position)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._finishing = bool(self.frames)
        self._position = offset + (0, self._position, self._end)[whence]
        return self._position

    def tell(self) -> int:
        return self._position


def encode_run(words: bytes, rate: int, channels: int, bits: int, level: int) -> list[bytes]:
    """Encode samples (as PcmSource gives them) to frames numbered from 0; only the last may be a short block.

    Releases the GIL while libFLAC works. Raises MediaError where libFLAC refuses the parameters.
    """
    import soundfile

    sink = _FrameSink()
    try:
        with soundfile.SoundFile(
            sink, "w", rate, channels, _SUBTYPES[bits], format="FLAC", compression_level=level / 8
        ) as out:
            out.buffer_write(words, sample_words(bits))
    except (RuntimeError, KeyError) as error:
        raise MediaError(f"the FLAC encoder refused {rate} Hz, {channels} channels, {bits} bits") from error
    samples = len(words) // (word_bytes(bits) * channels)
    expected = -(-samples // block_size(level))
    if len(sink.frames) != expected:
        raise MediaError(f"the FLAC encoder made {len(sink.frames)} frames of {samples} samples, not {expected}")
    return sink.frames


def fingerprint(level: int) -> str:
    """A hash of what this build of the encoder, on this processor, makes of a fixed probe.

    libFLAC's choices rest on floating point, which differs between its versions and SIMD paths; an index made by an
    encoder with another fingerprint may not fit.
    """
    digest = hashlib.blake2b(f"level {level} block {block_size(level)}".encode(), digest_size=12)
    for bits, channels in ((16, 2), (24, 2), (8, 1), (16, 6)):
        for frame in encode_run(_probe(bits, channels, 3 * block_size(level)), 44_100, channels, bits, level):
            digest.update(frame)
    return digest.hexdigest()


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
