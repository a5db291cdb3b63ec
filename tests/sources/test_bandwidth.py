"""Bytes a second."""

from hypothesis import given
from hypothesis import strategies as st
from patient import HandClock

from musfuse.sources.bandwidth import Bucket


def test_without_bound_nobody_waits() -> None:
    assert Bucket(0, HandClock()).take(1 << 40) == 0


def test_debt_is_waited_off() -> None:
    clock = HandClock()
    bucket = Bucket(100, clock)
    assert bucket.take(100) == 0
    assert bucket.take(50) == 0
    assert bucket.take(50) == 0.5
    bucket.give_back(50)
    clock.now = 0.5
    assert bucket.take(10) == 0
    clock.now = 100
    bucket.take(150)
    assert bucket.take(0) == 0.5, "no more than a second's worth is saved up"


@given(st.lists(st.integers(0, 500), max_size=50))
def test_never_more_than_the_rate_and_a_second(sizes: list[int]) -> None:
    clock = HandClock()
    bucket, begun = Bucket(100, clock), 0
    for size in sizes:
        clock.now += bucket.take(size)
        assert begun <= 100 * (clock.now + 1) + 1e-6, "what was begun before fits into the time so far"
        begun += size
