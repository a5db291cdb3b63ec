"""Who listens to a track, told from who copies it, looks into it or makes a picture of it.

A play is a file that was open for a third of the track's length, 240 s at most, while a third of its audio or more was
read. A read only marks which of some points of the audio it reached; all else is found out on a thread of its own, when
a file was open for a while, and when one is closed.

Lock order: `_woken` is innermost; nothing is asked or told while it is held.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.errors import MusfuseError
from musfuse.library.catalog import RowOf, TrackRow

log = logging.getLogger(__name__)

POINTS = 256
"""Spread evenly over the audio: how many of them were read tells how much of it was, in whatever order and however
often."""
ENOUGH_SECONDS = 240.0
"""A file that was open for so long is played, however long the track is."""
LOOK_SECONDS = 10.0
"""A file that is open for so long is looked at: most copies are done by then."""
_LOOKS = 3
_MOMENT_SECONDS = 1.0
_AHEAD, _BUFFERED_SECONDS = 4.0, 60.0
_WAITING, _ENDED = 4096, 1024
_REACHED = bytes([1]) * POINTS


class Reached:
    """Which points of `length` bytes from `start` on were read. May be used from many threads: a mark is one byte."""

    __slots__ = ("_length", "_points", "_start")

    def __init__(self, start: int, length: int) -> None:
        self._start, self._length = start, length
        self._points = bytearray(POINTS)

    def read(self, offset: int, size: int) -> None:
        """Bytes [offset, offset + size) were read. Point n lies at the fraction n / POINTS of the span, rounded
        down."""
        at, length = offset - self._start, self._length
        if length > 0:
            first, end = max(0, -(-at * POINTS // length)), min(POINTS, -(-(at + size) * POINTS // length))
            if first < end:
                self._points[first:end] = _REACHED[first:end]

    @property
    def share(self) -> float:
        """How much of the span was read, from 0 to 1."""
        return self._points.count(1) / POINTS


def is_play(share: float, seconds: float, length: float | None) -> bool:
    """Whether a file that was open for some seconds, while some share of its audio was read, was played; `length` is
    that of the track in seconds, None where nobody knows."""
    wanted = ENOUGH_SECONDS if length is None else min(length / 3, ENOUGH_SECONDS)
    return share * 3 >= 1 and seconds >= wanted


def is_listened_to(share: float, seconds: float, length: float | None) -> bool:
    """Whether somebody seems to listen to a file that is open since some seconds: it is read not much faster than it
    plays, or was read at once and is kept open."""
    if share == 0:
        return False
    return share == 1 or share * (length or ENOUGH_SECONDS) <= seconds * _AHEAD + _BUFFERED_SECONDS


@dataclass(slots=True, eq=False)
class Reader:
    """An open file that shows an item. `ask_again` has the system ask for bytes that it kept from before, None where it
    kept none."""

    item: int
    row_of: RowOf
    reached: Reached
    opened: float
    ask_again: Callable[[], None] | None
    looks: int = 0
    closed: float | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A play that ended: of which track, and how many seconds ago it began."""

    row: TrackRow
    seconds: float


class Listening:
    """All open files of a library. `on_play` hears of plays that ended, `on_listener` of tracks that somebody begins to
    listen to, and where other tracks of that view are known. Both are called on one thread, and may raise MusfuseError.
    `clock` is a monotonic one, in seconds: a clock that is set makes no plays. `close` ends the thread, after all plays
    are told."""

    def __init__(
        self,
        on_play: Callable[[Played], None],
        on_listener: Callable[[TrackRow, RowOf], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_play, self._on_listener, self._clock = on_play, on_listener, clock
        self._woken = threading.Condition()
        self._open: deque[tuple[float, Reader]] = deque(maxlen=_WAITING)  # in order of when they are looked at
        self._ended: deque[Reader] = deque(maxlen=_ENDED)
        self._thread: threading.Thread | None = None
        self._closed = self._busy = False

    def opened(
        self, item: int, row_of: RowOf, audio: tuple[int, int], ask_again: Callable[[], None] | None = None
    ) -> Reader:
        """A file was opened that shows an item; `audio` is where its audio begins, and how many bytes it has."""
        reader = Reader(item, row_of, Reached(*audio), self._clock(), ask_again)
        with self._woken:
            self._open.append((reader.opened + LOOK_SECONDS, reader))
            if len(self._open) == 1:
                self._wake()
        return reader

    def closed(self, reader: Reader) -> None:
        """A file was closed. One that was open for a moment is a copy nearly always: the thread is not woken for it,
        which would hold up who copies, and looks at it when it looks at files that are open."""
        reader.closed = self._clock()
        if reader.reached.share * 3 >= 1:
            with self._woken:
                self._ended.append(reader)
                if reader.closed - reader.opened >= _MOMENT_SECONDS:
                    self._wake()

    def look(self) -> None:
        """Look whether something is due now: the clock may have been moved by hand."""
        with self._woken:
            self._wake()

    @property
    def idle(self) -> bool:
        """Whether nothing is due now, or under way."""
        return not (self._busy or self._ended or self._due())

    def close(self) -> None:
        """Tell of the plays that ended, and look at nothing more."""
        with self._woken:
            self._closed = True
            self._woken.notify()
        if self._thread is not None:
            self._thread.join()

    def _wake(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="listening", daemon=True)
            self._thread.start()
        self._woken.notify()

    def _due(self) -> bool:
        return bool(self._open) and self._open[0][0] <= self._clock()

    def _run(self) -> None:
        while True:
            with self._woken:
                self._busy = False
                while not (self._closed or self._ended or self._due()):
                    self._woken.wait(max(0.0, self._open[0][0] - self._clock()) if self._open else None)
                ended, due = list(self._ended), list[Reader]()
                self._ended.clear()
                while self._due():
                    due.append(self._open.popleft()[1])
                self._busy, last = True, self._closed
            for reader in ended:
                self._guarded(self._end, reader)
            if last:
                return
            for reader in due:
                if reader.closed is None:
                    self._guarded(self._look, reader)

    def _guarded(self, act: Callable[[Reader, TrackRow], None], reader: Reader) -> None:
        try:
            row = reader.row_of(reader.item)
            if row is not None:
                act(reader, row)
        except MusfuseError as error:
            log.debug("who listens to item %d is not told: %s", reader.item, error)
        except Exception:
            log.exception("who listens to an item is not told")

    def _end(self, reader: Reader, row: TrackRow) -> None:
        seconds = (reader.closed or reader.opened) - reader.opened
        if is_play(reader.reached.share, seconds, length_of(row)):
            self._on_play(Played(row, seconds))

    def _look(self, reader: Reader, row: TrackRow) -> None:
        now = self._clock()
        if is_listened_to(reader.reached.share, now - reader.opened, length_of(row)):
            self._on_listener(row, reader.row_of)
        elif reader.looks < _LOOKS:
            reader.looks += 1
            with self._woken:
                self._open.append((now + LOOK_SECONDS, reader))
        if reader.ask_again is not None:
            ask_again, reader.ask_again = reader.ask_again, None
            ask_again()


def length_of(row: TrackRow) -> float | None:
    """The length of a track in seconds, None where nobody knows."""
    samples, rate = row.track.sample_range.count_of(row.track.format.total_samples), row.track.format.sample_rate
    return samples / rate if samples is not None and rate else None
