"""Typed events, news that travels from lower layers to whoever subscribed. The bus is synchronous."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

log = logging.getLogger(__name__)

E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""


@dataclass(frozen=True, slots=True)
class ScanProgress(Event):
    """`seen` audio files were looked at, of `total` (0: the walk goes on), of which `read` were read anew and `skipped`
    could not be used."""

    source: str
    seen: int
    read: int
    skipped: int
    total: int = 0


@dataclass(frozen=True, slots=True)
class TreeChanged(Event):
    """Names on the drive changed; `generation` is the new value of the global counter."""

    generation: int


@dataclass(frozen=True, slots=True)
class TagsChanged(Event):
    """Tags or art were changed; `seq` is the number of the change, which the tree shows already."""

    seq: int


@dataclass(frozen=True, slots=True)
class TrackIndexed(Event):
    """The exact size of a served track became known (`size` bytes), or never will (`error`)."""

    track_id: int
    size: int | None
    error: str = ""


class EventBus:
    """Calls each subscriber of an event's type, in order of subscription, on the publisher's thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: dict[type[Event], list[Callable[[Any], None]]] = {}

    def subscribe(self, kind: type[E], call: Callable[[E], None]) -> None:
        """Have `call` called with every later event of exactly this type."""
        with self._lock:
            self._subscribers.setdefault(kind, []).append(call)

    def publish(self, event: Event) -> None:
        """Deliver; a subscriber's failure is logged and does not reach the publisher."""
        with self._lock:
            calls = list(self._subscribers.get(type(event), ()))
        for call in calls:
            try:
                call(event)
            except Exception:
                log.exception("subscriber failed on %r", event)
