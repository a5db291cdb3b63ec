"""The segment of a FLAC rendition that holds its frames, made from PCM as they are asked for."""

from collections.abc import Callable

from musfuse.errors import IndexMismatchError
from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.frames import renumber
from musfuse.media.flac.index import RUN_FRAMES, FrameIndex
from musfuse.media.frame_cache import FrameCache
from musfuse.media.pcm import DecoderPool
from musfuse.store import FrameFiles

_NEAR_BYTES = 2 << 20
_RECENT = 3
"""Runs that a handle holds on to: the system's read-ahead asks for one in pieces, on several threads."""


class EncodedFrames:
    """FLAC frames of a run of PCM. Each frame's size is checked against the index before a byte of it is served."""

    def __init__(
        self,
        key: str,
        index: FrameIndex,
        decoders: DecoderPool,
        encoder: Encoder,
        frame_cache: FrameCache,
        frame_files: FrameFiles,
        read_ahead: int,
        on_mismatch: Callable[[], None],
    ) -> None:
        self._key, self._index, self._decoders, self._encoder = key, index, decoders, encoder
        self._frame_cache, self._frame_files = frame_cache, frame_files
        self._read_ahead, self._on_mismatch = read_ahead, on_mismatch
        self._offsets = index.offsets
        self._expected, self._ahead_of = 0, -1
        self._recent: tuple[tuple[int, bytes], ...] = ()

    @property
    def length(self) -> int:
        return self._offsets.length

    def read(self, offset: int, size: int) -> bytes:
        """The bytes asked for; costs the runs of frames that they lie in. Raises MediaError, OriginError."""
        if size <= 0:
            return b""
        first, last = self._offsets.covering(offset, size)
        runs = range(first // RUN_FRAMES, last // RUN_FRAMES + 1)
        elsewhere = not self._expected or abs(offset - self._expected) > _NEAR_BYTES
        if offset == self._expected and offset and runs[-1] != self._ahead_of:
            self._prefetch(runs[-1])
        self._expected = offset + size
        end = offset + size
        parts = []
        for run in runs:
            data, at = self._at_hand(run), run * RUN_FRAMES
            if data is None and elsewhere:  # perhaps nobody wants the rest of the run: only what was asked for
                at = max(first, at)
                data = self._encode(at, min(last + 1, (run + 1) * RUN_FRAMES))
            elif data is None:
                data = self._frame_cache.get((self._key, run), lambda n=run: self._make(n))  # type: ignore[misc]
                self._hold(run, data)
            start = self._offsets.starts[at]
            parts.append(data[max(0, offset - start) : end - start])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def describe(self) -> str:
        frames = f"{len(self._index.sizes)} FLAC frames of {self._index.block_size} samples"
        return f"{frames}, level {self._encoder.level}, made on request"

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
        """Close the decoders, and forget the runs that this handle holds."""
        self._recent = ()
        self._decoders.close()

    def _prefetch(self, run: int) -> None:
        self._ahead_of = run
        final = (len(self._index.sizes) - 1) // RUN_FRAMES
        for ahead in range(run + 1, min(run + self._read_ahead, final) + 1):
            if not self._frame_files.has(self._key, self._offsets.runs, ahead):
                self._frame_cache.prefetch((self._key, ahead), lambda n=ahead: self._make(n))  # type: ignore[misc]

    def _at_hand(self, run: int) -> bytes | None:
        """A run that needs no encoding: one that was just read, one in memory, or one on this machine's disk; None
        where there is none."""
        for number, data in self._recent:
            if number == run:
                return data
        found = self._frame_cache.peek((self._key, run)) or self._frame_files.get(self._key, self._offsets.runs, run)
        if found is not None:
            self._hold(run, found)
        return found

    def _hold(self, run: int, data: bytes) -> None:
        self._recent = ((run, data), *self._recent[: _RECENT - 1])

    def _make(self, run: int) -> bytes:
        data = self._encode(run * RUN_FRAMES, (run + 1) * RUN_FRAMES)
        cached = (self._key, run)
        self._frame_files.put_later(
            self._key, self._offsets.runs, run, data, lambda: self._frame_cache.kept_on_disk(cached)
        )
        return data

    def _encode(self, first: int, end: int) -> bytes:
        """Frames [first, end), fewer at the end of the track."""
        index = self._index
        sizes = index.sizes[first:end]
        count = min(len(sizes) * index.block_size, index.total_samples - first * index.block_size)
        words = self._decoders.read(first * index.block_size, count)
        frames = self._encoder.encode_run(words, index.rate, index.channels, index.bits) if words else []
        numbered = [renumber(frame, first + n) for n, frame in enumerate(frames)]
        if [len(frame) for frame in numbered] != list(sizes):
            self._on_mismatch()
            raise IndexMismatchError(
                f"{self._key}: frames {first} to {first + len(sizes)} differ from their index; it is built again"
            )
        return b"".join(numbered)
