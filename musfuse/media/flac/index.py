"""The frame index: each frame's size, and what STREAMINFO needs; any byte range costs the frames it covers."""

import struct
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from musfuse.errors import MalformedError
from musfuse.model import WHOLE, AudioFormat, SampleRange, SourceFile

# magic, version, bits, channels, bytes a size, sequential, block size, rate, samples, MD5, frames; then the sizes
_HEAD = struct.Struct("<4sBBBBBIIQ16sI")
_MAGIC, _VERSION = b"mfix", 2
RUN_FRAMES = 32
"""Frames that are encoded, kept and checked together."""
_SIZES = {2: "H", 4: "I"}


@dataclass(frozen=True)
class FrameIndex:
    """All that is known of a track's FLAC frames once its PCM has been encoded: `sizes` in bytes, one a frame.

    `md5` is that of the packed samples; `total_samples` counts one channel and is what the decoder yielded.
    `sequential`: the original's timestamps lie, so that only a decode from the start finds a sample.
    """

    rate: int
    channels: int
    bits: int
    block_size: int
    total_samples: int
    md5: bytes
    sizes: "array[int]"
    sequential: bool = False

    @cached_property
    def offsets(self) -> "FrameOffsets":
        """Where each frame begins."""
        return FrameOffsets(self)

    @property
    def audio_bytes(self) -> int:
        """How many bytes all frames have together."""
        return self.offsets.length

    def to_bytes(self) -> bytes:
        """The index as the KvStore keeps it, about two bytes a frame; `from_bytes` reads it."""
        width = 2 if max(self.sizes, default=0) < 1 << 16 else 4
        head = _HEAD.pack(
            _MAGIC, _VERSION, self.bits, self.channels, width, self.sequential, self.block_size, self.rate,
            self.total_samples, self.md5, len(self.sizes),
        )  # fmt: skip
        return head + array(_SIZES[width], self.sizes).tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "FrameIndex":
        """The index that `to_bytes` wrote. Raises MalformedError for anything but a whole, consistent index."""
        if len(data) < _HEAD.size:
            raise MalformedError("frame index: cut short")
        magic, version, bits, channels, width, sequential, block, rate, samples, md5, count = _HEAD.unpack_from(data)
        if magic != _MAGIC or version != _VERSION or width not in _SIZES or not block:
            raise MalformedError("frame index: not one of this version")
        if len(data) != _HEAD.size + count * width or count != -(-samples // block):
            raise MalformedError("frame index: its parts do not fit together")
        sizes = array(_SIZES[width])
        sizes.frombytes(data[_HEAD.size :])
        return cls(rate, channels, bits, block, samples, md5, sizes, bool(sequential))


class FrameOffsets:
    """Where each frame begins, and how long each run of RUN_FRAMES frames is; made when a file is opened."""

    def __init__(self, index: FrameIndex) -> None:
        import numpy as np

        sizes = np.frombuffer(index.sizes, f"u{index.sizes.itemsize}") if index.sizes else np.zeros(0, "u4")
        self.starts = array("Q", bytes(8))
        self.starts.frombytes(np.cumsum(sizes, dtype=np.uint64).tobytes())
        self.length = self.starts[-1]
        self.smallest, self.largest = (int(sizes.min()), int(sizes.max())) if len(sizes) else (0, 0)
        bounds = [*self.starts[:-1:RUN_FRAMES], self.length]
        self.runs = array("I", (end - start for start, end in pairwise(bounds)))

    def covering(self, offset: int, size: int) -> tuple[int, int]:
        """First and last frame that bytes [offset, offset + size) touch; `size` is at least 1."""
        return bisect_right(self.starts, offset) - 1, bisect_right(self.starts, offset + size - 1) - 1


def index_key(file: SourceFile, level: int, block: int, encoder: str, sample_range: SampleRange = WHOLE) -> str:
    """The key of an index: everything that the frames depend on.

    `encoder` is the fingerprint. Indexes are kept for years under this text: it must not change.
    """
    return f"{file.index_name}/{file.stamp}/{range_text(sample_range)}/{level}/{block}/{encoder}"


@dataclass(frozen=True, slots=True)
class KeyParts:
    """What a key of the index store is made of: the original's `index_name` and stamp, the range of samples, and level,
    block and encoder; these two are '' where a key is about the original and not about frames."""

    name: str
    stamp: str
    range_text: str
    made: str


def range_text(samples: SampleRange) -> str:
    """A range of samples, as keys have it: the first, and how many, which is left out for all that follow."""
    return f"{samples.start}-{samples.count or ''}"


def split_index_key(key: str) -> KeyParts | None:
    """A key that `index_key` made in its parts; None for any other."""
    parts = key.rsplit("/", 5)
    return KeyParts(parts[0], parts[1], parts[2], "/".join(parts[3:])) if len(parts) == 6 else None


def format_of(index: FrameIndex, source: AudioFormat) -> AudioFormat:
    """The facts that decoding settled, in place of those that the source's header announced."""
    return AudioFormat(
        source.container, source.codec, index.rate, index.channels, index.bits, index.total_samples, source.pcm
    )
