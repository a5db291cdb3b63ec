"""Which tracks wait to be made ready: by priority, each once, no more than so many.

Lock order: `_changed` is innermost; nothing is called while it is held.
"""

import itertools
import threading
from dataclasses import dataclass

MANUAL = 15
"""The priority of what somebody asks for; guesses have lower ones."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item that is to be made ready; a higher priority goes first, and of equals the one that came first."""

    item: int
    priority: int


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How many tracks wait, and how many did not find room since the begin."""

    waiting: int
    dropped: int


class PrefetchQueue:
    """Bounded: where it is full, whoever has the lowest priority is dropped, and counted. May be used from many
    threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._waiting: dict[int, tuple[int, int]] = {}  # item: (-priority, order), the smallest first
        self._running: int | None = None
        self._dropped = 0
        self._closed = False

    def put(self, item: int, priority: int) -> bool:
        """Have an item made ready; one that waits already gets the higher priority, one that is being made is left
        alone. False where there was no room for it."""
        with self._changed:
            known = self._waiting.get(item)
            if self._closed or item == self._running:
                return not self._closed
            if known is not None:
                self._waiting[item] = min(known, (-priority, known[1]))
                return True
            self._waiting[item] = (-priority, next(self._order))
            if len(self._waiting) > self._size:
                last = max(self._waiting, key=self._waiting.__getitem__)
                del self._waiting[last]
                self._dropped += 1
            self._changed.notify_all()
            return item in self._waiting

    def take(self) -> Wanted | None:
        """The item that goes first, which is being made until the next call; waits for one. None once it is closed."""
        with self._changed:
            self._running = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            item = min(self._waiting, key=self._waiting.__getitem__)
            self._running = item
            return Wanted(item, -self._waiting.pop(item)[0])

    def wait_for_room(self) -> bool:
        """Wait until one more finds room; False once it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._waiting) < self._size)
            return not self._closed

    def wait_until_idle(self, seconds: float | None = None) -> bool:
        """Wait until all is made, or it is closed; False where that takes longer than some seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._closed or not (self._waiting or self._running is not None), seconds
            )

    def close(self) -> None:
        """Nothing is taken any more, and nothing put."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    @property
    def figures(self) -> QueueFigures:
        """How it is now."""
        with self._changed:
            return QueueFigures(len(self._waiting), self._dropped)
