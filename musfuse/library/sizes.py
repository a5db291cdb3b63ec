"""Exact sizes: from the frame index where there is one, else by having it built, on demand or in the background.

Lock order: `_lock` is innermost and never held while anything is read, encoded or waited for.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from copy import copy
from dataclasses import replace

from musfuse.errors import BusyError, MusfuseError, NoEntryError
from musfuse.events import EventBus, TrackIndexed
from musfuse.library.catalog import Renditions, TrackRow, Tracks
from musfuse.media.engine import MediaEngine
from musfuse.media.flac.content import index_content
from musfuse.media.indexing.pool import IndexPool, Priority
from musfuse.media.indexing.protocol import Answer, Job
from musfuse.media.ports import NotIndexedError
from musfuse.media.transcoders import IndexStore
from musfuse.model import WHOLE, Rendition, SampleRange, SourceFile, Track
from musfuse.origins import IndexWhen, Origin
from musfuse.store import FrameFiles

log = logging.getLogger(__name__)

UNTIL_INDEXED = "original"
"""How a source shows files without an index (TrackRow.unindexed) that are their originals until they have one."""


class Sizes:
    """Knows or finds out the exact size of any track. Waiters are bounded, so that other calls keep their threads; who
    finds no place among them waits for one up to `turn_seconds`. Nobody waits for longer than `wait_seconds` in all.

    `on_heard` is told what a track sounds like where an index was built. `idle_origin_of` gives the origins that are
    read where nobody waits; `served` what views make of lossless audio.
    """

    def __init__(
        self,
        tracks: Tracks,
        renditions: Renditions,
        engine: MediaEngine,
        indexes: IndexStore,
        frame_files: FrameFiles,
        pool: IndexPool,
        origin_of: Callable[[str], Origin],
        events: EventBus,
        *,
        threads: int,
        waiters: int,
        wait_seconds: float,
        turn_seconds: float = 0,
        after_change: Callable[[], None],
        on_heard: Callable[[Track, str], None] = lambda *_: None,
        idle_origin_of: Callable[[str], Origin] | None = None,
        served: Callable[[], Iterable[Rendition]] = tuple,
    ) -> None:
        self._served = served
        self._on_heard = on_heard
        self._tracks, self._renditions = tracks, renditions
        self._engine, self._indexes, self._pool = engine, indexes, pool
        self._frame_files = frame_files
        self._origin_of, self._events = origin_of, events
        self._idle_origin_of = idle_origin_of or origin_of
        self._threads, self._wait_seconds, self._turn_seconds = threads, wait_seconds, turn_seconds
        self._after_change = after_change
        self._slots = threading.BoundedSemaphore(waiters)

    def over(self, tracks: Tracks) -> "Sizes":
        """Sizes of what another view shows, with these workers and this count of waiters."""
        other = copy(self)
        other._tracks = tracks
        return other

    def token(self, rendition: Rendition) -> str:
        """The token under which the sizes of such a rendition count now."""
        return self._engine.token(rendition)

    def tokens(self) -> dict[Rendition, str]:
        """The tokens of everything that views serve and whose size is not the original's."""
        wanted = dict.fromkeys((*self._engine.made(), *filter(self._engine.makes, self._served())))
        return {rendition: self.token(rendition) for rendition in wanted}

    def known(self, row: TrackRow) -> int | None:
        """The size where no index has to be built for it."""
        if row.track.rendition is Rendition.ORIGINAL:
            return row.track.file.stamp.size
        if row.size is not None and row.size_token == self.token(row.track.rendition):
            return row.size
        return self._from_index(row.track)

    def wait(self, track: int, lost: bool = False, rendition: Rendition | None = None) -> int:
        """The exact size, waiting for the index where it must be built; also where it was and got `lost` since. Of the
        track as it is served, or made into another `rendition`.

        Raises BusyError when too many wait already or it takes too long, NoEntryError when the track is gone or became
        another file (it could not be decoded and is served as the original now), MusfuseError when its source is away.
        """
        row = self._row(track, rendition)
        size = self.known(row)
        if size is not None and not lost:
            return size
        if rendition is None and self._is_shown_meanwhile(row):
            raise NoEntryError(f"{row.track.file.path}: has no index now, and is served as the original until it has")
        if row.put_off:
            raise BusyError(f"{row.put_off}; the next scan tries again")
        until = time.monotonic() + self._wait_seconds
        with self._place(f"{row.track.file.path}: ", self._turn_seconds):
            try:
                answer = self.request(row.track, Priority.DEMAND).result(max(0, until - time.monotonic()))
            except FutureTimeout:
                raise BusyError(
                    f"{row.track.file.path}: its index takes longer than index.wait_seconds; ask again"
                ) from None
        if answer.index is None and answer.may_retry:
            self._origin_of(row.track.file.source_uid).read(row.track.file.path, 0, 1)  # raises where that is why
            raise BusyError(f"{row.track.file.path}: {answer.error}")
        if answer.index is None:
            raise NoEntryError(f"{row.track.file.path}: {answer.error}; it is served as the original now")
        size = self.known(self._row(track, rendition))
        if size is None:
            raise BusyError(f"{row.track.file.path}: changed while it was indexed; ask again")
        return size

    def wait_all(self, tracks: Sequence[int], seconds: float) -> None:
        """Wait for so many seconds at most until these tracks have sizes, or cannot have any; takes one waiter's place.
        Raises BusyError."""
        until = time.monotonic() + seconds
        with self._place("", min(self._turn_seconds, seconds)):
            asked = []
            for track in tracks:
                row = self._tracks.track(track)
                if row is not None and self.known(row) is None and not self._is_shown_meanwhile(row):
                    asked.append(self.request(row.track, Priority.DEMAND))
            wait(asked, max(0, until - time.monotonic()))

    @contextmanager
    def _place(self, whose: str, seconds: float) -> Iterator[None]:
        """A place among those who wait, for which one waits so many seconds."""
        if not self._slots.acquire(timeout=seconds):
            raise BusyError(f"{whose}too many programs wait for sizes already; ask again")
        try:
            yield
        finally:
            self._slots.release()

    def request(self, track: Track, priority: Priority) -> "Future[Answer]":
        """Queue a track's index; when the future is done, the catalog has its size or its failure."""
        of = self._idle_origin_of if priority is Priority.BACKGROUND else self._origin_of
        origin = of(track.file.source_uid)
        key = self._indexes.key(track.file, track.sample_range)
        done: Future[Answer] = Future()
        if origin.traits.index is IndexWhen.NEVER:
            never = Answer(None, f"{track.file.path}: its source is not to be read whole, which an index would need")
            self._settle(track, never)
            done.set_result(never)
            return done
        # Who waits for the size reads next: what the pass encodes is kept for them, as long as it is small.
        path = None if priority is Priority.BACKGROUND else self._frame_files.new_path(pcm_bytes(track))
        keep = str(path) if path else ""
        sequential = track.part is not None and self._indexes.lies(track.file)
        job = Job(track.file, track.format, self._indexes.encoder, self._threads, keep, track.sample_range, sequential)

        def settle(asked: "Future[Answer]") -> None:
            answer = asked.result()
            try:
                if track.part is not None and answer.index is not None and answer.index.sequential and not sequential:
                    # This part and those behind it were cut by timestamps that lie: all are made anew.
                    self._indexes.set_lies(track.file)
                    self._renditions.forget_sizes(track.file)
                    self._after_change()
                    self.request(track, priority).add_done_callback(lambda again: done.set_result(again.result()))
                    return
                if answer.has_frames and path is not None:
                    self._frame_files.adopt(key, path)
                self._settle(track, answer)
            except MusfuseError as error:
                log.warning("%s: what became of its index could not be kept: %s", track.file.path, error)
                answer = Answer(None, str(error), may_retry=True)
            except Exception as error:
                log.exception("%s: its index could not be kept", track.file.path)
                answer = Answer(None, str(error), may_retry=True)
            done.set_result(answer)

        self._pool.submit(key, origin, job, priority).add_done_callback(settle)
        return done

    def index_when(self, track: Track) -> IndexWhen:
        """When the indexes of a track's source are built. Raises NotFoundError, UnavailableError."""
        return self._origin_of(track.file.source_uid).traits.index

    def is_lazy(self, track: Track) -> bool:
        """Whether a track's index is built only when somebody asks for the size."""
        return self.index_when(track) is IndexWhen.LAZY

    def become(self, row: TrackRow) -> bool:
        """Have a track that is shown as its original until its index is there shown as what it is to be; whether the
        index is there."""
        if self._indexes.get(row.track) is None:
            return False
        self._become(row.track)
        return True

    def _become(self, track: Track) -> bool:
        """Whether a track with an index was shown as its original until now, and is not any more."""
        if not self._renditions.set_indexed(track):
            return False
        self._after_change()
        row = self._tracks.track(track.id)
        if row is not None and row.track.rendition is not Rendition.ORIGINAL:
            self._from_index(row.track)
        return True

    def _is_shown_meanwhile(self, row: TrackRow) -> bool:
        """Whether a track without an index is shown as its original, as its source has it; it is from now on."""
        track = row.track
        if row.unindexed != UNTIL_INDEXED or track.part is not None:
            return False
        if not self._engine.needs_index(track.format, track.rendition):
            return False
        self._renditions.set_unindexed(row.track)
        self._after_change()
        return True

    def forget(self, file: SourceFile, sample_range: SampleRange = WHOLE) -> None:
        """Drop the index and the encoded runs of an original, or a part of one, that is gone."""
        self._frame_files.forget(self._indexes.key(file, sample_range))
        self._indexes.drop(file, sample_range)

    def _row(self, track: int, rendition: Rendition | None) -> TrackRow:
        row = self._tracks.track(track)
        if row is None:
            raise NoEntryError(f"track {track} is gone")
        if rendition in (None, row.track.rendition):
            return row
        return replace(row, track=replace(row.track, rendition=rendition), size=None)

    def _from_index(self, track: Track) -> int | None:
        try:
            layout = self._engine.layout(track)
        except NotIndexedError:
            return None
        layout.close()
        self._renditions.set_size(track, layout.size, self.token(track.rendition))
        self._events.publish(TrackIndexed(track.id, layout.size))
        return layout.size

    def _settle(self, track: Track, answer: Answer) -> None:
        if answer.index is not None:
            self._indexes.put(track, answer.index)
            self._on_heard(track, index_content(answer.index))
            now = self._as_it_is_now(track)
            if not self._become(now):
                self._from_index(now)
        elif answer.put_off:
            log.warning("%s", answer.error)
            self._renditions.put_off(track, answer.error)
        elif not answer.may_retry:
            log.warning("%s", answer.error)
            self._renditions.set_failed(track, answer.error)
            self._after_change()
            self._events.publish(TrackIndexed(track.id, None, answer.error))

    def _as_it_is_now(self, track: Track) -> Track:
        """A track whose index was built, with what changed meanwhile: its tags, or the same file was looked at again.
        Another version of the file has another index, so nothing is noted of that."""
        row = self._tracks.track(track.id)
        if row is None or (row.track.file, row.track.sample_range) != (track.file, track.sample_range):
            return track
        return replace(row.track, rendition=track.rendition)


def pcm_bytes(track: Track) -> int:
    """The bytes of the track's PCM: about the most that its frames will take."""
    fmt = track.format
    return (track.sample_range.count_of(fmt.total_samples) or 0) * fmt.channels * fmt.bits // 8
