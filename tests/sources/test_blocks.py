"""Blocks of a far origin: right bytes, each fetched once."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from far import FarOrigin
from patient import until

from musfuse.errors import SourceChangedError, UnavailableError
from musfuse.sources.blocks import BLOCK, GROUP_BYTES, Blocks
from musfuse.sources.lane import Lane, Limits
from musfuse.sources.urgency import Urgency

DATA = random.Random(1).randbytes(3_000_017)


@pytest.fixture
def far() -> FarOrigin:
    return FarOrigin({"a": DATA})


@pytest.fixture
def lane(far: FarOrigin) -> Iterator[Lane]:
    made = Lane(far, Limits(calls=16, again_seconds=0.001))
    yield made
    far.open.set()
    made.close()


def test_any_range(far: FarOrigin, lane: Lane) -> None:
    blocks, stamp = Blocks(lane, 1 << 20), far.stat("a").stamp

    def compare(seed: int) -> None:
        mine = random.Random(seed)
        offset, size = mine.randrange(len(DATA) + 100), mine.choice((0, 1, 1000, BLOCK, 500_000))
        assert blocks.read(Urgency.READER, "a", stamp, offset, size) == DATA[offset : offset + size]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(compare, range(300)))


def test_each_is_fetched_once_however_many_want_it(far: FarOrigin, lane: Lane) -> None:
    blocks, stamp = Blocks(lane, 8 << 20), far.stat("a").stamp
    far.open.clear()
    before = far.calls
    with ThreadPoolExecutor(8) as pool:
        reads = [pool.submit(blocks.read, Urgency.READER, "a", stamp, 10 * n, 1000) for n in range(8)]
        until(lambda: far.calls > before)
        far.open.set()
        assert [read.result(30) for read in reads] == [DATA[10 * n : 10 * n + 1000] for n in range(8)]
    assert far.calls == before + 1
    blocks.read(Urgency.READER, "a", stamp, 0, BLOCK)
    assert far.calls == before + 1
    blocks.read(Urgency.READER, "a", stamp, 0, len(DATA))
    blocks_of = -(-len(DATA) // BLOCK)
    assert far.calls == before + 1 + -(-(blocks_of - 1) // (GROUP_BYTES // BLOCK))


def test_what_failed_is_asked_for_again(far: FarOrigin, lane: Lane) -> None:
    blocks, stamp = Blocks(lane, 8 << 20), far.stat("a").stamp
    far.fails = 3
    with pytest.raises(UnavailableError):
        blocks.read(Urgency.READER, "a", stamp, 0, 10)
    assert blocks.read(Urgency.READER, "a", stamp, 0, 10) == DATA[:10]


def test_another_version_is_no_bytes_of_this_one(far: FarOrigin, lane: Lane) -> None:
    blocks, stamp = Blocks(lane, 8 << 20), far.stat("a").stamp
    assert blocks.read(Urgency.READER, "a", stamp, 0, 10) == DATA[:10]
    far.write("a", b"x" * len(DATA))
    now = far.stat("a").stamp
    assert blocks.read(Urgency.READER, "a", now, 0, 10) == b"x" * 10
    assert blocks.read(Urgency.READER, "a", stamp, 0, 10) == DATA[:10]
    with pytest.raises(SourceChangedError):
        blocks.read(Urgency.READER, "a", stamp, 1_000_000, 10)
    blocks.clear()
    with pytest.raises(SourceChangedError):
        blocks.read(Urgency.READER, "a", stamp, 0, 10)


def test_what_a_reader_waits_for_comes_before_what_was_asked_ahead(far: FarOrigin, lane: Lane) -> None:
    blocks, stamp = Blocks(lane, 64 << 20), far.stat("a").stamp
    far.open.clear()
    before = far.calls
    for urgency in [Urgency.INDEX] * 12:
        lane.begin(urgency, lambda: far.stat("a"))
    blocks.begin(Urgency.INDEX, "a", stamp, 0, BLOCK)
    until(lambda: far.calls == before + 12)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(blocks.read, Urgency.READER, "a", stamp, 0, 10)
        until(lambda: far.calls == before + 13)
        far.open.set()
        assert reading.result(30) == DATA[:10]


def test_memory_is_bounded(far: FarOrigin, lane: Lane) -> None:
    blocks, stamp = Blocks(lane, 4 * BLOCK), far.stat("a").stamp
    for offset in range(0, len(DATA), BLOCK):
        blocks.read(Urgency.READER, "a", stamp, offset, 10)
        blocks.read(Urgency.READER, "a", stamp, 0, 10)  # a block that is wanted again keeps what came with it, no more
    assert blocks._kept.weight <= 4 * BLOCK
    assert len(blocks._piece_of) <= 4


def test_a_block_of_each_call_keeps_no_more_than_fits(far: FarOrigin, lane: Lane) -> None:
    blocks, stamp = Blocks(lane, GROUP_BYTES), far.stat("a").stamp
    for offset in (0, GROUP_BYTES, 2 * GROUP_BYTES):
        blocks.read(Urgency.READER, "a", stamp, offset, GROUP_BYTES)
        blocks.read(Urgency.READER, "a", stamp, offset, 10)
    kept = {id(piece): piece.size for piece in blocks._piece_of.values()}
    assert sum(kept.values()) <= GROUP_BYTES


def test_threads_are_bounded(far: FarOrigin, lane: Lane) -> None:
    before = threading.active_count()
    blocks, stamp = Blocks(lane, 4 * BLOCK), far.stat("a").stamp
    for offset in range(0, len(DATA), BLOCK):
        blocks.read(Urgency.READER, "a", stamp, offset, 10)
    assert threading.active_count() < before + 40


def test_what_somebody_else_has_is_dropped_once_all_that_came_with_it_is_past(far: FarOrigin, lane: Lane) -> None:
    blocks, stamp = Blocks(lane, 8 << 20), far.stat("a").stamp
    blocks.begin(Urgency.READER, "a", stamp, 0, 2 * GROUP_BYTES)
    blocks.read(Urgency.READER, "a", stamp, 0, 2 * GROUP_BYTES)
    before = far.calls
    blocks.drop("a", stamp, 0, GROUP_BYTES - BLOCK)
    assert blocks.at_hand("a", 0, 2 * GROUP_BYTES, stamp) == DATA[: 2 * GROUP_BYTES], "the reader wants the rest of it"
    blocks.drop("a", stamp, GROUP_BYTES - BLOCK, GROUP_BYTES)
    assert blocks.at_hand("a", 0, 10, stamp) is None
    assert blocks.at_hand("a", GROUP_BYTES, GROUP_BYTES, stamp) == DATA[GROUP_BYTES : 2 * GROUP_BYTES]
    assert far.calls == before
    assert blocks.read(Urgency.READER, "a", stamp, 0, 10) == DATA[:10]
