"""Tracks are made ready by a thread of its own, which gives way to readers, and ends when it is told to."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from patient import HandClock, until

from musfuse.errors import NoEntryError
from musfuse.library.prefetch.prefetcher import Prefetcher, PrefetchFigures
from musfuse.library.prefetch.queue import MANUAL, PrefetchQueue, Wanted
from musfuse.media.ports import NotIndexedError


def row(item: int) -> Any:
    return SimpleNamespace(public=item, track=SimpleNamespace(id=item))


class Layout:
    """Audio of some bytes behind a header of ten; notes what is read."""

    def __init__(self, length: int) -> None:
        self.audio, self.reads, self.closed = (10, length), list[tuple[int, int]](), False

    def read_at(self, offset: int, size: int) -> bytes:
        self.reads.append((offset, size))
        return bytes(size)

    def close(self) -> None:
        self.closed = True


class Parts:
    """Tracks, sizes and an engine: 1 to 9 have an index, 10 to 19 get one, 20 and more are gone."""

    def __init__(self) -> None:
        self.layouts: dict[int, Layout] = {}
        self.requests: list[tuple[int, Future[Any]]] = []
        self.answers = True

    def track(self, item: int) -> Any:
        return row(item) if item < 20 else None

    def known(self, found: Any) -> int | None:
        return 1 if found.track.id < 10 else None

    def request(self, track: Any, priority: object) -> "Future[Any]":
        done: Future[Any] = Future()
        self.requests.append((track.id, done))
        if self.answers:
            done.set_result(None)
        return done

    def layout(self, track: Any) -> Layout:
        if track.id == 19:
            raise NotIndexedError("lost")
        if track.id == 9:
            raise NoEntryError("gone")
        return self.layouts.setdefault(track.id, Layout(3 << 20 if track.id == 2 else 100))


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
def prefetcher(parts: Any) -> Iterator[Prefetcher]:
    made = Prefetcher(PrefetchQueue(5), [], parts, parts, parts, clock=HandClock())
    yield made
    made.close()


def test_indexes_are_built_and_the_beginning_is_read(prefetcher: Prefetcher, parts: Parts) -> None:
    assert prefetcher.ask([1, 2, 11]) == 0
    assert prefetcher.queue.wait_until_idle(60)
    assert [item for item, _ in parts.requests] == [11]
    assert parts.layouts[1].reads == [(10, 1), (11, 99)]
    reads = parts.layouts[2].reads
    assert reads[0] == (10, 1)
    assert reads[-1][0] + reads[-1][1] == 10 + (1 << 20)
    assert all(layout.closed for layout in parts.layouts.values())
    assert prefetcher.figures == PrefetchFigures(0, 0, 3, 0, 0, 0)


def test_a_look_at_what_was_just_made_makes_nothing(prefetcher: Prefetcher, parts: Parts) -> None:
    for _ in range(3):
        prefetcher.hint(1, parts.track)
        assert prefetcher.queue.wait_until_idle(60)
    assert prefetcher.figures.made == 1
    prefetcher.ask([1])  # who asks for it by a command means it
    assert prefetcher.queue.wait_until_idle(60)
    assert prefetcher.figures.made == 2


def test_what_cannot_be_made_ready_is_counted_and_stops_nothing(prefetcher: Prefetcher) -> None:
    prefetcher.ask([9, 19, 21, 1])
    assert prefetcher.queue.wait_until_idle(60)
    assert prefetcher.figures == PrefetchFigures(0, 0, 1, 3, 0, 0)


def test_guesses_that_came_true_are_counted(prefetcher: Prefetcher, parts: Parts) -> None:
    prefetcher.guesses.append(lambda found: [Wanted(found.track.id + 1, 8), Wanted(found.track.id + 2, 7)])
    for item in (1, 2, 3):
        prefetcher.listened(row(item), parts.track)
        assert prefetcher.queue.wait_until_idle(60)
    figures = prefetcher.figures
    assert (figures.guessed, figures.used, figures.made) == (4, 2, 4)  # what was made just now is not made again
    prefetcher._clock.now += 601  # type: ignore[attr-defined]
    prefetcher.listened(row(3), parts.track)
    assert prefetcher.queue.wait_until_idle(60)
    assert prefetcher.figures.made == 6


def test_what_is_guessed_gives_way_to_readers_and_what_is_asked_for_does_not(parts: Any) -> None:
    busy = threading.Event()
    busy.set()
    clock = HandClock()
    prefetcher = Prefetcher(
        PrefetchQueue(5), [lambda _: [Wanted(1, 8)]], parts, parts, parts, lambda: 0.01 if busy.is_set() else 0.0, clock
    )
    prefetcher.listened(row(5), parts.track)
    until(lambda: prefetcher.queue.figures.waiting == 0)  # it is taken, and waits
    assert parts.layouts == {}
    busy.clear()
    assert prefetcher.queue.wait_until_idle(60)
    assert 1 in parts.layouts
    busy.set()
    prefetcher.queue.put(2, MANUAL)
    assert prefetcher.queue.wait_until_idle(60)
    clock.step = 6.0  # readers who read all the time are not given way to for ever
    prefetcher.queue.put(3, 8)
    assert prefetcher.queue.wait_until_idle(60)
    prefetcher.close()


def test_who_waits_for_room_has_all_of_it_made(prefetcher: Prefetcher) -> None:
    assert prefetcher.ask([1, 2, 3, 4, 5, 6, 7, 8] * 3, waits=True) == 0
    assert prefetcher.queue.wait_until_idle(60)
    assert prefetcher.figures.dropped == 0


def test_it_ends_while_an_index_is_built(parts: Any) -> None:
    parts.answers = False
    prefetcher = Prefetcher(PrefetchQueue(5), [], parts, parts, parts)
    prefetcher.ask([11, 12])
    until(lambda: parts.requests)
    prefetcher.close()
    assert len(parts.requests) == 1
    assert prefetcher.ask([1]) == 1
    Prefetcher(PrefetchQueue(5), [], parts, parts, parts).close()
