"""What happens, as answers of the service."""

import pytest

from musfuse.errors import ConfigError
from musfuse.events import EventBus, TagsChanged, TreeChanged
from musfuse.events.stream import PROGRESS_QUEUE
from musfuse.service.events import answer_events
from musfuse.service.handlers import Handlers
from musfuse.service.requests.events import Watch, Watching


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
def handlers(bus: EventBus) -> Handlers:
    made = Handlers()
    answer_events(bus, made)
    return made


def test_a_feed_gives_what_was_chosen(bus: EventBus, handlers: Handlers) -> None:
    feed = handlers.open(Watch(kinds=("tree_changed",)))
    assert feed.opening == Watching(bus.id, 0)
    bus.publish(TagsChanged(1))
    bus.publish(TreeChanged(2))
    (event,) = feed.take(10, 0)
    assert (event.seq, event.event, event.data) == (1, "tree_changed", {"generation": 2})
    feed.close()
    assert feed.closed
    assert feed.take(10) == []


def test_of_progress_only_the_latest_waits(bus: EventBus, handlers: Handlers) -> None:
    feed = handlers.open(Watch(progress=True))
    for n in range(100):
        bus.publish(TreeChanged(n))
    assert [event.data["generation"] for event in feed.take(10, 0)] == [99]
    for n in range(2 * PROGRESS_QUEUE):
        bus.publish(TagsChanged(n))
    (lost, *rest) = feed.take(1000, 0)
    assert (lost.data, len(rest)) == ({"count": PROGRESS_QUEUE}, PROGRESS_QUEUE)


def test_a_kind_that_is_not_known_is_refused(handlers: Handlers) -> None:
    with pytest.raises(ConfigError, match="none: no such event; there are"):
        handlers.open(Watch(kinds=("none",)))


def test_without_a_process_that_tells_there_is_no_stream() -> None:
    with pytest.raises(ConfigError, match="only a process that owns the library"):
        Handlers().open(Watch())
