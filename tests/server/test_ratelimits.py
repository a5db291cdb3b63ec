"""Tries of credentials: token buckets in tables that do not grow, and nobody locks out the owner."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.errors import TooManyTriesError
from musfuse.server.ratelimits import LOOPBACK, Buckets, Rate, TryLimits, network


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(Rate(3, 10.0), clock)
    for _ in range(3):
        assert buckets.wait("a") == 0
        buckets.take("a")
    assert buckets.wait("a") == 10
    clock.now += 10
    assert buckets.wait("a") == 0
    buckets.take("a")
    assert buckets.wait("a") == 10
    buckets.give_back("a")
    assert buckets.wait("a") == 0
    clock.now += 100
    assert buckets.wait("a") == 0
    assert len(buckets) == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.booleans()), max_size=60))
def test_no_bucket_ever_gives_more_than_its_rate(steps: list[tuple[int, int, bool]]) -> None:
    """Against a count of what was taken, as it would be kept by hand."""
    clock, rate = Clock(), Rate(4, 10.0)
    buckets = Buckets(rate, clock, slots=1 << 30)
    level = dict.fromkeys("abcd", 4.0)
    for who, seconds, back in steps:
        clock.now += seconds
        level = {name: min(4.0, tries + seconds / 10) for name, tries in level.items()}
        name = "abcd"[who]
        assert (buckets.wait(name) <= 1e-9) == (level[name] >= 1 - 1e-9)
        if level[name] >= 1 - 1e-9:
            buckets.take(name)
            level[name] -= 1
            if back:
                buckets.give_back(name)
                level[name] += 1


def test_tables_do_not_grow() -> None:
    clock = Clock()
    buckets = Buckets(Rate(2, 1e9), clock, slots=64)
    for number in range(5000):
        buckets.take(f"name {number}")
    assert len(buckets) <= 64


def test_guesses_from_everywhere_do_not_lock_out_who_was_there_before() -> None:
    limits = TryLimits(Clock(), Rate(20, 6.0), Rate(10, 30.0))
    refused = 0
    for number in range(200):
        try:
            limits.begin("ada", f"203.0.{number}.9", known=False)
        except TooManyTriesError as error:
            assert 0 < error.retry_after <= 30
            refused += 1
    assert refused == 190
    with pytest.raises(TooManyTriesError):
        limits.begin("ada", "198.51.100.1", known=False)
    limits.begin("ada", "198.51.100.7", known=True).succeeded()  # where a device of hers was
    limits.begin("ada", "::1", known=False).succeeded()  # at the machine itself
    limits.begin("bob", "198.51.100.1", known=False)


def test_an_address_that_guesses_many_names_is_stopped() -> None:
    limits = TryLimits(Clock(), Rate(20, 6.0), Rate(10, 30.0))
    for number in range(20):
        limits.begin(f"name {number}", f"2001:db8::{number:x}", known=False)
    with pytest.raises(TooManyTriesError):
        limits.begin("another", "2001:db8::ffff:1", known=True)
    limits.begin("another", "2001:db8:0:1::1", known=False)


def test_who_is_right_is_not_counted() -> None:
    limits = TryLimits(Clock())
    for _ in range(100):
        limits.begin("ada", "192.0.2.1", known=False).succeeded()


@pytest.mark.parametrize(
    ("address", "of"),
    [
        ("127.0.0.1", LOOPBACK),
        ("127.8.8.8", LOOPBACK),
        ("::1", LOOPBACK),
        ("::ffff:127.0.0.1", LOOPBACK),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"),
        ("nobody knows", "nobody knows"),
        ("x" * 1000, "x" * 100),
    ],
)
def test_an_address_counts_with_its_network(address: str, of: str) -> None:
    assert network(address) == of
