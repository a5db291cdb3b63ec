"""The bus: who publishes never waits for who listens.

There are two ways to hear of an event. `listen` has a part of this process called at once, on the publisher's thread:
for what must not be missed, such as a drive that forgets a size, or a job that is asked for; the call only notes
something, and returns. `subscribe` is for everybody else: events lie in a bounded queue until the subscriber takes
them, on a thread of its own; what does not fit pushes out the oldest, and is counted.

Nothing is made of an event that nobody wants. Publishers of many ask `wants` first. From the first subscription to a
kind on, the log keeps that kind, also while nobody is there.

Lock order: the bus's lock, then that of a subscription. Listeners are called without any.
"""

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from musfuse.events.log import EventLog, Numbered
from musfuse.events.types import Event, EventsLost

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)

QUEUE = 1024
"""Events that may wait for a subscriber."""
PROGRESS_QUEUE = 32
"""The same where only the latest of each topic is shown."""


class Subscription:
    """What waits for one subscriber, for which `take` is; closed by `close`, a `with` block, or the bus.

    `missed` is what happened before, as the log has it; it comes first, beside the bound on what waits.
    """

    def __init__(
        self,
        wants: Callable[[Event], bool],
        capacity: int,
        latest: bool,
        missed: Iterable[Numbered],
        leave: Callable[["Subscription"], None],
    ) -> None:
        self.wants = wants
        self._capacity, self._latest, self._leave = capacity, latest, leave
        self._changed = threading.Condition()
        self._missed, self._waiting = deque(missed), deque[Numbered]()
        self._lost, self._lost_seq, self._closed = 0, 0, False

    def offer(self, event: Numbered) -> None:
        """Put in one more event. Never waits for the subscriber."""
        with self._changed:
            if self._latest and event.event.topic is not None:
                self._forget(event.event.topic)
            if len(self._waiting) >= self._capacity:
                self._lost, self._lost_seq = self._lost + 1, self._waiting.popleft().seq
            self._waiting.append(event)
            self._changed.notify()

    def take(self, most: int, seconds: float | None = None) -> list[Numbered]:
        """What waits, `most` at a time, with EventsLost in the place of what was lost. Waits for the first one; nothing
        where that takes longer than some seconds, or the subscription is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._missed or self._waiting or self._closed, seconds)
            taken = list[Numbered]()
            while len(taken) < most and (event := self._next()):
                taken.append(event)
            return taken

    @property
    def waiting(self) -> int:
        """How many events wait to be taken."""
        return len(self._missed) + len(self._waiting)

    @property
    def closed(self) -> bool:
        """Whether no more events will come; those that wait can still be taken."""
        return self._closed

    def close(self) -> None:
        """End the subscription."""
        self._leave(self)
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[Numbered]:
        while taken := self.take(1):
            yield from taken

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next(self) -> Numbered | None:
        if self._missed:
            return self._missed.popleft()
        if self._lost:
            count, self._lost = self._lost, 0
            return Numbered(self._lost_seq, time.time_ns(), EventsLost(count))
        return self._waiting.popleft() if self._waiting else None

    def _forget(self, topic: object) -> None:
        older = next((event for event in self._waiting if event.event.topic == topic), None)
        if older is not None:
            self._waiting.remove(older)


class EventBus:
    """Hands events to who wants them. May be used from many threads."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        """Tells the numbers of this process from those of another."""
        self._lock = threading.Lock()
        self._listeners: dict[type[Event], tuple[Callable[[Any], None], ...]] = {}
        self._subscriptions: tuple[Subscription, ...] = ()
        self._log, self._last = EventLog(), 0
        self._kept: frozenset[type[Event]] = frozenset()
        self._keeps_all = False

    @property
    def last(self) -> int:
        """The number of the last event that was handed out, 0 for none."""
        return self._last

    def listen(self, kind: type[E], call: Callable[[E], None]) -> None:
        """Have `call` called with every later event of exactly this type, on the thread that publishes it. It must not
        wait for anything."""
        with self._lock:
            self._listeners[kind] = (*self._listeners.get(kind, ()), call)

    def subscribe(
        self,
        kinds: Collection[type[Event]] | None = None,
        *,
        capacity: int = QUEUE,
        latest: bool = False,
        after: int | None = None,
        stream: str = "",
    ) -> Subscription:
        """A queue of what happens from now on, of these kinds or of all. `latest`: of events that wait, only the last
        of each topic is kept. `after`: begin behind this number, which the bus with the id `stream` gave ('' for this
        one), as far as the log goes back."""
        chosen = None if kinds is None else frozenset(kinds)

        def wants(event: Event) -> bool:
            return chosen is None or type(event) in chosen

        with self._lock:
            self._keeps_all |= chosen is None
            self._kept |= chosen or frozenset()
            missed = [] if after is None else self._missed(after, stream, wants)
            made = Subscription(wants, capacity, latest, missed, self._leave)
            self._subscriptions = (*self._subscriptions, made)
        return made

    def wants(self, kind: type[Event]) -> bool:
        """Whether anybody would hear of an event of this kind."""
        return self._keeps_all or kind in self._kept or kind in self._listeners

    def publish(self, event: Event) -> None:
        """Tell who listens, then give it to who subscribed; a listener's failure is logged and does not reach the
        publisher."""
        kind = type(event)
        for call in self._listeners.get(kind, ()):
            try:
                call(event)
            except Exception:
                log.exception("a listener failed on %r", event)
        if self._keeps_all or kind in self._kept:
            self._hand_out(event)

    def close(self) -> None:
        """End all subscriptions; what waits in them can still be taken."""
        for subscription in self._subscriptions:
            subscription.close()

    def _hand_out(self, event: Event) -> None:
        with self._lock:
            self._last += 1
            numbered = Numbered(self._last, time.time_ns(), event)
            self._log.add(numbered)
            for subscription in self._subscriptions:
                if subscription.wants(event):
                    subscription.offer(numbered)

    def _missed(self, after: int, stream: str, wants: Callable[[Event], bool]) -> list[Numbered]:
        """What happened after a number, behind EventsLost where not all of it is known any more."""
        if stream not in ("", self.id) or after > self._last:
            return [Numbered(self._last, time.time_ns(), EventsLost(None))]
        missed, lost = self._log.since(after, wants)
        return [Numbered(after + lost, time.time_ns(), EventsLost(lost)), *missed] if lost else missed

    def _leave(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions = tuple(other for other in self._subscriptions if other is not subscription)
