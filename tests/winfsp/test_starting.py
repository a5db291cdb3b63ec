"""A library whose indexes are still to be built stays usable: nobody is told that it is busy, nobody keeps others out."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sound
from musfuse_winfsp import status

from musfuse.drive.changes import Change
from winfsp.conftest import HeldIndexes, Windows, until

Mount = Callable[..., Windows]
Cold = Callable[..., tuple[Windows, HeldIndexes]]
FOLDER = "\\A\\B"
WARM = "\\A\\B\\warm.mp3"


@pytest.fixture
def cold(windows: Mount, music: Path) -> Cold:
    for n in range(12):
        sound.write(music / f"{n}.wav", 4000, artist="A", album="B", title=f"cold {n:02}")
    sound.write(music / "warm.mp3", 4000, artist="A", album="B", title="warm")

    def mount(**options: object) -> tuple[Windows, HeldIndexes]:
        mounted = windows(**options)
        return mounted, HeldIndexes(mounted.library)

    return mount


def name(n: int) -> str:
    return f"{FOLDER}\\cold {n:02}.flac"


def test_as_many_threads_as_are_configured(cold: Any) -> None:
    mounted, _ = cold(winfsp__threads=11)
    assert len(mounted.kernel.threads) == 11


def test_more_programs_than_may_wait_all_get_their_file(cold: Any) -> None:
    mounted, indexes = cold(winfsp__threads=8)
    with ThreadPoolExecutor(12) as pool:
        opens = [pool.submit(mounted.kernel.open, name(n)) for n in range(12)]
        until(lambda: len(indexes.asked) == 6)  # of eight threads
        assert not any(one.done() for one in opens)
        indexes.release()
        assert {one.result().status for one in opens} == {0}


def test_others_go_on_while_many_wait(cold: Any) -> None:
    mounted, indexes = cold()
    kernel = mounted.kernel
    with ThreadPoolExecutor(13) as pool:
        opens = [pool.submit(kernel.open, name(n)) for n in range(12)]
        until(lambda: len(indexes.asked) == 12)
        opened = kernel.open(WARM)
        assert kernel.cached_read(opened, 0, 4) == (opened.info.size and kernel.read(opened, 0, 4)[1])
        assert kernel.create("\\A\\B\\desktop.ini") == status.MEDIA_WRITE_PROTECTED
        always = pool.submit(kernel.create, name(3), True)  # OPEN_ALWAYS of a cold file, and yet others are let in
        assert kernel.open(WARM).status == 0
        assert not any(one.done() for one in (*opens, always))
        indexes.release()
        assert {one.result().status for one in opens} == {0}
        assert always.result() == 0


def test_an_index_that_takes_too_long_is_a_time_out_and_nothing_is_lost(cold: Any) -> None:
    mounted, indexes = cold(index__wait_seconds=1)
    began = time.monotonic()
    assert mounted.kernel.open(name(0)).status == status.IO_TIMEOUT
    assert time.monotonic() - began < 30
    indexes.release()
    until(lambda: mounted.library.drive.entry("A/B/cold 00.flac").size is not None)
    opened = mounted.kernel.open(name(0))
    assert opened.status == 0
    mounted.kernel.close(opened)
    assert mounted.library.drive.open_handles == 0


class Heard:
    """Who hears of changes."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def changed(self, change: Change) -> None:
        self.changes.append(change)

    def held(self, stale: bool) -> None:
        pass


def test_a_listing_ends_in_its_time_and_what_it_lacks_is_told_of_later(cold: Any) -> None:
    mounted, indexes = cold(winfsp__list_seconds=1)
    heard = Heard()
    mounted.library.drive.changes.listen(heard)
    folder = mounted.kernel.open(FOLDER)
    began = time.monotonic()
    listed = [n for n, _ in mounted.kernel.entries(folder)]
    assert time.monotonic() - began < 10
    assert listed == [".", "..", "warm.mp3"]
    code, rest, _ = mounted.kernel.directory(folder, "..", 4096)  # what goes on with it waits for nothing more
    assert (code, [n for n, _ in rest]) == (0, listed[2:])
    indexes.release()
    until(lambda: sum(len(change.items) for change in heard.changes) == 12)
    mounted.kernel.driver.now = lambda: float("inf")
    assert len(mounted.kernel.entries(folder)) == 15
    before = len(heard.changes)
    mounted.library.drive.forget_track(1)
    assert len(heard.changes) == before  # nobody was told otherwise


def test_a_listing_of_one_that_is_on_its_way_waits_with_it(cold: Any) -> None:
    mounted, indexes = cold()
    folder = mounted.kernel.open(FOLDER)
    with ThreadPoolExecutor(1) as pool:
        listing: Future[Any] = pool.submit(mounted.kernel.entries, folder)
        until(lambda: len(indexes.asked) == 12)
        assert not listing.done()
        indexes.release()
        assert len(listing.result()) == 15
