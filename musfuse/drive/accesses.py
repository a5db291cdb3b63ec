"""Reads of files: background work gives way to them, and who keeps count hears of them, once a minute for each file."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.drive.activity import Activity
from musfuse.events import EventBus
from musfuse.library.catalog import TrackRow

_SECONDS = 60.0


@dataclass(slots=True)
class _Open:
    item: int
    told: float | None = None


class Accesses:
    """What is open, by handle. May be used from many threads; a read that is told of twice does no harm.

    `row_of` tells what the catalog knows of an item, and is asked only where somebody wants to hear of it.
    """

    def __init__(
        self,
        activity: Activity,
        events: EventBus,
        row_of: Callable[[int], TrackRow | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._activity, self._events, self._row_of, self._clock = activity, events, row_of, clock
        self._open: dict[int, _Open] = {}

    def opened(self, handle: int, item: int) -> None:
        """A file was opened that shows an item of the library; 0 for another one, of which nothing is told."""
        if item:
            self._open[handle] = _Open(item)

    def closed(self, handle: int) -> None:
        """A file was closed."""
        self._open.pop(handle, None)

    def read(self, handle: int, offset: int, size: int) -> None:
        """Somebody reads from a file."""
        from musfuse.events.originals import FileAccessed

        self._activity.note()
        if not self._events.wants(FileAccessed):
            return
        known, now = self._open.get(handle), self._clock()
        if known is None or (known.told is not None and now - known.told < _SECONDS):
            return
        known.told = now
        row = self._row_of(known.item)
        if row is not None:
            file = row.track.file
            self._events.publish(FileAccessed(row.public, file.path, file.source_uid, offset, size))
