"""Runs of lossy audio: made once, kept, made ahead, forgotten."""

import threading
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.errors import MediaError
from musfuse.media.frame_cache import FrameCache
from musfuse.media.lossy.runs import LateMaker, Runs
from musfuse.store import FrameFiles

LENGTHS = array("I", [10, 10, 10, 4])


class Making:
    """Counts what it makes, and lets wait for it."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.closed = 0
        self.each = threading.Condition()

    def run(self, run: int) -> bytes:
        with self.each:
            self.made.append(run)
            self.each.notify_all()
        return bytes((run,)) * LENGTHS[run]

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def cache() -> Iterator[FrameCache]:
    made = FrameCache(1 << 20, 2)
    yield made
    made.close()


def runs_over(maker: Making, cache: FrameCache, files: FrameFiles | None = None, ahead: int = 0) -> Runs:
    return Runs(lambda: "key", LENGTHS, maker, cache, files or FrameFiles(Path(), 0), ahead)


def test_a_run_is_made_once(cache: FrameCache) -> None:
    maker = Making()
    one, other = runs_over(maker, cache), runs_over(maker, cache)
    assert one.get(3) == other.get(3) == one.get(3) == b"\3" * 4
    assert maker.made == [3]
    one.forget()
    assert other.get(3) == b"\3" * 4  # a handle holds what it just read
    assert one.get(3) == b"\3" * 4
    assert maker.made == [3, 3]
    one.close()
    assert maker.closed == 1


def test_who_reads_on_finds_the_next_runs_made(cache: FrameCache) -> None:
    maker = Making()
    runs = runs_over(maker, cache, ahead=2)
    runs.go_on(1)
    runs.go_on(1)
    with maker.each:
        assert maker.each.wait_for(lambda: sorted(maker.made) == [2, 3], 60)
    assert runs.get(2) == b"\2" * 10
    assert sorted(maker.made) == [2, 3]
    runs.go_on(3)  # nothing comes behind
    assert sorted(maker.made) == [2, 3]


def test_runs_are_kept_on_disk(cache: FrameCache, tmp_path: Path) -> None:
    maker, files = Making(), FrameFiles(tmp_path, 1 << 20)
    assert runs_over(maker, cache, files).get(1) == b"\1" * 10
    files.close()  # what was put there is written then
    cache.clear()
    again = FrameFiles(tmp_path, 1 << 20)
    assert runs_over(maker, cache, again).get(1) == b"\1" * 10
    assert maker.made == [1]
    again.close()


def test_nothing_is_loaded_before_it_is_needed(cache: FrameCache) -> None:
    loaded: list[Making] = []

    def load() -> Making:
        loaded.append(Making())
        return loaded[0]

    late = LateMaker(load)
    late.close()
    assert loaded == []
    assert (late.run(0), late.run(1)) == (b"\0" * 10, b"\1" * 10)
    late.close()
    assert (len(loaded), loaded[0].closed) == (1, 1)


def test_an_error_is_that_of_the_maker(cache: FrameCache) -> None:
    class Failing(Making):
        def run(self, run: int) -> bytes:
            raise MediaError("a.flac: broken")

    with pytest.raises(MediaError, match=r"a\.flac: broken"):
        runs_over(Failing(), cache).get(0)
