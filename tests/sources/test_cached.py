"""What was read once of a far origin is not fetched again, and is there while it is away."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from far import FarOrigin

from musfuse.errors import AwayError, NotFoundError, SourceChangedError, UnavailableError
from musfuse.model import Stamp
from musfuse.origins.traits import Traits
from musfuse.sources.cached import BLOCK, CachedOrigin
from musfuse.sources.far import FarSource
from musfuse.sources.lane import Lane
from musfuse.sources.urgency import Urgency
from musfuse.store.chunks.store import ChunkStore

DATA = random.Random(1).randbytes(1_000_000)


class Noting(FarOrigin):
    """Notes what was asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(files)
        self.asked: list[tuple[int, int]] = []

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        self.asked.append((offset, size))
        return super().read(path, offset, size, stamp)


@pytest.fixture
def far() -> Noting:
    return Noting({"a": DATA, "b": DATA})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChunkStore]:
    made = ChunkStore(tmp_path / "chunks", 64 << 20)
    yield made
    made.close()


def test_a_read_is_fetched_once_in_whole_blocks(far: Noting, store: ChunkStore) -> None:
    origin, stamp = CachedOrigin(far, store), far.stat("a").stamp
    assert origin.read("a", 70_000, 10, stamp) == DATA[70_000:70_010]
    assert origin.read("a", 66_000, 60_000, stamp) == DATA[66_000:126_000]
    assert far.asked == [(BLOCK, BLOCK)]
    assert origin.read("a", 0, 200_000, stamp) == DATA[:200_000]
    assert far.asked[1:] == [(0, BLOCK), (2 * BLOCK, 2 * BLOCK)], "only what is missing"
    assert origin.read("a", 999_990, 100, stamp) == DATA[999_990:]
    assert far.asked[3:] == [(15 * BLOCK, len(DATA) - 15 * BLOCK)]


def test_any_range_is_right_whatever_is_kept(far: Noting, store: ChunkStore) -> None:
    origin, stamp, order = CachedOrigin(far, store), far.stat("a").stamp, random.Random(2)
    for _ in range(200):
        offset, size = order.randrange(len(DATA)), order.randrange(150_000)
        assert origin.read("a", offset, size, stamp) == DATA[offset : offset + size]
    assert sum(size for _, size in far.asked) <= len(DATA)
    for offset, size in ((len(DATA), 5), (len(DATA) + 5, 5), (5, 0)):
        assert origin.read("a", offset, size, stamp) == b""


def test_without_a_version_nothing_is_kept(far: Noting, store: ChunkStore) -> None:
    origin = CachedOrigin(far, store)
    assert origin.read("a", 5, 10) == origin.read("a", 5, 10) == DATA[5:15]
    assert (far.asked, store.kept().versions) == ([(5, 10), (5, 10)], 0)


def test_who_does_not_keep_still_finds_and_asks_for_no_more_than_it_wants(far: Noting, store: ChunkStore) -> None:
    stamp = far.stat("a").stamp
    scan = CachedOrigin(far, store, keeps=False)
    assert scan.read("a", 5, 10, stamp) == DATA[5:15]
    assert (far.asked, store.kept().versions) == ([(5, 10)], 0)
    CachedOrigin(far, store).read("a", 0, 10, stamp)
    assert scan.read("a", 65_530, 20, stamp) == DATA[65_530:65_550]
    assert far.asked[2:] == [(BLOCK, 14)]


def test_what_may_look_like_another_version_is_not_kept(far: Noting, store: ChunkStore) -> None:
    far.traits = Traits(mtime_step_ns=10**9)
    now = 5_000 * 10**9
    origin = CachedOrigin(far, store, now_ns=lambda: now)
    for mtime, tag, kept in ((now, "", 0), (now - 10**9, "", 0), (now + 10**12, "", 0), (now - 3 * 10**9, "", 1)):
        far.write("c", b"0123456789")
        made = far.stat("c").stamp
        stamp = Stamp(made.size, mtime, tag)
        far.read = lambda path, offset, size, stamp=None: b"0123456789"[offset : offset + size]  # type: ignore[method-assign,misc]
        assert origin.read("c", 0, 10, stamp) == b"0123456789"
        assert store.kept().versions == kept
    origin.read("c", 0, 10, Stamp(10, now, "etag"))
    assert store.kept().versions == 2


def test_errors_are_those_of_the_origin_and_nothing_is_kept(far: Noting, store: ChunkStore) -> None:
    origin, stamp = CachedOrigin(far, store), far.stat("a").stamp
    with pytest.raises(NotFoundError):
        origin.read("no", 0, 10, stamp)
    far.fails = 1
    with pytest.raises(UnavailableError):
        origin.read("a", 0, 10, stamp)
    far.write("a", b"another version")
    with pytest.raises(SourceChangedError):
        origin.read("a", 0, 10, stamp)
    assert store.kept().versions == 0


def test_an_answer_that_ends_early_is_not_kept(far: Noting, store: ChunkStore) -> None:
    origin = CachedOrigin(far, store)
    stamp = far.stat("a").stamp
    far.read = lambda path, offset, size, stamp=None: DATA[offset : offset + size // 2]  # type: ignore[method-assign,misc]
    assert origin.read("a", 0, 100_000, stamp).startswith(DATA[:10_000])
    assert store.kept().versions == 0


def test_what_is_kept_is_read_while_the_source_is_away(far: Noting, store: ChunkStore) -> None:
    source = FarSource(Lane(far), contents=store)
    reader, stamp = source.seen_by(Urgency.READER), far.stat("a").stamp
    assert reader.read("a", 0, 300_000, stamp) == DATA[:300_000]
    far.down = AwayError
    with pytest.raises(AwayError):
        source.seen_by(Urgency.READER).stat("b")
    calls = far.calls
    assert reader.read("a", 0, 300_000, stamp) == DATA[:300_000]
    assert far.calls == calls, "nobody is asked"
    reader.let_go()
    assert reader.read("a", 0, 300_000, stamp) == DATA[:300_000]
    with pytest.raises(AwayError):
        reader.read("b", 0, 10, stamp)
    source.close()


def test_it_is_the_origin_in_all_else(far: Noting, store: ChunkStore) -> None:
    origin = CachedOrigin(far, store)
    assert (origin.uid, origin.name, origin.traits, origin.spec()) == (far.uid, far.name, far.traits, far.spec())
    assert [entry.name for entry in origin.list("")] == ["a", "b"]
    origin.let_go()
    origin.close()


@pytest.mark.parametrize("room", [64 << 20, 1000])
def test_what_is_kept_on_disk_is_not_kept_in_memory_as_well(far: Noting, tmp_path: Path, room: int) -> None:
    """Eight readers would have 32 MB of what they are past, and drive out what is read ahead of them."""
    kept, stamp = ChunkStore(tmp_path / "other", room), far.stat("a").stamp
    source = FarSource(Lane(far), contents=kept)
    reader = source.seen_by(Urgency.READER)
    for at in range(0, len(DATA), 131_072):
        assert reader.read("a", at, 131_072, stamp) == DATA[at : at + 131_072]
    kept.clear()
    before = len(far.asked)
    assert reader.read("a", 0, len(DATA), stamp) == DATA
    assert (len(far.asked) > before) == (room > len(DATA)), "who cannot keep it on disk has it in memory"
    source.close()
    kept.close()
