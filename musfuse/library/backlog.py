"""What has no exact size yet: found out all together, in the background or because somebody asked for all of it."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import chain

from musfuse.errors import MusfuseError
from musfuse.library.catalog import Renditions, TrackRow, Tracks
from musfuse.library.overlay.value import split_key
from musfuse.library.sizes import Sizes
from musfuse.media.indexing.pool import Priority
from musfuse.media.indexing.protocol import Answer
from musfuse.origins import IndexWhen

log = logging.getLogger(__name__)

_PAGE = 100


class Backlog:
    """Finds out all sizes that are not known, in the views that `shown` are of: at once where an index is there
    (`settle`), else by building one (`run`), a bounded number queued at a time, giving way to readers."""

    def __init__(self, shown: Sequence[Tracks], renditions: Renditions, sizes: Sizes, queued: int) -> None:
        self._shown, self._renditions, self._sizes, self._queued = shown, renditions, sizes, queued
        self._stop = threading.Event()

    def stop(self) -> None:
        """End `run` or `settle` soon."""
        self._stop.set()

    def settle(self, keys: Iterable[str] | None, may_go_on: Callable[[], None]) -> int:
        """Note the sizes that need no new index, because only a header is another one than before; how many. Of the
        tracks whose overlays have these keys, or of all. `may_go_on` is called before each, as in `run`."""
        settled = 0
        for row in self._unsized() if keys is None else self._at(keys):
            may_go_on()
            if self._stop.is_set():
                break
            try:
                settled += self._sizes.known(row) is not None
            except MusfuseError as error:  # whoever wants it hears of it
                log.debug("%s", error)
        return settled

    def _unsized(self) -> Iterator[TrackRow]:
        tokens = self._sizes.tokens()
        for tracks in self._shown:
            after = 0
            while rows := tracks.unsized(tokens, after, _PAGE):
                yield from rows
                after = rows[-1].track.id

    def _at(self, keys: Iterable[str]) -> Iterator[TrackRow]:
        for key in keys:
            for tracks in self._shown:
                row = tracks.at(*split_key(key))
                if row is not None:
                    yield row

    def _unindexed(self) -> Iterator[TrackRow]:
        """What is shown as its original until its index is there, each as what it becomes."""
        for tracks in self._shown:
            after = 0
            while rows := tracks.unindexed(after, _PAGE):
                for row in rows:
                    made = row.becomes or row.track.rendition
                    yield replace(row, track=replace(row.track, rendition=made), size=None)
                after = rows[-1].track.id

    def run(
        self,
        priority: Priority,
        progress: Callable[[int, int], None],
        may_go_on: Callable[[], None],
        *,
        lazy: Callable[[str], bool] = lambda _: False,
    ) -> tuple[int, int]:
        """Index everything that has no size; (done, failed). `progress` gets done and still to do. What waits until it
        is asked for only of those sources, by their uids, of which `lazy` says so.

        `may_go_on` is called before each job and may block for as long as readers need the machine.
        """
        self._renditions.take_up()
        total, done, failed = self._renditions.pending(self._sizes.tokens()) + self._renditions.unindexed(), 0, 0
        waiting: list[Future[Answer]] = []
        progress(0, total)
        for row in chain(self._unsized(), self._unindexed()):
            may_go_on()
            if self._stop.is_set():
                break
            try:
                meanwhile = row.becomes is row.track.rendition
                if self._sizes.become(row) if meanwhile else self._sizes.known(row) is not None:
                    done += 1
                    continue
                when = self._sizes.index_when(row.track)
                waits = when is IndexWhen.LAZY and not lazy(row.track.file.source_uid)
                if waits or (when is IndexWhen.NEVER and meanwhile):
                    continue
                waiting.append(self._sizes.request(row.track, priority))
            except MusfuseError as error:
                log.warning("%s", error)
                failed += 1
            while len(waiting) >= self._queued:
                done, failed = _count(waiting.pop(0), done, failed)
                progress(done + failed, max(0, total - done - failed))
        for future in waiting:
            if self._stop.is_set() and not future.done():
                continue
            done, failed = _count(future, done, failed)
            progress(done + failed, max(0, total - done - failed))
        return done, failed


def _count(future: "Future[Answer]", done: int, failed: int) -> tuple[int, int]:
    return (done + 1, failed) if future.result().index is not None else (done, failed + 1)
