"""The segment of a served FLAC that holds its frames, made from PCM as they are asked for."""

from collections.abc import Callable

from musfuse.errors import IndexMismatchError
from musfuse.media.flac.encoder import encode_run
from musfuse.media.flac.frames import renumber
from musfuse.media.flac.index import RUN_FRAMES, FrameIndex, FrameOffsets
from musfuse.media.pcm import DecoderPool
from musfuse.media.runs import RunCache
from musfuse.store import RunFiles


class EncodedFrames:
    """FLAC frames of a run of PCM. Each frame's size is checked against the index before a byte of it is served."""

    def __init__(
        self,
        key: str,
        index: FrameIndex,
        decoders: DecoderPool,
        level: int,
        runs: RunCache,
        kept: RunFiles,
        read_ahead: int,
        on_mismatch: Callable[[], None],
    ) -> None:
        self._key, self._index, self._decoders, self._level = key, index, decoders, level
        self._runs, self._kept = runs, kept
        self._read_ahead, self._on_mismatch = read_ahead, on_mismatch
        self._offsets = FrameOffsets(index)
        self._expected = 0

    @property
    def length(self) -> int:
        """Bytes of all frames."""
        return self._offsets.length

    def read(self, offset: int, size: int) -> bytes:
        """The bytes asked for; costs the runs of frames that they lie in. Raises MediaError, OriginError."""
        if size <= 0:
            return b""
        first, last = self._offsets.covering(offset, size)
        first_run, last_run = first // RUN_FRAMES, last // RUN_FRAMES
        if offset == self._expected and offset:
            self._prefetch(last_run)
        self._expected = offset + size
        data = self._run(first_run)
        if last_run > first_run:
            data = b"".join((data, *(self._run(run) for run in range(first_run + 1, last_run + 1))))
        start = offset - self._offsets.starts[first_run * RUN_FRAMES]
        return data[start : start + size]

    def describe(self) -> str:
        """What these bytes are."""
        frames = f"{len(self._index.sizes)} FLAC frames of {self._index.block_size} samples"
        return f"{frames}, level {self._level}, made on request"

    def sample_at(self, offset: int) -> int:
        """The sample that byte `offset` of this segment stands for, spread evenly within its frame."""
        if offset >= self.length:
            return self._index.total_samples
        frame, _ = self._offsets.covering(offset, 1)
        first = frame * self._index.block_size
        samples = min(self._index.block_size, self._index.total_samples - first)
        start = self._offsets.starts[frame]
        return first + samples * (offset - start) // self._index.sizes[frame]

    def close(self) -> None:
        """Close the decoders."""
        self._decoders.close()

    def _prefetch(self, run: int) -> None:
        final = (len(self._index.sizes) - 1) // RUN_FRAMES
        for ahead in range(run + 1, min(run + self._read_ahead, final) + 1):
            self._runs.prefetch((self._key, ahead), lambda n=ahead: self._load(n))  # type: ignore[misc]

    def _run(self, run: int) -> bytes:
        return self._runs.get((self._key, run), lambda: self._load(run))

    def _load(self, run: int) -> bytes:
        """From this machine's disk where it is kept, else encoded, and kept."""
        data = self._kept.get(self._key, self._offsets.runs, run)
        if data is None:
            data = self._encode(run)
            self._kept.put(self._key, self._offsets.runs, run, data)
        return data

    def _encode(self, run: int) -> bytes:
        index, first = self._index, run * RUN_FRAMES
        sizes = index.sizes[first : first + RUN_FRAMES]
        count = min(len(sizes) * index.block_size, index.total_samples - first * index.block_size)
        words = self._decoders.read(first * index.block_size, count)
        frames = encode_run(words, index.rate, index.channels, index.bits, self._level) if words else []
        numbered = [renumber(frame, first + n) for n, frame in enumerate(frames)]
        if [len(frame) for frame in numbered] != list(sizes):
            self._on_mismatch()
            raise IndexMismatchError(
                f"{self._key}: frames {first} to {first + len(sizes)} differ from their index; it is built again"
            )
        return b"".join(numbered)
