"""What readers of headers ask an origin for: blocks, bounded, and few where each takes a trip."""

import random
from contextlib import suppress

import pytest

from musfuse.errors import ExcessiveError, SourceChangedError
from musfuse.model import SourceFile, Stamp
from musfuse.origins import MemoryOrigin
from musfuse.origins.reader import BUFFER, FAR_BLOCK, FAR_END, MAX_READ, MAX_SEEKS, all_or_nothing, allow_more
from musfuse.origins.traits import Traits

DATA = random.Random(7).randbytes(3_000_000)
LARGE = 2_500_000


class Noting(MemoryOrigin):
    """Notes what it is asked for."""

    def __init__(self, block_bytes: int) -> None:
        super().__init__("m", {"f": DATA})
        self.traits = Traits(block_bytes=block_bytes)
        self.asked: list[int] = []

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        self.asked.append(size)
        return super().read(path, offset, size, stamp)


def file_of(origin: MemoryOrigin) -> SourceFile:
    return SourceFile("m", "f", origin.stat("f").stamp)


@pytest.mark.parametrize(("block", "most", "trips"), [(BUFFER, BUFFER, 40), (FAR_BLOCK, 1 << 20, 5)])
def test_something_large_is_read_piece_by_piece(block: int, most: int, trips: int) -> None:
    origin = Noting(block)
    with all_or_nothing(origin, file_of(origin)) as reader:
        assert reader.read(100) == DATA[:100]
        assert reader.read(LARGE) == DATA[100 : 100 + LARGE]
        reader.seek(5)
        assert reader.read(2000) == DATA[5:2005]
    assert max(origin.asked) <= most
    assert len(origin.asked) <= trips


@pytest.mark.parametrize("block", [BUFFER, FAR_BLOCK])
def test_what_goes_to_and_fro_is_read_once(block: int) -> None:
    origin = Noting(block)
    with all_or_nothing(origin, file_of(origin)) as reader:
        for _ in range(50):
            for offset in (0, len(DATA) - 10):
                reader.seek(offset)
                assert reader.read(10) == DATA[offset : offset + 10]
    assert origin.asked == [block, FAR_END if block == FAR_BLOCK else block]


@pytest.mark.parametrize("block", [BUFFER, FAR_BLOCK])
def test_no_more_is_read_than_is_allowed_and_one_piece(block: int) -> None:
    origin = Noting(block)
    with pytest.raises(ExcessiveError), all_or_nothing(origin, file_of(origin)) as reader:
        allow_more(reader, 200_000)
        reader.read(LARGE)
    assert sum(origin.asked) <= 200_000 + max(origin.asked)


def test_reads_and_seeks_without_end_end() -> None:
    origin = Noting(BUFFER)
    with pytest.raises(ExcessiveError), all_or_nothing(origin, file_of(origin)) as reader:
        reader.read(MAX_READ + 1)
    with pytest.raises(ExcessiveError), all_or_nothing(origin, file_of(origin)) as reader:
        for _ in range(MAX_SEEKS + 1):
            reader.seek(0)


def test_an_error_that_a_reader_of_tags_swallows_is_raised_at_the_end() -> None:
    origin = Noting(BUFFER)
    file = file_of(origin)
    origin.write("f", b"other")
    with pytest.raises(SourceChangedError), all_or_nothing(origin, file) as reader, suppress(OSError):
        reader.read(10)


@pytest.mark.parametrize("size", [0, 1, FAR_BLOCK, FAR_BLOCK + 5, FAR_BLOCK + FAR_END - 1, FAR_BLOCK + FAR_END, 99_999])
def test_the_end_is_read_at_once_wherever_it_begins(size: int) -> None:
    origin, data = Noting(FAR_BLOCK), DATA[:size]
    origin.write("f", data)
    for offset in range(0, size + 1, 997):
        with all_or_nothing(origin, file_of(origin)) as reader:
            reader.seek(offset)
            assert reader.read(3000) == data[offset : offset + 3000]
    origin.asked.clear()
    with all_or_nothing(origin, file_of(origin)) as reader:
        for offset in (0, max(0, size - 9000), max(0, size - 128)):
            reader.seek(offset)
            reader.read(100)
    assert sum(origin.asked) <= 2 * FAR_BLOCK
