"""What happens in a library, as a stream."""

from collections.abc import Sequence

from musfuse.errors import ConfigError
from musfuse.events import Event, EventBus, Subscription
from musfuse.events.stream import PROGRESS_QUEUE, QUEUE
from musfuse.events.wire import EVENTS, to_json
from musfuse.service.handlers import Handlers
from musfuse.service.requests.events import Happened, Watch, Watching


class EventFeed:
    """A subscription as a feed of answers."""

    def __init__(self, opening: Watching, subscription: Subscription) -> None:
        self.opening, self._subscription = opening, subscription

    @property
    def closed(self) -> bool:
        """Whether no more events will come; those that wait can still be taken."""
        return self._subscription.closed

    def take(self, most: int, seconds: float | None = None) -> Sequence[Happened]:
        """What waits, as Subscription.take has it."""
        return [Happened(**to_json(event)) for event in self._subscription.take(most, seconds)]

    def close(self) -> None:
        """End the subscription."""
        self._subscription.close()


def answer_events(bus: EventBus, handlers: Handlers) -> None:
    """Have streams of what happens opened."""

    def watch(asked: Watch) -> EventFeed:
        capacity = PROGRESS_QUEUE if asked.progress else QUEUE
        subscription = bus.subscribe(
            kinds_of(asked.kinds), capacity=capacity, latest=asked.progress, after=asked.after, stream=asked.stream
        )
        return EventFeed(Watching(bus.id, bus.last), subscription)

    handlers.on_stream(Watch, watch)


def kinds_of(names: Sequence[str]) -> list[type[Event]] | None:
    """The kinds with these names, None for no names. Raises ConfigError."""
    unknown = [name for name in names if name not in EVENTS]
    if unknown:
        raise ConfigError(f"{unknown[0]}: no such event; there are {', '.join(sorted(EVENTS))}")
    return [EVENTS[name] for name in names] or None
