"""When it is time to scan what changed, by a clock that only the test moves."""

from patient import HandClock

from musfuse.library.corners import WHOLE, Corner
from musfuse.library.watching import Dirt


def dirt() -> tuple[Dirt, HandClock, list[str]]:
    clock, woken = HandClock(), list[str]()
    return Dirt(1.0, lambda: woken.append("woken"), clock), clock, woken


def test_changes_wait_for_a_quiet_moment_and_go_together() -> None:
    made, clock, woken = dirt()
    assert made.wait() is None
    made.note("s", Corner("a"))
    assert (made.wait(), woken) == (1.0, ["woken"])
    clock.now = 0.75
    made.note("s", Corner("b"))
    made.note("t", Corner("a"))
    assert (made.wait(), woken) == (1.0, ["woken"])
    clock.now = 1.75
    assert made.wait() == 0
    assert made.take() == {"s": [Corner("a"), Corner("b")], "t": [Corner("a")]}
    assert (made.wait(), made.take()) == (None, {})


def test_changes_that_never_end_are_not_waited_for() -> None:
    made, clock, _ = dirt()
    for n in range(8):
        clock.now = n / 4
        made.note("s", Corner(f"{n}"))
    assert made.wait() == 0.25
    clock.now = 2.0
    assert made.wait() == 0


def test_later_is_later() -> None:
    made, clock, woken = dirt()
    made.note_later("s", Corner("a"), 5.0)
    made.note_later("s", Corner("a"), 3.0)
    made.note_later("s", Corner("a"), 9.0)
    assert (made.wait(), len(woken)) == (3.0, 3)
    made.note("s", Corner("b"))
    clock.now = 1.0
    assert made.take() == {"s": [Corner("b")]}
    assert made.wait() == 2.0
    clock.now = 3.0
    assert made.take() == {"s": [Corner("a")]}


def test_too_many_folders_are_the_whole_source() -> None:
    made, _, _ = dirt()
    for n in range(10_001):
        made.note("s", Corner(f"{n}"))
    assert made.take() == {"s": [WHOLE]}


def test_what_is_no_source_any_more_is_forgotten() -> None:
    made, _, _ = dirt()
    made.note("s", Corner("a"))
    made.note_later("s", Corner("b"), 0)
    made.note("t", Corner("a"))
    made.forget_others(["t"])
    assert made.take() == {"t": [Corner("a")]}
