"""The bus: nobody waits for a subscriber, and what one loses is counted to the last."""

import logging
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.events import EventBus, EventsLost, JobChanged, Numbered, Subscription, TagsChanged, TreeChanged
from musfuse.events.log import CAPACITY
from musfuse.events.stream import PROGRESS_QUEUE, QUEUE


def numbers(events: list[Numbered]) -> list[int]:
    return [event.event.seq for event in events if isinstance(event.event, TagsChanged)]


def lost(events: list[Numbered]) -> list[int | None]:
    return [event.event.count for event in events if isinstance(event.event, EventsLost)]


def everything(subscription: Subscription) -> list[Numbered]:
    return subscription.take(10**9, 0) if subscription.waiting else []


def test_each_hears_what_it_wants_in_order_and_numbered() -> None:
    bus = EventBus()
    tags, all_ = bus.subscribe([TagsChanged]), bus.subscribe()
    bus.publish(TagsChanged(1))
    bus.publish(TreeChanged(5))
    bus.publish(TagsChanged(2))
    assert [(e.seq, e.event) for e in tags.take(10)] == [(1, TagsChanged(1)), (3, TagsChanged(2))]
    assert [e.seq for e in all_.take(2)] == [1, 2]
    assert [e.seq for e in all_.take(2)] == [3]
    assert bus.last == 3


def test_a_subscriber_that_never_reads_costs_a_bounded_queue_and_an_exact_count() -> None:
    bus = EventBus()
    with bus.subscribe() as never:
        for n in range(100_000):
            bus.publish(TagsChanged(n))
        assert never.waiting == QUEUE
        got = everything(never)
    assert lost(got) == [100_000 - QUEUE]
    assert numbers(got) == list(range(100_000 - QUEUE, 100_000))
    assert [event.seq for event in got] == list(range(100_000 - QUEUE, 100_001))  # the loss has the last lost number


def test_publishing_waits_for_no_subscriber() -> None:
    bus, busy, go = EventBus(), threading.Event(), threading.Event()
    got: list[int] = []

    def read(subscription: Subscription) -> None:
        for event in subscription:
            busy.set()
            go.wait(60)
            got.append(event.seq)

    with bus.subscribe() as slow:
        reader = threading.Thread(target=read, args=(slow,))
        reader.start()
        bus.publish(TagsChanged(1))
        assert busy.wait(60)
        for n in range(500):
            bus.publish(TagsChanged(n))
        assert bus.last == 501
        go.set()
        bus.close()
        reader.join(60)
    assert got == list(range(1, 502))


def test_nothing_is_made_or_numbered_where_nobody_wants_it() -> None:
    bus = EventBus()
    assert not bus.wants(TagsChanged)
    bus.publish(TagsChanged(1))
    assert bus.last == 0
    bus.subscribe([TreeChanged]).close()
    assert (bus.wants(TagsChanged), bus.wants(TreeChanged)) == (False, True)
    bus.listen(TagsChanged, lambda _: None)
    assert bus.wants(TagsChanged)
    bus.subscribe().close()
    assert bus.wants(JobChanged)


def test_who_comes_back_goes_on_where_it_was_as_long_as_the_log_has_it() -> None:
    bus = EventBus()
    with bus.subscribe() as first:
        bus.publish(TagsChanged(1))
        seen = first.take(1)[-1].seq
    for n in range(2, 2000):
        bus.publish(TagsChanged(n))
    with bus.subscribe(after=seen, stream=bus.id) as again:
        bus.publish(TagsChanged(2000))
        got = everything(again)
    assert (numbers(got), lost(got)) == (list(range(2, 2001)), [])
    for n in range(2001, 10_001):
        bus.publish(TagsChanged(n))
    with bus.subscribe([TagsChanged], after=seen) as late:
        got = everything(late)
    assert (numbers(got), lost(got)) == (list(range(10_001 - CAPACITY, 10_001)), [10_000 - CAPACITY - 1])
    assert got[0].seq == 10_000 - CAPACITY


@pytest.mark.parametrize(("after", "stream"), [(0, "of another process"), (77, "")])
def test_numbers_of_another_process_tell_nothing(after: int, stream: str) -> None:
    bus = EventBus()
    with bus.subscribe(after=after, stream=stream) as there:
        bus.publish(TagsChanged(1))
        got = everything(there)
    assert (numbers(got), lost(got)) == ([1], [None])


def test_who_shows_progress_gets_the_latest_of_each_job() -> None:
    bus = EventBus()
    with bus.subscribe([JobChanged], capacity=PROGRESS_QUEUE, latest=True) as shown:
        for done in range(5000):
            for job in range(3):
                bus.publish(JobChanged(job, "scan", "running", done, 5000))
        got = everything(shown)
    assert [(event.event.job, event.event.done) for event in got if isinstance(event.event, JobChanged)] == [
        (job, 4999) for job in range(3)
    ]
    assert lost(got) == []


def test_a_listener_is_called_at_once_and_before_who_subscribed() -> None:
    bus, heard = EventBus(), list[str]()
    subscription = bus.subscribe()
    bus.listen(TagsChanged, lambda change: heard.append(f"{change.seq}, {subscription.waiting} waiting"))
    bus.publish(TagsChanged(1))
    assert heard == ["1, 0 waiting"]
    assert subscription.waiting == 1


@pytest.mark.expects_errors
def test_a_listener_that_fails_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    bus, heard = EventBus(), list[int]()

    def fail(_: TagsChanged) -> None:
        raise ZeroDivisionError

    bus.listen(TagsChanged, fail)
    bus.listen(TagsChanged, lambda change: heard.append(change.seq))
    with bus.subscribe() as subscription:
        bus.publish(TagsChanged(1))
        assert (heard, subscription.waiting) == ([1], 1)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_closed_subscription_wakes_its_reader_and_hears_nothing_more() -> None:
    bus = EventBus()
    subscription = bus.subscribe()
    ended = threading.Thread(target=lambda: list(subscription))
    ended.start()
    subscription.close()
    ended.join(60)
    assert not ended.is_alive()
    bus.publish(TagsChanged(1))
    assert (subscription.take(1), subscription.closed) == ([], True)


@given(st.lists(st.one_of(st.integers(1, 60), st.integers(-60, -1)), max_size=60), st.integers(1, 40))
def test_what_is_given_and_what_is_lost_is_all_that_was_published(steps: list[int], capacity: int) -> None:
    """Positive: so many are published; negative: so many are taken. Each loss stands where what was lost would."""
    bus, published, got = EventBus(), 0, list[Numbered]()
    with bus.subscribe(capacity=capacity) as subscription:
        for step in steps:
            for _ in range(step):
                published += 1
                bus.publish(TagsChanged(published))
            if step < 0 and subscription.waiting:
                got += subscription.take(-step, 0)
        while subscription.waiting:
            got += subscription.take(7, 0)
    reached = 0
    for event in got:
        if isinstance(event.event, EventsLost):
            assert event.event.count is not None
            reached += event.event.count
        else:
            reached += 1
        assert event.seq == reached
    assert reached == published


def test_many_publishers_lose_nothing_together() -> None:
    bus, got = EventBus(), list[int]()

    def read(subscription: Subscription) -> None:
        got.extend(event.seq for event in subscription)

    subscription = bus.subscribe(capacity=100_000)
    reader = threading.Thread(target=read, args=(subscription,))
    reader.start()
    publishers = [threading.Thread(target=lambda: [bus.publish(TagsChanged(n)) for n in range(2000)]) for _ in range(4)]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()
    bus.close()
    reader.join(60)
    assert got == list(range(1, 8001))
