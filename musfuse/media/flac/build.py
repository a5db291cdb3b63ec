"""The pass over a track's PCM that makes its frame index: decode, hash and encode stretches of it on all cores."""

import hashlib
import threading
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from musfuse.errors import MalformedError, MediaError
from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.frames import coded_length, renumber
from musfuse.media.flac.index import RUN_FRAMES, FrameIndex
from musfuse.media.pcm import PcmSource, pack, word_bytes

RUN_BLOCKS = 2 * RUN_FRAMES
_STRETCH_RUNS, _STRETCH_BYTES = 4, 8 << 20
MAX_TOTAL_SAMPLES = (1 << 36) - 1  # STREAMINFO has 36 bits for it (RFC 9639 §8.2)


class RunSink(Protocol):
    """Takes the encoded runs of RUN_FRAMES frames in order, as they are served."""

    def add(self, run: bytes) -> None:
        """Take the next run."""

    def restart(self) -> None:
        """Forget all runs: the pass begins anew."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some runs of blocks: `packed` samples, the sizes of their frames, and the frames where they are to be kept."""

    packed: list[bytes]
    samples: int
    sizes: list[int]
    runs: list[bytes]


def build_index(
    open_source: Callable[[], PcmSource],
    encoder: Encoder,
    threads: int,
    progress: Callable[[int], None] | None = None,
    keep: RunSink | None = None,
) -> FrameIndex:
    """Decode a source to its end and index the frames of its FLAC encoding.

    `threads` stretches are worked on at the same time, each by a decoder of its own, and a few wait for their turn, so
    memory does not grow with the file. Where timestamps turn out to lie, the pass is done again by one decoder from the
    start. `progress` is called with the samples done. Raises MediaError, MalformedError (no samples at all).
    """
    with closing(_Decoders(open_source)) as decoders, ThreadPoolExecutor(threads, "encode") as pool:
        for in_order in (False, True):
            work = _Pass(decoders, encoder, threads, keep is not None, pool)
            stretches = work.in_order() if in_order or threads == 1 else work.side_by_side()
            index = _collect(work, stretches, progress, keep)
            if in_order or threads == 1 or not decoders.sequential:
                return index
            if keep is not None:
                keep.restart()
            decoders.close()
    raise AssertionError


def _collect(
    work: "_Pass", stretches: Iterator[_Stretch], progress: Callable[[int], None] | None, keep: RunSink | None
) -> FrameIndex:
    md5 = hashlib.md5(usedforsecurity=False)
    sizes: array[int] = array("I")
    total = 0
    for stretch in stretches:
        for packed in stretch.packed:
            md5.update(packed)
        sizes.extend(stretch.sizes)
        if keep is not None:
            for run in stretch.runs:
                keep.add(run)
        total += stretch.samples
        if total > MAX_TOTAL_SAMPLES:
            raise MediaError("longer than a FLAC file can be")
        if progress:
            progress(total)
    if not total:
        raise MalformedError("it holds no audio samples; replace it by a sound copy")
    fmt = work.format
    sequential = work.decoders.sequential
    return FrameIndex(fmt.sample_rate, fmt.channels, fmt.bits, work.block, total, md5.digest(), sizes, sequential)


class _Decoders:
    """Decoders of one source, each lent to one thread at a time. A thread that goes on where a decoder stands gets that
    one, which need not seek."""

    def __init__(self, open_source: Callable[[], PcmSource]) -> None:
        self._open_source = open_source
        self._lock = threading.Lock()
        self._idle: list[tuple[int, PcmSource]] = []
        self.sequential = False
        first = open_source()
        self.format = first.format
        self._idle.append((0, first))

    def read(self, start: int, count: int, pieces: int) -> list[bytes]:
        """`pieces` times `count` samples from `start` on, fewer at the end."""
        source = self._take(start)
        found = []
        try:
            for n in range(pieces):
                words = source.read(start + n * count, count)
                if words:
                    found.append(words)
                if len(words) < count * word_bytes(self.format.bits) * self.format.channels:
                    break
        except BaseException:
            source.close()
            raise
        with self._lock:
            self.sequential = self.sequential or source.sequential
            self._idle.append((start + len(found) * count, source))
        return found

    def close(self) -> None:
        """Close all that are not lent."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, source in idle:
            source.close()

    def _take(self, start: int) -> PcmSource:
        with self._lock:
            standing = next((n for n, (at, _) in enumerate(self._idle) if at == start), None)
            if standing is not None:
                return self._idle.pop(standing)[1]
            if self._idle:
                return self._idle.pop(0)[1]
        return self._open_source()


class _Pass:
    """One pass over a source. `side_by_side` and `in_order` yield the same stretches in the same order."""

    def __init__(
        self, decoders: _Decoders, encoder: Encoder, threads: int, keep: bool, pool: ThreadPoolExecutor
    ) -> None:
        self.decoders, self.format = decoders, decoders.format
        self.block = encoder.block_size
        self._encoder, self._threads, self._keep, self._pool = encoder, threads, keep, pool
        self._run = RUN_BLOCKS * self.block
        run_bytes = self._run * word_bytes(self.format.bits) * self.format.channels
        self._runs = max(1, min(_STRETCH_RUNS, _STRETCH_BYTES // run_bytes))
        self._samples = self._run * self._runs

    def side_by_side(self) -> Iterator[_Stretch]:
        """Decode several stretches at once, as far as the source announces samples; then go on in order."""
        announced = self.format.total_samples or 0
        waiting: deque[Future[_Stretch]] = deque()
        starts = iter(range(0, announced, self._samples))
        while True:
            for start in islice(starts, self._threads + 2 - len(waiting)):
                waiting.append(self._pool.submit(self._work, start))
            if not waiting:
                break
            done = waiting.popleft().result()
            yield done
            if done.samples < self._samples:  # what was begun behind the end is of no use; its errors neither
                for future in waiting:
                    future.cancel()
                return
        yield from self.in_order(-(-announced // self._samples) * self._samples)

    def in_order(self, start: int = 0) -> Iterator[_Stretch]:
        """Decode one run after the other, and encode on all threads."""
        waiting: deque[Future[_Stretch]] = deque()
        full = self._run * word_bytes(self.format.bits) * self.format.channels
        while words := self.decoders.read(start, self._run, 1):
            waiting.append(self._pool.submit(self._encode, words, start))
            start += self._run
            if len(waiting) > 2 * self._threads:
                yield waiting.popleft().result()
            if len(words[0]) < full:
                break
        while waiting:
            yield waiting.popleft().result()

    def _work(self, start: int) -> _Stretch:
        return self._encode(self.decoders.read(start, self._run, self._runs), start)

    def _encode(self, pieces: list[bytes], start: int) -> _Stretch:
        fmt, first = self.format, start // self.block
        sizes: list[int] = []
        runs: list[bytes] = []
        packed: list[bytes] = []
        unit = word_bytes(fmt.bits) * fmt.channels
        for words in pieces:
            frames = self._encoder.encode_run(words, fmt.sample_rate, fmt.channels, fmt.bits)
            packed.append(pack(words, fmt.bits))
            if self._keep:
                frames = [renumber(frame, first + n) for n, frame in enumerate(frames)]
                runs += (b"".join(frames[n : n + RUN_FRAMES]) for n in range(0, len(frames), RUN_FRAMES))
                sizes += map(len, frames)
            else:
                sizes += (len(f) - coded_length(n) + coded_length(first + n) for n, f in enumerate(frames))
            first += len(frames)
        return _Stretch(packed, sum(map(len, pieces)) // unit, sizes, runs)
