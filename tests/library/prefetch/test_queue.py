"""The queue of what is made ready: by priority, each once, bounded."""

import threading

from hypothesis import given
from hypothesis import strategies as st
from patient import until

from musfuse.library.prefetch.queue import PrefetchQueue, QueueFigures, Wanted


def test_the_highest_goes_first_and_of_equals_the_first() -> None:
    queue = PrefetchQueue(10)
    for item, priority in ((1, 5), (2, 8), (3, 15), (4, 8)):
        assert queue.put(item, priority)
    assert queue.put(1, 9)  # it waits already: once, at the higher priority
    assert queue.put(3, 5)
    assert queue.figures == QueueFigures(4, 0)
    assert [queue.take() for _ in range(4)] == [Wanted(3, 15), Wanted(1, 9), Wanted(2, 8), Wanted(4, 8)]


def test_what_is_being_made_is_not_queued_again() -> None:
    queue = PrefetchQueue(10)
    queue.put(1, 5)
    assert queue.take() == Wanted(1, 5)
    assert queue.put(1, 15)
    assert queue.figures.waiting == 0
    queue.put(2, 5)
    assert queue.take() == Wanted(2, 5)
    assert queue.put(1, 5)
    assert queue.figures.waiting == 1


def test_where_it_is_full_the_lowest_is_dropped_and_counted() -> None:
    queue = PrefetchQueue(2)
    assert queue.put(1, 5)
    assert queue.put(2, 6)
    assert not queue.put(3, 5)
    assert queue.put(4, 15)
    assert queue.figures == QueueFigures(2, 2)
    assert [queue.take(), queue.take()] == [Wanted(4, 15), Wanted(2, 6)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 15)), max_size=40), st.integers(1, 5))
def test_it_is_never_longer_and_nothing_is_in_it_twice(puts: list[tuple[int, int]], size: int) -> None:
    queue, best = PrefetchQueue(size), dict[int, int]()
    for item, priority in puts:
        queue.put(item, priority)
        best[item] = max(priority, best.get(item, 0))
        assert queue.figures.waiting <= size
    left = queue.figures.waiting
    taken = [queue.take() for _ in range(left)]
    assert len({wanted.item for wanted in taken if wanted}) == left
    priorities = [wanted.priority for wanted in taken if wanted]
    assert priorities == sorted(priorities, reverse=True)
    assert all(wanted.priority <= best[wanted.item] for wanted in taken if wanted)


def test_who_waits_is_woken_and_let_go() -> None:
    queue, taken = PrefetchQueue(1), list[Wanted | None]()

    def work() -> None:
        while (wanted := queue.take()) is not None:
            taken.append(wanted)
        taken.append(None)

    thread = threading.Thread(target=work)
    thread.start()
    queue.put(7, 5)
    assert queue.wait_until_idle()
    assert queue.wait_for_room()
    assert taken == [Wanted(7, 5)]
    queue.close()
    thread.join()
    assert taken[-1] is None
    assert not queue.put(8, 15)
    assert not queue.wait_for_room()
    assert queue.wait_until_idle()


def test_it_is_not_idle_while_something_is_made() -> None:
    queue = PrefetchQueue(1)
    queue.put(1, 5)
    queue.take()
    assert not queue.wait_until_idle(0)
    threading.Thread(target=queue.take, daemon=True).start()
    until(lambda: queue.wait_until_idle(0))
    queue.close()
