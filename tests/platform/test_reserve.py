"""Descriptors kept aside, in a process that has no others left."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from musfuse.platform.reserve import Reserve

if sys.platform == "win32":
    pytest.skip("Windows bounds handles by memory only", allow_module_level=True)

import resource


def open_now() -> int:
    return len(os.listdir("/dev/fd"))


@contextmanager
def none_left() -> Iterator[None]:
    """No other descriptor can be had in this block, but where one is closed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/dev/fd"))) + 4, hard))
    try:
        try:
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for fd in taken:
            os.close(fd)


def test_what_is_lent_can_be_opened_and_is_taken_back() -> None:
    reserve = Reserve(3)
    with none_left():
        with reserve.lent():
            for fd in [os.open(os.devnull, os.O_RDONLY) for _ in range(3)]:
                os.close(fd)
        assert reserve.wait_until_whole(0)
        with pytest.raises(OSError, match="Too many open files"):
            os.open(os.devnull, os.O_RDONLY)
    reserve.close()


def test_what_somebody_keeps_is_missed_until_there_is_another() -> None:
    reserve = Reserve(3)
    with none_left():
        with reserve.lent():
            kept = os.open(os.devnull, os.O_RDONLY)
        assert not reserve.wait_until_whole(0)
        os.close(kept)
        assert reserve.wait_until_whole(0)
    reserve.close()


def test_one_borrower_does_not_take_back_what_another_needs() -> None:
    reserve = Reserve(2)
    with none_left():
        with reserve.lent():
            with reserve.lent():
                pass
            os.close(os.open(os.devnull, os.O_RDONLY))
            assert not reserve.wait_until_whole(0)
        assert reserve.wait_until_whole(0)
    reserve.close()


def test_it_takes_what_there_is_and_lets_go_of_it() -> None:
    before = open_now()
    with none_left():
        poor = Reserve(5)
        assert not poor.wait_until_whole(0)
        poor.close()
    reserve = Reserve(5)
    assert open_now() == before + 5
    reserve.close()
    assert open_now() == before
    with reserve.lent():
        pass
    assert open_now() == before  # for good
