"""Frames that are made as they are asked for: the same bytes whoever asks in which order, and never other ones."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sound
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import IndexMismatchError
from musfuse.media.flac.build import build_index
from musfuse.media.flac.encoded_frames import EncodedFrames
from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.index import RUN_FRAMES, FrameIndex
from musfuse.media.frame_cache import FrameCache
from musfuse.media.pcm import DecoderPool, PcmSource, SndfilePcm
from musfuse.origins import MemoryOrigin
from musfuse.store import FrameFiles

ENCODER = Encoder(0)
BLOCK = ENCODER.block_size
SAMPLES = BLOCK * (4 * RUN_FRAMES + 3) + 100
"""Four runs and a piece, whose last frame is short."""


class Kept:
    """Keeps the runs of a pass."""

    def __init__(self) -> None:
        self.runs: list[bytes] = []

    def add(self, run: bytes) -> None:
        self.runs.append(run)

    def restart(self) -> None:
        self.runs.clear()


class Track:
    """One track whose decoders and mismatches are counted."""

    def __init__(self, folder: Path) -> None:
        data = sound.write(folder / "a.wav", SAMPLES, 1).read_bytes()
        origin = MemoryOrigin("m", {"a.wav": data})
        file = sound.source_file(origin, "a.wav")
        kept = Kept()
        self.open: Callable[[], PcmSource] = lambda: SndfilePcm(origin, file)
        self.index = build_index(self.open, ENCODER, 2, keep=kept)
        self.whole = b"".join(kept.runs)
        self.read: list[tuple[int, int]] = []
        self.mismatches = 0

    def segment(self, cache: FrameCache, files: FrameFiles, index: FrameIndex, read_ahead: int = 0) -> EncodedFrames:
        """The track's frames as one handle has them."""
        track = self

        class Counting(DecoderPool):
            def read(self, start: int, count: int) -> bytes:
                track.read.append((start // BLOCK, -(-count // BLOCK)))
                return super().read(start, count)

        def mismatched() -> None:
            self.mismatches += 1

        return EncodedFrames("t", index, Counting(self.open), ENCODER, cache, files, read_ahead, mismatched)


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Track:
    return Track(tmp_path_factory.mktemp("track"))


@pytest.fixture
def cache(track: Track) -> Iterator[FrameCache]:
    track.read.clear()
    track.mismatches = 0
    made = FrameCache(8 << 20, 2)
    yield made
    made.close()


NOTHING = FrameFiles(Path(), 0)


@given(st.data())
def test_any_reads_in_any_order_are_slices_of_the_whole(track: Track, data: st.DataObject) -> None:
    cache = FrameCache(data.draw(st.sampled_from([1, 100_000, 8 << 20])), 2)
    segment = track.segment(cache, NOTHING, track.index, data.draw(st.integers(0, 3)))
    at = 0
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.sampled_from([at, *range(0, len(track.whole), 30_011)]))
        size = min(data.draw(st.sampled_from([1, 4096, 131_072])), len(track.whole) - at)
        assert segment.read(at, size) == track.whole[at : at + size]
        at += size
    assert segment.read(5, 0) == b""
    segment.close()
    cache.close()


def test_a_first_read_costs_only_the_frames_that_it_touches(track: Track, cache: FrameCache) -> None:
    segment = track.segment(cache, NOTHING, track.index)
    starts = track.index.offsets.starts
    at = starts[RUN_FRAMES + 5]
    assert segment.read(at, starts[RUN_FRAMES + 7] - at) == track.whole[at : starts[RUN_FRAMES + 7]]
    assert track.read == [(RUN_FRAMES + 5, 2)]
    segment.close()


def test_who_reads_on_gets_whole_runs_and_each_is_made_once(track: Track, cache: FrameCache) -> None:
    segment = track.segment(cache, NOTHING, track.index)
    step = 10_000
    for at in range(0, len(track.whole), step):
        assert segment.read(at, min(step, len(track.whole) - at)) == track.whole[at : at + step]
    first, *runs = track.read
    assert first[1] < RUN_FRAMES  # nobody could tell then that it would go on
    assert runs == [*((n * RUN_FRAMES, RUN_FRAMES) for n in range(4)), (4 * RUN_FRAMES, 4)]
    segment.close()


def test_another_handle_reads_what_this_one_made(track: Track, cache: FrameCache, tmp_path: Path) -> None:
    files = FrameFiles(tmp_path, 32 << 20)
    one = track.segment(cache, files, track.index)
    for at in range(0, len(track.whole), 50_000):
        one.read(at, min(50_000, len(track.whole) - at))
    one.close()
    track.read.clear()
    two = track.segment(cache, files, track.index)
    assert two.read(60_000, 70_000) == track.whole[60_000:130_000]
    two.close()
    files.close()  # whatever was still to be written is
    empty, again = FrameCache(8 << 20, 2), FrameFiles(tmp_path, 32 << 20)
    three = track.segment(empty, again, track.index)
    assert three.read(60_000, 70_000) == track.whole[60_000:130_000]
    assert track.read == []
    three.close()
    again.close()
    empty.close()


def test_frames_of_other_sizes_than_the_index_says_are_never_served(track: Track, cache: FrameCache) -> None:
    wrong = FrameIndex.from_bytes(track.index.to_bytes())
    wrong.sizes[RUN_FRAMES + 3] += 1
    segment = track.segment(cache, NOTHING, wrong)
    sound_end = track.index.offsets.starts[RUN_FRAMES]
    assert segment.read(0, sound_end) == track.whole[:sound_end]
    assert track.mismatches == 0
    with pytest.raises(IndexMismatchError, match="differ from their index"):
        segment.read(sound_end, 70_000)
    assert track.mismatches > 0
    segment.close()


def test_fewer_samples_than_were_indexed_are_a_mismatch(track: Track, cache: FrameCache) -> None:
    longer = replace(track.index, total_samples=SAMPLES + BLOCK, sizes=track.index.sizes + track.index.sizes[-1:])
    segment = track.segment(cache, NOTHING, longer)
    with pytest.raises(IndexMismatchError):
        segment.read(track.index.offsets.starts[-3], segment.length - track.index.offsets.starts[-3])
    assert track.mismatches == 1
    segment.close()


def test_bytes_stand_for_samples_that_rise_to_the_end(track: Track, cache: FrameCache) -> None:
    segment = track.segment(cache, NOTHING, track.index)
    assert segment.length == len(track.whole)
    starts = track.index.offsets.starts
    assert [segment.sample_at(starts[n]) for n in (0, 1, 40)] == [0, BLOCK, 40 * BLOCK]
    samples = [segment.sample_at(at) for at in range(0, segment.length + 500, 97)]
    assert samples == sorted(samples)
    assert segment.sample_at(segment.length) == segment.sample_at(segment.length + 9) == SAMPLES
    assert segment.describe() == f"{4 * RUN_FRAMES + 4} FLAC frames of {BLOCK} samples, level 0, made on request"
    segment.close()


def test_what_was_written_to_disk_leaves_memory(track: Track, tmp_path: Path) -> None:
    cache, files = FrameCache(8 << 20, 2), FrameFiles(tmp_path, 32 << 20)
    segment = track.segment(cache, files, track.index)
    for at in range(0, len(track.whole), 50_000):
        segment.read(at, min(50_000, len(track.whole) - at))
    files.close()  # whatever was still to be written is
    assert cache.held_bytes <= 1 << 20
    segment.close()
    cache.close()
