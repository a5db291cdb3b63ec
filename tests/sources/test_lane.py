"""The lane to a far origin: deadlines, retries, outages and their end, who comes first."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from far import FarOrigin
from patient import until

from musfuse.errors import AwayError, NotFoundError, NotLetInError, SourceChangedError, UnavailableError
from musfuse.model import Stamp
from musfuse.origins import SourceStat
from musfuse.sources.breaker import Outage
from musfuse.sources.lane import Lane, Limits
from musfuse.sources.urgency import Urgency

QUICK = Limits(reader_seconds=0.3, other_seconds=0.6, again_seconds=0.001, look_seconds=0.05, soon_seconds=0.01)
FILES = {"a": b"0123456789", "d/b": bytes(300_000)}


@pytest.fixture
def far() -> FarOrigin:
    return FarOrigin(FILES)


@pytest.fixture
def make(far: FarOrigin) -> Iterator[Callable[..., Lane]]:
    made: list[Lane] = []

    def build(limits: Limits = QUICK, **more: Any) -> Lane:
        made.append(Lane(far, limits, **more))
        return made[-1]

    yield build
    far.open.set()
    for lane in made:
        lane.close()


def test_what_fails_for_a_moment_is_tried_again(far: FarOrigin, make: Callable[..., Lane]) -> None:
    far.fails = 2
    assert make().seen_by(Urgency.READER).read("a", 2, 3) == b"234"
    assert far.calls == 3
    far.fails = 3
    with pytest.raises(UnavailableError, match="stumbled"):
        make().seen_by(Urgency.READER).stat("a")


def test_a_definite_answer_is_given_at_once(far: FarOrigin, make: Callable[..., Lane]) -> None:
    reader = make().seen_by(Urgency.READER)
    with pytest.raises(NotFoundError):
        reader.stat("no")
    with pytest.raises(SourceChangedError):
        reader.read("a", 0, 1, Stamp(1, 1))
    assert far.calls == 2


def test_an_origin_that_vanished_fails_once_in_time_and_then_at_once(far: FarOrigin, make: Callable[..., Lane]) -> None:
    lane = make(Limits(reader_seconds=0.2, look_seconds=60, soon_seconds=60))
    reader = lane.seen_by(Urgency.READER)
    far.open.clear()
    began = time.monotonic()
    with pytest.raises(AwayError, match=r"no answer within 0\.2 s"):
        reader.read("a", 0, 1)
    assert time.monotonic() - began < 5
    calls = far.calls
    began = time.monotonic()
    for _ in range(100):
        with pytest.raises(AwayError, match="away"):
            reader.read("a", 0, 1)
    assert time.monotonic() - began < 1, "10 ms each"
    assert far.calls == calls
    assert lane.outage is not None
    assert "no answer" in lane.outage.why


def test_all_who_wait_fail_together(far: FarOrigin, make: Callable[..., Lane]) -> None:
    lane = make(Limits(calls=4, reader_seconds=0.3, other_seconds=60, look_seconds=60, soon_seconds=60))
    far.open.clear()
    with ThreadPoolExecutor(20) as pool:
        scans = [pool.submit(lane.seen_by(Urgency.SCAN).stat, "a") for _ in range(12)]
        until(lambda: far.calls >= 3)
        with pytest.raises(AwayError):
            lane.seen_by(Urgency.READER).stat("a")
        for scan in scans:
            assert isinstance(scan.exception(30), AwayError)
    assert len({id(scan.exception()) for scan in scans}) == 12


def test_it_comes_back_by_itself(far: FarOrigin, make: Callable[..., Lane]) -> None:
    told: list[Outage | None] = []
    lane = make(on_health=told.append, now=lambda: 1234.0)
    far.down = AwayError
    with pytest.raises(AwayError, match="connection refused"):
        lane.seen_by(Urgency.READER).stat("a")
    assert far.calls == 3, "tried again before it was taken for away"
    assert told == [Outage(told[0].why, 1234.0)]  # type: ignore[union-attr]
    far.down = None
    until(lambda: lane.outage is None)
    assert told[1:] == [None]
    assert lane.seen_by(Urgency.READER).read("a", 0, 2) == b"01"


def test_it_is_looked_for_soon_after_somebody_asked(far: FarOrigin, make: Callable[..., Lane]) -> None:
    lane = make(Limits(again_seconds=0.001, look_seconds=3600, soon_seconds=0.01))
    far.down = AwayError
    with pytest.raises(AwayError):
        lane.seen_by(Urgency.READER).stat("a")
    far.down = None
    assert lane.outage is not None

    def asks() -> bool:
        try:
            return bool(lane.seen_by(Urgency.READER).stat("a"))
        except AwayError:
            return False

    until(asks)


def test_looks_that_nothing_answers_follow_one_another(far: FarOrigin, make: Callable[..., Lane]) -> None:
    """The pause counts from the beginning of a look, which takes half a second here: behind its end there is none."""
    limits = Limits(reader_seconds=0.5, other_seconds=0.5, look_seconds=3600, soon_seconds=0.5)
    lane, looks, stat = make(limits), list[float](), far.stat

    def looked_at(path: str) -> SourceStat:
        looks.append(time.monotonic())
        return stat(path)

    far.stat = looked_at  # type: ignore[method-assign]
    far.open.clear()
    reader = lane.seen_by(Urgency.READER)

    def follow() -> bool:
        with pytest.raises(AwayError):
            reader.stat("a")
        return any(later - looked < 0.9 for looked, later in pairwise(looks[1:]))

    until(follow)


def test_a_late_answer_ends_an_outage(far: FarOrigin, make: Callable[..., Lane]) -> None:
    lane = make(Limits(reader_seconds=0.1, look_seconds=3600, soon_seconds=3600))
    far.open.clear()
    with pytest.raises(AwayError):
        lane.seen_by(Urgency.READER).stat("a")
    far.open.set()
    until(lambda: lane.outage is None)


def test_who_is_not_let_in_does_not_knock_again(far: FarOrigin, make: Callable[..., Lane]) -> None:
    lane = make(Limits(look_seconds=3600, soon_seconds=3600))
    far.down = NotLetInError
    for _ in range(2):
        with pytest.raises(NotLetInError):
            lane.seen_by(Urgency.SCAN).stat("a")
    assert far.calls == 1


def test_a_slow_answer_is_waited_for_as_long_as_it_comes(far: FarOrigin, make: Callable[..., Lane]) -> None:
    far.pieces = threading.Semaphore(0)
    lane = make(Limits(reader_seconds=0.5, look_seconds=3600, soon_seconds=3600))
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lane.seen_by(Urgency.READER).read, "d/b", 0, 300_000)
        for _ in range(5):
            time.sleep(0.25)
            far.pieces.release()
        assert reading.result(30) == FILES["d/b"]
    assert time.monotonic() - began > 1
    with pytest.raises(AwayError, match="no answer within"):
        lane.seen_by(Urgency.READER).read("d/b", 0, 300_000)
    far.pieces.release(100)


def test_one_call_that_hangs_is_no_outage(far: FarOrigin, make: Callable[..., Lane]) -> None:
    far.pieces = threading.Semaphore(0)
    lane = make(Limits(reader_seconds=0.5, other_seconds=30, look_seconds=3600, soon_seconds=3600))
    reader = lane.seen_by(Urgency.READER)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(reader.read, "a", 0, 1)
        while not hanging.done():
            assert reader.stat("a")
            time.sleep(0.02)
        assert isinstance(hanging.exception(), AwayError)
    assert lane.outage is None
    far.pieces.release(10)


def test_readers_come_before_all_others(make: Callable[..., Lane]) -> None:
    lane = make(Limits(calls=4, reader_seconds=30, other_seconds=30))
    began, go = list[Urgency](), threading.Event()

    def ask(urgency: Urgency) -> None:
        lane.ask(urgency, lambda: (began.append(urgency), go.wait()))

    with ThreadPoolExecutor(20) as pool:
        for urgency in [Urgency.INDEX] * 9 + [Urgency.SCAN] * 6:
            pool.submit(ask, urgency)
        until(lambda: len(began) == 3)
        waiting = pool.submit(ask, Urgency.READER)
        until(lambda: len(began) == 4)
        assert began[3] is Urgency.READER, "a thread is kept for them"
        until(lambda: len(lane._under_way) == 16)
        go.set()
        waiting.result(30)
    assert len(began) == 16
    behind = [urgency for urgency in began if urgency is not Urgency.READER][-3:]
    assert Urgency.INDEX in behind
    assert began[4:10].count(Urgency.SCAN) >= began[10:].count(Urgency.SCAN)


def test_bytes_a_second_are_bounded(make: Callable[..., Lane]) -> None:
    reader = make(Limits(bytes_per_second=1_000_000)).seen_by(Urgency.READER)
    began = time.monotonic()
    for _ in range(5):
        assert reader.read("d/b", 0, 300_000) == FILES["d/b"]
    assert 0.15 < time.monotonic() - began < 20


def test_after_its_end_nothing_is_asked(far: FarOrigin, make: Callable[..., Lane]) -> None:
    lane = make(Limits())
    far.open.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lane.seen_by(Urgency.SCAN).stat, "a")
        until(lambda: far.calls)
        lane.close()
        assert "ends" in str(waiting.exception(30))
    with pytest.raises(UnavailableError, match="ends"):
        lane.seen_by(Urgency.READER).stat("a")


def test_threads_that_hang_are_replaced_but_not_without_end(far: FarOrigin, make: Callable[..., Lane]) -> None:
    lane = make(Limits(calls=2, reader_seconds=0.02, look_seconds=0.01, soon_seconds=0.001))
    far.open.clear()
    with pytest.raises(AwayError):
        lane.seen_by(Urgency.READER).stat("a")
    time.sleep(0.5)
    assert far.most <= 2 * 4 + 2 + 1
    far.open.set()
    until(lambda: lane.outage is None)
    assert lane.seen_by(Urgency.READER).stat("a")
