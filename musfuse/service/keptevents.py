"""What was written down of what happened, as it lies on disk."""

from dataclasses import dataclass
from pathlib import Path

from musfuse.service.events import kinds_of
from musfuse.service.handlers import Handlers
from musfuse.service.requests.events import EventsTold, Happened, ListEvents
from musfuse.store.eventtable import read_events


@dataclass(frozen=True, slots=True)
class KeptEvents:
    """Reads the file of events, beside whoever writes it."""

    path: Path

    def answer(self, handlers: Handlers) -> None:
        """Answer requests for what happened."""
        handlers.on(ListEvents, self.list)

    def list(self, asked: ListEvents) -> EventsTold:
        """Events behind a number. Raises ConfigError for a kind that is not known, StoreError."""
        kinds_of(asked.kinds)
        found, first, last = read_events(self.path, asked.after, asked.kinds, asked.limit, asked.since_ns)
        return EventsTold(tuple(Happened(*event) for event in found), first, last)
