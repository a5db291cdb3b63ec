"""Makes tracks ready before somebody plays them: their indexes, and the first runs of what is encoded.

Lock order: `_lock` is innermost; nothing is asked or made while it is held.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from musfuse.errors import MusfuseError
from musfuse.library.catalog import RowOf, TrackRow, Tracks
from musfuse.library.prefetch.guessing import Guess, guessed
from musfuse.library.prefetch.queue import MANUAL, PrefetchQueue, Wanted
from musfuse.library.sizes import Sizes
from musfuse.lru import Lru
from musfuse.media.engine import MediaEngine
from musfuse.media.indexing.pool import Priority
from musfuse.media.ports import NotIndexedError

log = logging.getLogger(__name__)

_BEGINNING, _STEP = 1 << 20, 1 << 17
"""Bytes of the audio that are made, some seconds, and how many at a time."""
_FRESH_SECONDS, _REMEMBERED = 600.0, 1000
_PATIENCE_SECONDS = 10.0
"""For so long what is guessed gives way to readers, who may read all the time."""


@dataclass(frozen=True, slots=True)
class PrefetchFigures:
    """Since the begin: tracks that were guessed and queued, guesses that somebody then listened to, tracks that were
    made ready, or could not be, and those that found no room; and how many wait now."""

    guessed: int
    used: int
    made: int
    failed: int
    dropped: int
    waiting: int


class Prefetcher:
    """Of one library, whose main view `tracks` are of. `guesses` tell what follows a track; `busy_for` how many seconds
    it is until readers at work count as gone, 0 where there are none. `clock` is a monotonic one, in seconds. Its
    thread begins with the first track; `close` ends it."""

    def __init__(
        self,
        queue: PrefetchQueue,
        guesses: Sequence[Guess],
        tracks: Tracks,
        sizes: Sizes,
        engine: MediaEngine,
        busy_for: Callable[[], float] = lambda: 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.queue, self.guesses = queue, list(guesses)
        self._tracks, self._sizes, self._engine = tracks, sizes, engine
        self._busy_for, self._clock = busy_for, clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._indexed = threading.Event()
        self._guessed: Lru[int, bool] = Lru(_REMEMBERED)
        self._row_of: Lru[int, RowOf] = Lru(_REMEMBERED)
        self._fresh: Lru[int, float] = Lru(_REMEMBERED)
        self._count, self._used, self._made, self._failed = 0, 0, 0, 0
        self._awaited: dict[int, list[Future[int]]] = {}

    def listened(self, row: TrackRow, row_of: RowOf) -> None:
        """Somebody begins to listen to a track: what probably follows is made ready, as `row_of` tells that it is
        served there. Raises StoreError."""
        item = row.track.id
        with self._lock:
            self._used += self._guessed.pop(item) is not None
        for wanted in guessed(self.guesses, row):
            if self._is_fresh(wanted.item) or not self._put(wanted, row_of):
                continue
            with self._lock:
                self._count += self._guessed.peek(wanted.item) is None
                self._guessed.put(wanted.item, True)

    def hint(self, item: int, row_of: RowOf) -> None:
        """Somebody looks at an item because it is to be made ready; once is enough."""
        if not self._is_fresh(item):
            self._put(Wanted(item, MANUAL), row_of)

    def ask(self, items: Iterable[int], *, waits: bool = False) -> int:
        """Somebody wants items made ready; how many found no room, for which it `waits` or not."""
        dropped = 0
        for item in items:
            if waits:
                self.queue.wait_for_room()
            dropped += not self._put(Wanted(item, MANUAL), self._tracks.track)
        return dropped

    def make(self, item: int) -> "Future[int]":
        """Somebody wants an item made ready, and to hear of it: of how many bytes, 0 where it could not be; what found
        no room is cancelled."""
        done: Future[int] = Future()
        with self._lock:
            self._awaited.setdefault(item, []).append(done)
        if not self._put(Wanted(item, MANUAL), self._tracks.track):
            self._tell(item, None)
        return done

    @property
    def figures(self) -> PrefetchFigures:
        """What was done, and is to be done."""
        queue = self.queue.figures
        with self._lock:
            return PrefetchFigures(
                self._count, self._used, self._made, self._failed, queue.dropped, queue.waiting
            )  # fmt: skip

    def close(self) -> None:
        """Make nothing more ready; returns when nothing is under way."""
        self._closed.set()
        self.queue.close()
        self._indexed.set()
        with self._lock:
            thread, awaited = self._thread, list(self._awaited)
        for item in awaited:
            self._tell(item, None)
        if thread is not None:
            thread.join()

    def _is_fresh(self, item: int) -> bool:
        """Whether an item was made ready not long ago."""
        made = self._fresh.peek(item)
        return made is not None and self._clock() - made < _FRESH_SECONDS

    def _put(self, wanted: Wanted, row_of: RowOf) -> bool:
        with self._lock:
            self._row_of.put(wanted.item, row_of)
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)
                self._thread.start()
        return self.queue.put(wanted.item, wanted.priority)

    def _run(self) -> None:
        while (wanted := self.queue.take()) is not None:
            if wanted.priority < MANUAL:
                self._give_way()
            try:
                made = 0 if self._closed.is_set() else self._make(wanted.item)
            except MusfuseError as error:
                log.debug("item %d is not made ready: %s", wanted.item, error)
                made = 0
            except Exception:
                log.exception("item %d is not made ready", wanted.item)
                made = 0
            with self._lock:
                self._made += made > 0
                self._failed += made == 0
                if made:
                    self._fresh.put(wanted.item, self._clock())
            self._tell(wanted.item, made)

    def _tell(self, item: int, made: int | None) -> None:
        """Tell who waits for an item how many bytes of it are ready; None: it found no room, or all ends."""
        with self._lock:
            awaited = self._awaited.pop(item, [])
        for done in awaited:
            if made is None:
                done.cancel()
            elif not done.done():
                done.set_result(made)

    def _give_way(self) -> None:
        until = self._clock() + _PATIENCE_SECONDS
        while (busy := self._busy_for()) > 0 and self._clock() < until:
            if self._closed.wait(busy):
                return

    def _make(self, item: int) -> int:
        """Make one ready: how many bytes of it are, at least 1; 0 where it cannot be. Raises MusfuseError."""
        with self._lock:
            row_of = self._row_of.pop(item) or self._tracks.track
        row = row_of(item)
        if row is not None and self._sizes.known(row) is None:
            self._index(row)
            row = row_of(item)
        if row is None:
            return 0
        try:
            layout = self._engine.layout(row.track)
        except NotIndexedError:
            return 0
        try:
            begin, length = layout.audio
            at, end = begin, begin + min(length, _BEGINNING)
            at += len(layout.read_at(at, 1))  # who goes on behind it reads in a row, for whom whole runs are kept
            while at < end and not self._closed.is_set():
                at += len(layout.read_at(at, min(_STEP, end - at)))
        finally:
            layout.close()
        return max(1, at - begin)

    def _index(self, row: TrackRow) -> None:
        """Wait for the index of a track, as readers let it be built."""
        self._indexed.clear()
        if not self._closed.is_set():
            self._sizes.request(row.track, Priority.FOLDER).add_done_callback(lambda _: self._indexed.set())
            self._indexed.wait()
