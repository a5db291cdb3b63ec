"""What happens is written down: what became of files by a stage of the pipeline, which loses nothing, and the rest as
it is heard of, of which a kill may lose the last moments."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from musfuse.errors import StoreError
from musfuse.events import AccountChanged, EventBus, JobChanged
from musfuse.events.log import Numbered
from musfuse.events.types import Event, EventsLost, TagsChanged

if TYPE_CHECKING:
    from musfuse.app.stages import MakeStage
    from musfuse.library.catalog import Database
    from musfuse.library.catalog.toldfiles import Happened
    from musfuse.library.pipeline import Stage
    from musfuse.store.eventtable import EventTable, Said

log = logging.getLogger(__name__)

_BATCH = 500
_ENDED = frozenset({"done", "failed", "cancelled", "interrupted"})


def kept_kinds() -> tuple[type[Event], ...]:
    """What is written down as it is heard of. What a stage writes, and what only shows progress, is not among it."""
    from musfuse.events.originals import (
        CacheEviction,
        FileAccessed,
        OriginConnected,
        OriginDisconnected,
        SyncCompleted,
        SyncStarted,
    )

    return (
        FileAccessed, OriginConnected, OriginDisconnected, SyncStarted, SyncCompleted, CacheEviction, TagsChanged,
        JobChanged, AccountChanged,
    )  # fmt: skip


def event_stages(table: "EventTable | None") -> "Sequence[MakeStage]":
    """The stage that writes down what became of files, where that is wanted."""
    if table is None:
        return ()

    def write(happened: "Sequence[Happened]") -> None:
        from musfuse.library.pipeline.events import NotKeptError
        from musfuse.store.eventtable import Said

        try:
            table.add([Said(name, fields, change) for name, fields, change in happened])
        except StoreError as error:
            raise NotKeptError(str(error)) from error

    def make(database: "Database") -> "Stage":
        from musfuse.library.pipeline.events import EventStage

        return EventStage(database, write, time.time_ns)

    return (make,)


def tells_of_evictions(events: EventBus) -> Callable[[int], None]:
    """What publishes that so many bytes left the frame cache on disk."""

    def tell(freed: int) -> None:
        from musfuse.events.originals import CacheEviction

        events.publish(CacheEviction(freed))

    return tell


class EventKeeper:
    """Writes down what it hears of, on a thread of its own; what cannot be written is lost, and said. `close` ends it,
    after what waits is written."""

    def __init__(self, table: "EventTable", events: EventBus) -> None:
        self._table = table
        self._heard = events.subscribe(kept_kinds())
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hear nothing more."""
        self._heard.close()
        self._thread.join()

    def _run(self) -> None:
        while True:
            taken = self._heard.take(_BATCH)
            if not taken:
                return
            said = [one for one in map(_said, taken) if one is not None]
            try:
                if said:
                    self._table.add(said)
            except StoreError as error:
                log.debug("%d events are not kept: %s", len(said), error)


def _said(heard: Numbered) -> "Said | None":
    """An event as it is written down; None for one that only shows progress."""
    from musfuse.events.wire import fields
    from musfuse.store.eventtable import Said

    event = heard.event
    if isinstance(event, EventsLost):
        return Said(event.NAME, {"count": event.count})
    if isinstance(event, JobChanged) and event.state not in _ENDED:
        return None
    change = f"tags:{event.seq}" if isinstance(event, TagsChanged) else ""
    return Said(event.NAME, fields(event), change)
