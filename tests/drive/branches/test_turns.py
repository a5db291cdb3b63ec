"""Turns: so many at once, and nobody waits for long."""

import threading

import pytest

from musfuse.drive.branches.turns import Turns
from musfuse.errors import BusyError


def test_so_many_have_one_at_once() -> None:
    turns = Turns(2, patience=0.0)
    with turns.taken("a"), turns.taken("b"), pytest.raises(BusyError, match=r"^c: others"), turns.taken("c"):
        pass
    with turns.taken("d"), turns.taken("e"):
        pass


def test_who_waits_gets_the_next_one_and_one_that_failed_is_given_back() -> None:
    turns, came = Turns(1, patience=60.0), threading.Event()

    def wait() -> None:
        with turns.taken("other"):
            came.set()

    thread = threading.Thread(target=wait)
    with pytest.raises(KeyError), turns.taken("one"):
        thread.start()
        assert not came.is_set()
        raise KeyError
    thread.join()
    assert came.is_set()
