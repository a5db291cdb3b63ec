"""The last events with their numbers, so that a subscriber that was away goes on where it was.

It lies in memory, and so ends with the process: numbers begin anew, and a stream's id tells one process from another.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from musfuse.events.types import Event

CAPACITY = 4096


class Numbered(NamedTuple):
    """An event as it is handed out: `seq` counts up within a process, `time_ns` is ns since the epoch."""

    seq: int
    time_ns: int
    event: Event


class EventLog:
    """The last `capacity` events. Not for several threads at once: the bus holds its lock."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._kept: deque[Numbered] = deque(maxlen=capacity)

    def add(self, event: Numbered) -> None:
        """Number an event and keep it; the oldest one goes where the log is full."""
        self._kept.append(event)

    def since(self, seq: int, wanted: Callable[[Event], bool]) -> tuple[list[Numbered], int]:
        """The wanted events after a number, and how many numbers after it the log does not hold any more, whatever
        events had them."""
        if not self._kept:
            return [], 0
        lost = max(0, self._kept[0].seq - seq - 1)
        return [event for event in self._kept if event.seq > seq and wanted(event.event)], lost
