"""Follows the sources: changes that their origins tell of are scanned soon, and sources that tell of none, or not of
all, are scanned again and again.

Lock order: `_lock` before that of Dirt; no origin is asked for anything while it is held.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from musfuse.app.sources import Sources
from musfuse.errors import MusfuseError, NotFoundError, OriginError, UnavailableError
from musfuse.library.catalog import Files
from musfuse.library.catalog.departures import Departures
from musfuse.library.corners import WHOLE, Corner
from musfuse.library.lookout import Lookout
from musfuse.library.options import FollowOptions
from musfuse.library.watching import Dirt, Growing
from musfuse.model import SourceFile
from musfuse.origins import Origin
from musfuse.origins.port import WatchableOrigin
from musfuse.origins.watching import Watch

log = logging.getLogger(__name__)

_ASK_AGAIN_SECONDS = 30.0
_AWAY = "it, or what is mounted in it, was away"
_SHARE = 10
"""A source that is polled is scanned for no more than a tenth of the time."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How a source is followed: `root` is its place, `polled` every so many seconds (0: as it tells of changes), for
    what `problem`."""

    root: str
    polled: int
    problem: str


class Followee:
    """One source that is followed: what its origin tells is noted in `dirt`. `none` says why its origin tells nothing,
    where there is no watch; `away` that it, or a part of it, was not there: nobody tells when it comes back; `said`
    which problem the log knows of."""

    def __init__(self, uid: str, origin: Origin, dirt: Dirt, still: float) -> None:
        self.uid, self.origin, self.growing = uid, origin, Growing(still)
        self._dirt = dirt
        self.watch: Watch | None = None
        self.none = self.away = ""
        self.said = ""
        self.scanned_at, self.scan_took = time.monotonic(), 0.0

    def begin(self) -> None:
        """Have the origin tell of changes, where it can."""
        if not self.origin.traits.watchable:
            self.none = "its kind of source tells of no changes"
            return
        try:
            self.watch = cast(WatchableOrigin, self.origin).watch(self)
        except UnavailableError as error:
            self.none = str(error)

    @property
    def problem(self) -> str:
        """Why it has to be polled; empty where it need not be."""
        return self.none or (self.watch.problem if self.watch is not None else "") or self.away

    def changed(self, folder: str) -> None:
        """A folder changed."""
        self._note(Corner(folder))

    def came(self, folder: str) -> None:
        """A folder is new."""
        self._note(Corner(folder, deep=True))

    def lost(self, why: str) -> None:
        """Anything may have changed."""
        log.warning("%s: %s; all of it is looked at again", self.origin.name, why)
        self._note(WHOLE)

    def made(self, path: str) -> None:
        """A file was made or written to."""
        self.growing.made(path)

    def writing(self, path: str) -> None:
        """A file is being written."""
        self.growing.writing(path)

    def written(self, path: str) -> None:
        """A file or folder is whole."""
        self.growing.written(path)

    def end(self) -> None:
        """Hear of nothing more."""
        if self.watch is not None:
            self.watch.close()

    def _note(self, corner: Corner) -> None:
        self._dirt.note(self.uid, corner)


class _SourceLookout:
    """The lookout of one scan of a source. With `guess`, files of which nothing was told may be growing, too."""

    def __init__(self, followee: Followee, dirt: Dirt, departures: Departures, *, guess: bool) -> None:
        self._followee, self._dirt, self._departures, self._guess = followee, dirt, departures, guess

    def enter(self, folder: str) -> None:
        if self._followee.watch is not None:
            self._followee.watch.enter(folder)

    def leave(self, folders: Collection[str]) -> None:
        if self._followee.watch is not None:
            self._followee.watch.leave(folders)

    def holds(self, file: SourceFile) -> bool:
        growing, watch = self._followee.growing, self._followee.watch
        wait = growing.wait(file.path, file.stamp, guess=self._guess)
        if wait and not self._guess and watch is not None:  # somebody asked for all that is there now
            watch.catch_up()
            wait = growing.wait(file.path, file.stamp, guess=False)
        if not wait or self._departures.was_seen(file):
            return False
        self._dirt.note_later(file.source_uid, Corner(file.path.rpartition("/")[0]), wait)
        return True


class Follower:
    """`ask` is called when there is something to scan: whoever does that takes it from here. `start` and `close` once
    each; all else may be called from many threads."""

    def __init__(
        self, sources: Sources, files: Files, departures: Departures, options: FollowOptions, ask: Callable[[], object]
    ) -> None:
        self._sources, self._files, self._departures, self._options = sources, files, departures, options
        self._quiet = options.quiet_ms / 1000
        self._ask = ask
        self._lock = threading.Lock()
        self._followees: Mapping[str, Followee] = {}
        self._asked_at: float | None = None
        self._woken, self._closed = threading.Event(), threading.Event()
        self.dirt = Dirt(self._quiet, self._woken.set)
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self, *, entering: bool) -> None:
        """Begin to follow all sources. `entering`: no scan will come by, so the folders that are known are watched."""
        if self._sources.outages is not None:
            self._sources.outages.on_back = self.back
        self.reload()
        if entering:
            for uid in list(self._followees):
                watch = self._followees[uid].watch
                for folder in ("", *self._files.folders(self._sources.row(uid).id)):
                    if watch is not None:
                        watch.enter(folder)
        self._thread.start()

    def reload(self) -> None:
        """Follow the sources that there are now, after some came, went or were changed."""
        origins = dict[str, Origin]()
        for row in self._sources.rows():
            with suppress(MusfuseError):  # of a kind that is not known here: nothing can be scanned either
                origins[row.uid] = self._sources.origin(row.uid)
        with self._lock:
            before = self._followees
            kept = {uid: one for uid, one in before.items() if origins.get(uid) is one.origin}
            new = [Followee(uid, origin, self.dirt, self._quiet) for uid, origin in origins.items() if uid not in kept]
            self._followees = {**kept, **{one.uid: one for one in new}}
        for one in before.values():
            if kept.get(one.uid) is not one:
                one.end()
        for one in new:
            one.begin()
            if one.uid in before:  # its watch is another, which a scan has to bring to all folders
                self.dirt.note(one.uid, WHOLE)
        self.dirt.forget_others(origins)
        self._woken.set()

    def lookout(self, uid: str, *, guess: bool = False) -> Lookout | None:
        """What a scan of a source is to ask and tell; None where nobody follows it."""
        one = self._followees.get(uid)
        return None if one is None else _SourceLookout(one, self.dirt, self._departures, guess=guess)

    def finds(self, uid: str, path: str) -> bool:
        """Whether an original is gone from a source that tells of all changes: then its folder is scanned soon."""
        one = self._followees.get(uid)
        if one is None or one.problem:
            return False
        try:
            one.origin.stat(path)
        except NotFoundError:
            self.dirt.note(uid, Corner(path.rpartition("/")[0]))
            return True
        except OriginError:
            pass
        return False

    def take(self) -> Mapping[str, Sequence[Corner]]:
        """What is to be scanned now, by the uid of its source."""
        self._asked_at = None
        taken = self.dirt.take()
        self._woken.set()  # what is due only a moment later is left
        return taken

    def give_back(self, uid: str, corners: Sequence[Corner], seconds: float) -> None:
        """Corners could not be scanned now: they are to be in some seconds."""
        for corner in corners:
            self.dirt.note_later(uid, corner, seconds)

    def scanned(self, uid: str, took: float) -> None:
        """A source was scanned as a whole, in so many seconds."""
        one = self._followees.get(uid)
        if one is not None:
            one.scanned_at, one.scan_took = time.monotonic(), took
        self._woken.set()

    def found(self, uid: str, *, whole: bool, problem: str) -> None:
        """A scan of a source ended, that of the `whole` or of corners; `problem`: why something was not there."""
        one = self._followees.get(uid)
        if one is not None and (whole or problem):
            one.away = problem and _AWAY
            self._woken.set()

    def back(self, uid: str) -> None:
        """A source that was away answers again: it is scanned where a scan missed it."""
        one = self._followees.get(uid)
        if one is not None and one.away:
            self.dirt.note(uid, WHOLE)

    def told(self) -> list[Followed]:
        """How each source is followed."""
        return [
            Followed(one.origin.name, self._interval(one) if one.problem else 0, one.problem)
            for one in self._followees.values()
        ]

    def close(self) -> None:
        """Follow nothing more; returns when nothing is under way."""
        self._closed.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()
        for one in self._followees.values():
            one.end()

    def _interval(self, one: Followee) -> int:
        freshness = one.origin.traits.freshness_seconds
        return int(max(self._options.poll_seconds, freshness, _SHARE * one.scan_took))

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                wait = self._step(time.monotonic())
            except Exception:
                log.exception("changes of sources are not followed for a while")
                wait = _ASK_AGAIN_SECONDS
            self._woken.wait(wait)
            self._woken.clear()

    def _step(self, now: float) -> float | None:
        """Ask for what is due; seconds until there may be more."""
        waits = [self._poll(one, now) for one in self._followees.values()]
        due = self.dirt.wait()
        if due is not None:
            asked = self._asked_at
            if due == 0 and (asked is None or now - asked > _ASK_AGAIN_SECONDS):
                self._asked_at = now
                self._ask()
            waits.append(due or _ASK_AGAIN_SECONDS)
        return min((wait for wait in waits if wait is not None), default=None)

    def _poll(self, one: Followee, now: float) -> float | None:
        """Note a source that is to be polled now; seconds until it is. None for one that needs no polling."""
        problem = one.problem
        if problem != one.said:
            one.said = problem
            if problem:
                log.warning("%s: %s; it is looked at every %d s", one.origin.name, problem, self._interval(one))
            else:
                log.info("%s: tells of all its changes", one.origin.name)
        if not problem:
            return None
        left = one.scanned_at + self._interval(one) - now
        if left <= 0:
            one.scanned_at = now
            self.dirt.note(one.uid, WHOLE)
            return float(self._interval(one))
        return left
