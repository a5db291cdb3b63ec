"""Reads of files: background work gives way to them, who keeps count hears of them, once a minute for each file, and
who tells what is played hears of all of them.

A read only puts into a queue that it was: what the catalog is asked for it, and who is told, is done on a thread that
is there where somebody wants to hear of reads.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from musfuse.drive.activity import Activity
from musfuse.drive.listening import Listening, Reader
from musfuse.errors import MusfuseError
from musfuse.events import EventBus
from musfuse.library.catalog import TrackRow

log = logging.getLogger(__name__)

_SECONDS = 60.0
_WAITING = 1024
"""Reads that may wait to be told of; others are not."""
_Read = tuple[int, int, int]
"""The item that was read, from where, and how many bytes were asked for."""


@dataclass(slots=True)
class _Open:
    item: int
    reader: Reader | None
    told: float | None = None


class Accesses:
    """What is open, by handle. May be used from many threads; a read that is told of twice does no harm.

    `row_of` tells what the catalog knows of an item, and is asked only where somebody wants to hear of it. `listening`
    tells what is played; None where nobody wants to know.
    """

    def __init__(
        self,
        activity: Activity,
        events: EventBus,
        row_of: Callable[[int], TrackRow | None],
        listening: Listening | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._activity, self._events, self._row_of, self._clock = activity, events, row_of, clock
        self._listening = listening
        self._open: dict[int, _Open] = {}
        self._reads: SimpleQueue[_Read | None] = SimpleQueue()
        self._teller: threading.Thread | None = None
        self._beginning = threading.Lock()

    def opened(
        self, handle: int, item: int, audio: tuple[int, int] = (0, 0), ask_again: Callable[[], None] | None = None
    ) -> None:
        """A file was opened that shows an item of the library; 0 for another one, of which nothing is told. `audio` is
        where its audio begins and how many bytes it has; `ask_again` is that of Reader."""
        if item:
            listens = self._listening.opened(item, self._row_of, audio, ask_again) if self._listening else None
            self._open[handle] = _Open(item, listens)
            self._begin()

    def closed(self, handle: int) -> None:
        """A file was closed."""
        known = self._open.pop(handle, None)
        if known is not None and known.reader is not None and self._listening is not None:
            self._listening.closed(known.reader)

    def close_all(self) -> None:
        """All files are closed, and what was read of them is told."""
        for handle in list(self._open):
            self.closed(handle)
        teller, self._teller = self._teller, None
        if teller is not None:
            self._reads.put(None)
            teller.join()

    def delivered(self, handle: int, offset: int, size: int) -> None:
        """Somebody got bytes of a file."""
        known = self._open.get(handle)
        if known is not None and known.reader is not None:
            known.reader.reached.read(offset, size)

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
        if self._reads.qsize() < _WAITING:
            self._reads.put((known.item, offset, size))
        if self._teller is None:  # somebody wants to hear of it who did not when the file was opened
            self._begin()

    def _begin(self) -> None:
        from musfuse.events.originals import FileAccessed

        if self._teller is not None or not self._events.wants(FileAccessed):
            return
        with self._beginning:
            if self._teller is None:
                self._teller = threading.Thread(target=self._tell, name="accesses", daemon=True)
                self._teller.start()

    def _tell(self) -> None:
        from musfuse.events.originals import FileAccessed

        while (read := self._reads.get()) is not None:
            item, offset, size = read
            try:
                row = self._row_of(item)
            except MusfuseError as error:
                log.debug("a read of item %d is not told of: %s", item, error)
                continue
            if row is not None:
                file = row.track.file
                self._events.publish(FileAccessed(row.public, file.path, file.source_uid, offset, size))
