"""What a listener streams, kept until all of it came by."""

import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from far import FarOrigin
from tests_support import needs_tmpfs, small_disk

from musfuse.model import Stamp
from musfuse.sources import tee as tees
from musfuse.sources.far import FarSource
from musfuse.sources.lane import Lane
from musfuse.sources.tee import Tee
from musfuse.sources.urgency import Urgency

STEP = 64 * 1024
DATA = random.Random(7).randbytes(5 * STEP + 1234)
STAMP = Stamp(len(DATA), 1)


class Desk:
    """A tee that wants everything but what is named `no`, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.whole: list[str] = []
        self.asked = 0
        self.tee = Tee(folder, self._wants, lambda path, _: self.whole.append(path))

    def _wants(self, path: str, stamp: Stamp) -> bool:
        self.asked += 1
        return path != "no"

    def put(self, first: int, last: int, path: str = "a") -> None:
        self.tee.came(path, STAMP, first * STEP, DATA[first * STEP : last * STEP])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.tee.close()
    made.put(0, 1, "late")
    assert made.tee.read("late", STAMP, 0, 10) is None


def test_all_of_a_file_in_any_order(desk: Desk) -> None:
    order = list(range(6))
    random.Random(3).shuffle(order)
    for number in order[:-1]:
        desk.put(number, number + 1)
        desk.put(number, number + 1)
    assert not desk.whole
    low = order[-1] * STEP
    assert desk.tee.read("a", STAMP, low, 10) is None
    assert desk.tee.read("a", STAMP, 0, len(DATA)) is None
    desk.put(order[-1], order[-1] + 1)
    desk.put(0, 6)
    assert desk.whole == ["a"], "told once"
    for offset, size in ((0, 10), (STEP - 5, 10), (100, len(DATA)), (len(DATA) - 3, 100), (len(DATA), 5)):
        assert desk.tee.read("a", STAMP, offset, size) == DATA[offset : offset + size]
    assert desk.tee.read("a", Stamp(len(DATA), 2), 0, 10) is None, "another version is another file"
    assert desk.tee.read("b", STAMP, 0, 10) is None
    desk.tee.forget("a", STAMP)
    assert desk.tee.read("a", STAMP, 0, 10) is None
    desk.put(0, 6)
    assert desk.whole == ["a"], "it is kept no more"


def test_any_spans_until_all_is_there(desk: Desk) -> None:
    draw, came = random.Random(11), bytearray(len(DATA))
    while not desk.whole:
        low = draw.randrange(-1000, len(DATA))
        low, high = max(0, low), min(len(DATA), low + draw.choice((1, 5000, 70_000)))
        desk.tee.came("a", STAMP, low, DATA[low:high])
        came[low:high] = b"x" * (high - low)
        at = draw.randrange(len(DATA))
        end = min(len(DATA), at + draw.choice((1, 300, 50_000)))
        assert desk.tee.read("a", STAMP, at, end - at) == (DATA[at:end] if all(came[at:end]) else None)
    assert all(came)
    assert desk.tee.read("a", STAMP, 0, len(DATA)) == DATA


def test_where_something_else_keeps_the_bytes_it_only_tells(tmp_path: Path) -> None:
    whole: list[str] = []
    tee = Tee(None, lambda *_: True, lambda path, _: whole.append(path))
    tee.came("a", STAMP, 1, DATA[1:])
    assert not whole
    tee.came("a", STAMP, 0, DATA[:2])
    tee.came("a", STAMP, 0, DATA)
    assert whole == ["a"]
    assert tee.read("a", STAMP, 0, 10) is None
    tee.close()


def test_who_is_not_wanted_is_asked_about_once(desk: Desk) -> None:
    for _ in range(3):
        desk.put(0, 6, "no")
    assert desk.asked == 1
    assert not desk.whole
    desk.tee.came("large", Stamp(tees.FILE_BYTES + 1, 1), 0, DATA)
    assert desk.asked == 1, "what is too large is no question"


def test_only_so_many_at_a_time_and_nothing_is_left(desk: Desk, tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for number in range(tees.FILES + 5):
        desk.put(0, 1, str(number))
    assert [desk.tee.read(str(number), STAMP, 0, 10) is None for number in (0, 4, 5)] == [True, True, False]
    assert not list(tmp_path.iterdir()), "they have no names"
    desk.tee.close()
    assert desk.tee.read("9", STAMP, 0, 10) is None
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before


def test_a_folder_that_takes_nothing_is_no_error(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "gone")
    desk.put(0, 6)
    assert not desk.whole
    assert desk.tee.read("a", STAMP, 0, 10) is None


@needs_tmpfs
@pytest.mark.parametrize("step", [STEP, 5000])
def test_on_a_full_disk_readers_go_on(tmp_path: Path, step: int) -> None:
    """What is written in small steps fails once more when the file is closed."""
    with small_disk(tmp_path / "disk", 200) as disk:
        desk = Desk(disk)
        for at in range(0, len(DATA), step):
            desk.tee.came("a", STAMP, at, DATA[at : at + step])
        assert desk.tee.read("a", STAMP, 0, 10) is None
        assert not desk.whole
        desk.tee.close()


def test_many_threads_and_one_end(desk: Desk) -> None:
    def stream(seed: int) -> None:
        order = list(range(6))
        random.Random(seed).shuffle(order)
        for number in order:
            desk.put(number, number + 1)

    threads = [threading.Thread(target=stream, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.whole == ["a"]
    assert desk.tee.read("a", STAMP, 0, len(DATA)) == DATA


def test_an_index_takes_what_came_by_and_fetches_the_rest(desk: Desk) -> None:
    far = FarOrigin({"a": DATA})
    source = FarSource(Lane(far), 1, tee=desk.tee)  # so few bytes that nothing is kept in memory
    stamp = far.stat("a").stamp
    listener, index = source.seen_by(Urgency.READER), source.seen_by(Urgency.INDEX)
    assert index.uid == listener.uid
    assert index.read("a", 0, 100, stamp) == DATA[:100]
    assert desk.asked == 0, "what an index reads itself is not kept"
    at = 0
    while at < len(DATA):
        at += len(listener.read("a", at, 50_000, stamp))
    assert desk.whole == ["a"]
    before = far.calls
    assert index.read("a", 0, len(DATA), stamp) == DATA
    assert far.calls == before, "nothing travels again"
    desk.tee.forget("a", stamp)
    assert index.read("a", 10, len(DATA), stamp) == DATA[10:]
    assert far.calls > before
    source.close()
