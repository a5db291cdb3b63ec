"""The pass over a track's PCM that makes its frame index: decode once, hash, encode runs of blocks on all cores."""

import hashlib
from array import array
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from musfuse.errors import MalformedError, MediaError
from musfuse.media.flac.encoder import block_size, encode_run
from musfuse.media.flac.frames import coded_length
from musfuse.media.flac.index import FrameIndex
from musfuse.media.pcm import PcmSource, pack, word_bytes

RUN_BLOCKS = 64
MAX_TOTAL_SAMPLES = (1 << 36) - 1  # STREAMINFO has 36 bits for it (RFC 9639 §8.2)


def build_index(
    source: PcmSource, level: int, threads: int, progress: Callable[[int], None] | None = None
) -> FrameIndex:
    """Decode `source` to its end and index the frames of its FLAC encoding.

    `threads` encode at the same time, at most two runs a thread in flight, so memory does not grow with the file.
    `progress` is called with the samples done. Raises MediaError, MalformedError (no samples at all).
    """
    fmt, block = source.format, block_size(level)
    run = RUN_BLOCKS * block
    unit = word_bytes(fmt.bits) * fmt.channels
    md5 = hashlib.md5(usedforsecurity=False)
    sizes: array[int] = array("I")
    total = 0
    in_flight: deque[Future[list[int]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="encode") as pool:
        while words := source.read(total, run):
            in_flight.append(
                pool.submit(_run_sizes, words, fmt.sample_rate, fmt.channels, fmt.bits, level, total // block)
            )
            md5.update(pack(words, fmt.bits))
            got = len(words) // unit
            total += got
            if total > MAX_TOTAL_SAMPLES:
                raise MediaError("longer than a FLAC file can be")
            if progress:
                progress(total)
            if len(in_flight) > 2 * threads:
                sizes.extend(in_flight.popleft().result())
            if got < run:
                break
        for future in in_flight:
            sizes.extend(future.result())
    if not total:
        raise MalformedError("no audio samples")
    return FrameIndex(fmt.sample_rate, fmt.channels, fmt.bits, block, total, md5.digest(), sizes, source.sequential)


def _run_sizes(words: bytes, rate: int, channels: int, bits: int, level: int, first: int) -> list[int]:
    """Sizes that the run's frames have once they carry their numbers in the whole file."""
    frames = encode_run(words, rate, channels, bits, level)
    return [len(frame) - coded_length(n) + coded_length(first + n) for n, frame in enumerate(frames)]
