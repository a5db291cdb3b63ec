"""How far a job is."""

from patient import HandClock

from musfuse.jobs import Job, Resource, State
from musfuse.jobs.progress import Pace, seconds_left

SECOND = 10**9


def running(done: int, total: int) -> Job:
    return Job(1, "scan", Resource.ORIGIN, state=State.RUNNING, began_ns=100 * SECOND, done=done, total=total)


def test_time_left_follows_the_pace_so_far() -> None:
    assert seconds_left(running(25, 100), 110 * SECOND) == 30
    assert seconds_left(running(100, 100), 110 * SECOND) == 0


def test_where_there_is_no_telling_there_is_none() -> None:
    assert seconds_left(running(0, 100), 110 * SECOND) is None
    assert seconds_left(running(25, 0), 110 * SECOND) is None
    assert seconds_left(running(25, 100), 100 * SECOND + 1) is None
    assert seconds_left(Job(1, "scan", Resource.ORIGIN, done=1, total=2), 110 * SECOND) is None


def test_a_pace_lets_through_once_in_a_while() -> None:
    clock = HandClock()
    pace, found = Pace(5, clock), list[bool]()
    for clock.now in (0, 1, 4.9, 5, 9, 30, 31):
        found.append(pace.is_due())
    assert found == [True, False, False, True, False, True, False]
