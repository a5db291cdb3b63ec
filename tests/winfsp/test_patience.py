"""Calls that wait end with the mount."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from musfuse_winfsp import status
from musfuse_winfsp.patience import EndingError, Patience

from winfsp.conftest import until
from winfsp.test_starting import FOLDER, Cold, cold, name  # noqa: F401 - a fixture


def test_what_a_call_gives_and_its_error() -> None:
    patience, undone = Patience(), list[int]()
    assert patience.run(lambda: 5, undone.append) == 5
    with pytest.raises(KeyError):
        patience.run(lambda: {}[1], undone.append)  # type: ignore[index]
    assert undone == []


def test_who_waits_is_told_that_it_ends_and_what_comes_then_is_undone() -> None:
    patience, go, undone = Patience(), threading.Event(), list[str]()

    def call() -> str:
        go.wait(30)
        return "late"

    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(patience.run, call, undone.append) for _ in range(3)]
        until(lambda: len(patience._waited_for) == 3)
        patience.end()
        assert all(isinstance(one.exception(), EndingError) for one in waiting)
    assert undone == []
    go.set()
    until(lambda: undone == ["late"] * 3)
    with pytest.raises(EndingError):
        patience.run(call, undone.append)


def test_an_unmount_waits_for_no_index(cold: Cold) -> None:
    mounted, indexes = cold()
    with ThreadPoolExecutor(3) as pool:
        folder = mounted.kernel.open(FOLDER)
        opens = [pool.submit(mounted.kernel.open, name(n)) for n in range(2)]
        listing = pool.submit(mounted.kernel.directory, folder, None, 65_536)
        until(lambda: len(set(indexes.asked)) == 12)
        mounted.mount.unmount()  # a file that nobody got is not in use
        assert {one.result().status for one in opens} == {listing.result()[0]} == {status.CANCELLED}
    indexes.release()
    until(lambda: mounted.library.drive.entry("A/B/cold 01.flac").size is not None)
    until(lambda: mounted.library.drive.open_handles == 0)
