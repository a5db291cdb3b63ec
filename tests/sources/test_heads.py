"""What one scan looked at, another finds here, whatever is played meanwhile."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from far import FarOrigin

from musfuse.errors import AwayError
from musfuse.model import SourceFile, Stamp
from musfuse.origins.port import Range
from musfuse.origins.reader import FAR_BLOCK, FAR_END
from musfuse.origins.traits import Traits
from musfuse.sources.far import FarSource
from musfuse.sources.heads import MOST, ScannedHeads, is_settled
from musfuse.sources.lane import Lane, Limits
from musfuse.sources.urgency import Urgency
from musfuse.store.chunks.store import ChunkStore

SECOND = 10**9
FILES = {f"{number:02}": random.Random(number).randbytes(60_000) for number in range(15)}


class Noting(FarOrigin):
    """Notes what was asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(files)
        self.asked: list[str] = []

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        self.asked.append(path)
        return super().read(path, offset, size, stamp)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChunkStore]:
    made = ChunkStore(tmp_path / "chunks", 2 << 20)
    yield made
    made.close()


@pytest.fixture
def far() -> Noting:
    return Noting(FILES)


@pytest.fixture
def source(far: Noting, store: ChunkStore) -> Iterator[FarSource]:
    made = FarSource(Lane(far, Limits(again_seconds=0.001, look_seconds=3600, soon_seconds=3600)), contents=store)
    yield made
    made.close()


def scan(source: FarSource, far: Noting) -> None:
    """Look at the header and the end of every file, as readers of tags do."""
    origin, files = source.scanned(), [SourceFile(far.uid, path, far.stat(path).stamp) for path in sorted(far._files)]
    for file in files:
        origin.expect(file)
    for file in files:
        for offset, size in ((0, FAR_BLOCK), (file.stamp.size - FAR_END, FAR_END)):
            assert origin.read(file.path, offset, size, file.stamp) == far._files[file.path][0][offset : offset + size]
            assert origin.at_hand(file.path, offset, size, file.stamp)
    origin.let_go()


def test_another_scan_of_the_same_asks_for_nothing(source: FarSource, far: Noting) -> None:
    scan(source, far)
    assert set(far.asked) == set(FILES)
    far.asked.clear()
    scan(source, far)
    assert far.asked == []
    far.write("07", b"n" * 50_000)
    far.write("new", b"x" * 50_000)
    scan(source, far)
    assert set(far.asked) == {"07", "new"}, "what changed alone"


def test_ten_times_the_cache_that_is_streamed_drives_out_no_head(
    source: FarSource, far: Noting, store: ChunkStore
) -> None:
    scan(source, far)
    reader, size = source.seen_by(Urgency.READER), 0
    for number in range(70):
        far.write(f"played/{number}", data := random.Random(99 + number).randbytes(300_000))
        stamp = far.stat(f"played/{number}").stamp
        for at in range(0, len(data), 256 * 1024):
            size += len(reader.read(f"played/{number}", at, 256 * 1024, stamp))
        far.remove(f"played/{number}")
    assert size >= 10 * store.limit
    assert store.kept().chunk_bytes <= store.limit
    far.asked.clear()
    scan(source, far)
    assert far.asked == []


def test_who_retags_or_looks_at_a_header_finds_it_while_the_source_is_away(source: FarSource, far: Noting) -> None:
    scan(source, far)
    stamp = far.stat("03").stamp
    far.down = AwayError
    reader = source.seen_by(Urgency.READER)
    assert reader.read("03", 0, FAR_BLOCK, stamp) == FILES["03"][:FAR_BLOCK]
    assert reader.read("03", len(FILES["03"]) - 100, 100, stamp) == FILES["03"][-100:]
    with pytest.raises(AwayError):
        reader.read("03", 0, 65_536, stamp)


def test_a_scan_without_a_cache_asks_each_time(far: Noting) -> None:
    source = FarSource(Lane(far))
    for _ in range(2):
        far.asked.clear()
        scan(source, far)
        assert set(far.asked) == set(FILES)
    source.close()


def test_what_may_change_without_telling_is_not_kept(store: ChunkStore) -> None:
    now, stamp = [10 * SECOND], Stamp(5, 9 * SECOND)
    heads = ScannedHeads("far", Traits(mtime_step_ns=SECOND), store, lambda: now[0])
    heads.note("a", 0, b"12345", stamp)
    heads.flush()
    assert not heads.hold(Range("a", 0, 5, stamp))
    now[0] += SECOND + 1
    assert not heads.hold(Range("a", 0, 5, stamp))
    heads.note("a", 0, b"12345", stamp)
    heads.flush()
    assert heads.hold(Range("a", 0, 16_384, stamp)), "to its end"
    assert heads.read("a", 0, 16_384, stamp) == b"12345"
    assert is_settled(replace(stamp, tag="etag"), Traits(mtime_step_ns=SECOND), stamp.mtime_ns)


def test_what_is_noted_does_not_wait_for_the_end_of_a_large_scan(store: ChunkStore) -> None:
    heads, stamp = ScannedHeads("far", Traits(), store), Stamp(5, 1)
    names = [str(number) for number in range(128)]
    for name in names:
        assert not heads.hold(Range(name, 0, 5, stamp))
        heads.note(name, 0, b"12345", stamp)
    assert all(heads.hold(Range(name, 0, 5, stamp)) for name in names)


def test_an_end_that_is_kept_is_not_fetched_again_for_others_that_are_read_further(
    source: FarSource, far: Noting
) -> None:
    """Of files of one kind, some are read further before their ends than others; what a scan read of each is kept."""
    far._files.clear()
    for name in ("one.flac", "two.flac"):
        far.write(name, random.Random(name).randbytes(200_000))
    scan(source, far)
    far.asked.clear()
    origin, stamp = source.scanned(), far.stat("one.flac").stamp
    assert len(origin.read("one.flac", 200_000 - 3 * FAR_END, FAR_END, stamp)) == FAR_END
    origin.expect(SourceFile(far.uid, "two.flac", far.stat("two.flac").stamp))
    origin.let_go()
    assert set(far.asked) == {"one.flac"}


def test_pictures_are_not_kept(store: ChunkStore) -> None:
    heads, stamp = ScannedHeads("far", Traits(), store), Stamp(10 * MOST, 1)
    heads.note("a", 0, bytes(MOST + 1), stamp)
    heads.note("b", 0, b"", stamp)
    heads.flush()
    assert store.kept().versions == 0
    assert heads.read("a", 0, MOST + 1, stamp) is None
