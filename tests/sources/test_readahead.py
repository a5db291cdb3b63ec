"""Who reads on finds what comes next already there."""

import random
from collections.abc import Iterator

import pytest
from far import FarOrigin
from patient import until

from musfuse.model import Stamp
from musfuse.sources.far import FarSource
from musfuse.sources.lane import Lane
from musfuse.sources.readahead import FIRST, MOST
from musfuse.sources.urgency import Urgency

DATA = random.Random(1).randbytes(20_000_000)


class Noting(FarOrigin):
    """Notes until where each file was asked for."""

    def __init__(self) -> None:
        super().__init__({"a": DATA})
        self.asked: list[tuple[int, int]] = []

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        self.asked.append((offset, offset + size))
        return super().read(path, offset, size, stamp)


@pytest.fixture
def far() -> Noting:
    return Noting()


@pytest.fixture
def source(far: Noting) -> Iterator[FarSource]:
    made = FarSource(Lane(far))
    yield made
    made.close()


def test_the_window_grows_as_long_as_somebody_reads_on(far: Noting, source: FarSource) -> None:
    reader, stamp = source.seen_by(Urgency.READER), far.stat("a").stamp
    at, ahead = 0, list[int]()
    while at < len(DATA):
        assert reader.read("a", at, 131_072, stamp) == DATA[at : at + 131_072]
        at += 131_072
        if at == 131_072:
            until(lambda: max(end for _, end in far.asked) >= FIRST)
        ahead.append(max(end for _, end in far.asked) - at)
    assert FIRST // 2 <= ahead[0] <= 2 * FIRST
    assert max(ahead) <= MOST + 131_072
    until(lambda: sum(end - start for start, end in far.asked) == len(DATA))
    asked = sorted(set(far.asked))
    assert len(asked) == len(far.asked), "nothing twice"
    assert all(end - start <= 1 << 20 for start, end in asked)


def test_a_seek_begins_anew(far: Noting, source: FarSource) -> None:
    reader, stamp = source.seen_by(Urgency.READER), far.stat("a").stamp
    for at in range(0, 4_000_000, 131_072):
        reader.read("a", at, 131_072, stamp)
    far.asked.clear()
    assert reader.read("a", 15_000_000, 1000, stamp) == DATA[15_000_000:15_001_000]
    until(lambda: sum(end - start for start, end in far.asked if start > 14_000_000) >= FIRST)
    assert max(end for _, end in far.asked) <= 15_001_000 + FIRST + 65_536


def test_the_end_of_a_file(far: Noting, source: FarSource) -> None:
    reader, stamp = source.seen_by(Urgency.READER), far.stat("a").stamp
    assert reader.read("a", len(DATA) - 10, 100, stamp) == DATA[-10:]
    assert reader.read("a", len(DATA), 100, stamp) == b""
    assert reader.read("a", 5, 0, stamp) == b""
    assert reader.read("a", 7, 3) == DATA[7:10]
