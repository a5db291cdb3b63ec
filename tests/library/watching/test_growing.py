"""Which files are still being written, by a clock that only the test moves."""

from patient import HandClock

from musfuse.library.watching import Growing
from musfuse.model import Stamp

SMALL, LARGE = Stamp(1, 1), Stamp(2, 1)


def test_a_file_of_which_nothing_was_told_has_to_be_still_for_a_moment() -> None:
    clock = HandClock()
    growing = Growing(1.0, clock)
    assert growing.wait("a", SMALL, guess=True) == 1.0
    clock.now = 0.5
    assert growing.wait("a", SMALL, guess=True) == 0.5
    clock.now = 1.0
    assert growing.wait("a", LARGE, guess=True) == 2.0  # it is looked at less and less often
    clock.now = 2.0
    assert growing.wait("a", LARGE, guess=True) == 0
    assert growing.wait("b", SMALL, guess=False) == 0


def test_one_that_was_closed_or_moved_in_is_whole() -> None:
    growing = Growing(1.0, HandClock())
    growing.made("a/b")
    growing.writing("a/b")
    assert growing.wait("a/b", SMALL, guess=False) > 0
    growing.written("a/b")
    assert growing.wait("a/b", SMALL, guess=True) == 0
    growing.written("c")
    assert growing.wait("c/d/e", SMALL, guess=True) == 0
    growing.made("c/d/e")
    assert growing.wait("c/d/e", SMALL, guess=True) > 0


def test_one_that_stays_open_is_waited_for_longer_but_not_for_ever() -> None:
    clock = HandClock()
    growing = Growing(1.0, clock)
    growing.writing("a")
    assert growing.wait("a", SMALL, guess=True) == 60.0
    clock.now = 30.0
    assert growing.wait("a", SMALL, guess=True) == 30.0
    clock.now = 60.0
    assert growing.wait("a", SMALL, guess=True) == 0
    assert growing.wait("a", SMALL, guess=False) == 0


def test_one_that_was_made_and_never_closed_as_a_link_is_whole_soon() -> None:
    clock = HandClock()
    growing = Growing(1.0, clock)
    growing.made("a")
    assert growing.wait("a", SMALL, guess=False) == 1.0
    clock.now = 1.0
    assert growing.wait("a", SMALL, guess=False) == 0
