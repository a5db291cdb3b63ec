"""What is done in the background for a library: scan, trees, sizes, imports, index, covers, hear, sweep, what is kept
of far sources (`app/farcontents.py`), care of its databases (`app/care/upkeep.py`): kinds of jobs.

An index pass and a scan may run side by side, as a scan and whoever waits for an index always have: the catalog has one
writer, names are given by one thread at a time, and originals are read by versions. So a scan waits for no index pass;
an index pass begins when no scan is under way, since it would miss what that finds. A sweep runs alone: what nothing
refers to can be told only while nothing moves.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from musfuse.app.library import Library
from musfuse.drive.activity import READER_PAUSE
from musfuse.events import ScanProgress
from musfuse.jobs import JobContext, JobKind, Resource
from musfuse.jobs.job import Params
from musfuse.library.backlog import Backlog
from musfuse.library.corners import Corner
from musfuse.media.art.options import ArtOptions
from musfuse.media.indexing.options import IndexOptions
from musfuse.media.indexing.pool import Priority

if TYPE_CHECKING:
    from musfuse.app.farcontents import FarContents
    from musfuse.library.walk import ScanResult

log = logging.getLogger(__name__)

EVERYTHING = 0
"""In place of the number of a change."""
_CHANGES = 100
"""More of them are as good as everything."""

Ask = Callable[[str, Params], object]
Result = Mapping[str, Any]


class Work:
    """The jobs of one library. `ask` requests another job to follow; `drop` takes back a job that waits and is not
    needed any more. With `serves`, somebody will ask for files of the drive, and what the first needs is loaded."""

    def __init__(self, library: Library, ask: Ask, drop: Callable[[str, str], None], *, serves: bool = True) -> None:
        self._library, self._ask, self._drop, self._serves = library, ask, drop, serves
        self._scanning: dict[int, JobContext] = {}
        self._unreached: set[str] = set()
        library.events.listen(ScanProgress, self._scan_progress)

    def kinds(self) -> list[JobKind]:
        """The kinds of jobs, in order of priority."""
        library = self._library
        return [
            JobKind("scan", Resource.ORIGIN, self.scan, resumes=_always, merge=_either),
            JobKind("rescan", Resource.FOLLOWING, self.rescan, resumes=_has_places, merge=_all_places),
            JobKind("views", Resource.DISK, self.make_trees, resumes=_always),
            JobKind("sizes", Resource.DISK, self.settle, resumes=_always, merge=_all_changes),
            JobKind(
                "import", Resource.DISK, self.take_over, after=frozenset({"scan", "rescan"}),
                key=lambda params: json.dumps(params, sort_keys=True, default=str),
            ),
            JobKind(
                "sync", Resource.DEVICE, self.sync, after=frozenset({"scan", "rescan", "views", "import"}),
                key=lambda params: json.dumps(params, sort_keys=True, default=str),
            ),
            JobKind(
                "index", Resource.CPU, self.index, after=frozenset({"scan"}), resumes=self._resumes_index,
                merge=lambda old, new: {**old, **new, "background": old.get("background") and new.get("background")},
            ),
            JobKind(
                "covers", Resource.ORIGIN, self.make_covers, after=frozenset({"scan", "sizes", "index"}), patient=True,
                resumes=self._resumes_index,
            ),
            JobKind(
                "identity", Resource.ORIGIN, self.hear, after=frozenset({"scan", "sizes", "index"}), patient=True,
                resumes=_always,
            ),
            JobKind(
                "indexfar", Resource.ORIGIN, self.index_idly, after=frozenset({"scan", "sizes", "index", "covers"}),
                patient=True, resumes=_never,
            ),
            JobKind("pin", Resource.ORIGIN, self.fetch_pinned, resumes=_always),
            JobKind("verify", Resource.DISK, self.verify_chunks),
            JobKind("vacuum", Resource.DISK, library.upkeep.vacuum),
            JobKind(
                "care", Resource.DISK, library.upkeep.care, after=frozenset({"scan", "sizes", "index", "vacuum"}),
                patient=True,
            ),
            JobKind("sweep", Resource.DISK, self.sweep, alone=True, patient=True),
        ]  # fmt: skip

    def scan(self, context: JobContext) -> Result:
        """Scan all sources, also what did not change where `everything` is asked for."""
        self._drop("sweep", "what it was to spare is known anew after a scan")
        library = self._library
        if self._serves:
            library.warm_up()
        scanner = library.scanner()
        with context.stopped_by(scanner.cancel), self._told_to(context):
            results = library.scan_all(scanner, bool(context.params.get("everything")))
            if not self._serves:  # nobody makes them behind it
                library.trees.build(lambda: context.stopping)
        library.drives.known_to_all()
        context.progress(sum(r.seen for r in results), sum(r.seen for r in results))
        if not context.stopping:
            self._unreached = {r.source for r in results if r.unreached}
            self._follow_up(whole=bool(results) and not any(r.problem for r in results))
        return self._counted(results)

    def rescan(self, context: JobContext) -> Result:
        """Scan the `places` that are asked for, each (uid of a source, path), and what the follower noted."""
        scans, scanner = self._library.scans, self._library.scanner()
        places = _corners(context.params.get("places", ()))
        with context.stopped_by(scanner.cancel), self._told_to(context):
            results = scans.named(scanner, places) if places else []
            results += scans.followed(scanner)
            if not self._serves:  # nobody makes them behind it
                self._library.trees.build(lambda: context.stopping)
        self._library.drives.known_to_all()
        context.progress(sum(r.seen for r in results), sum(r.seen for r in results))
        if not context.stopping and any(r.read or r.removed for r in results):
            self._drop("sweep", "what it was to spare is known anew after a scan")
            self._follow_up(whole=False)
        return self._counted(results)

    def _counted(self, results: "Sequence[ScanResult]") -> Result:
        return {
            "read": sum(r.read for r in results),
            "skipped": sum(r.skipped for r in results),
            "removed": sum(r.removed for r in results),
            "problems": [r.problem for r in results if r.problem],
            "empty": self._library.catalog.sources.empty(),
        }

    @contextmanager
    def _told_to(self, context: JobContext) -> Iterator[None]:
        """Within the block the scans of this thread tell a job how far they are."""
        thread = threading.get_ident()
        self._scanning[thread] = context
        try:
            yield
        finally:
            del self._scanning[thread]

    def make_trees(self, context: JobContext) -> Result:
        """Make the trees that views want by their rules of today, and show them."""

        def stops() -> bool:
            self._give_way(context)
            return context.stopping

        shown = 0 if context.stopping else self._library.trees.build(stops, context.progress)
        if shown:
            self._library.drives.known_to_all()
        if shown and not context.stopping:
            self._sized()
        return {"shown": shown}

    def _sized(self) -> None:
        if self._library.config[IndexOptions].background:
            self._ask("index", {"background": True})
            if self._library.config[ArtOptions].covers:
                self._ask("covers", {"background": True})
        else:
            self._ask("sizes", {})

    def _follow_up(self, whole: bool) -> None:
        self._sized()
        if self._library.trees.is_due():
            self._ask("views", {})
        self._ask("identity", {})
        if self._library.config[IndexOptions].background and self._library.sources.index_idly():
            self._ask("indexfar", {})
        if self._library.stores.chunks.has_pins():
            self._ask("pin", {})
        if whole and self._library.sweeper().is_due():
            self._ask("sweep", {})

    def _scan_progress(self, event: ScanProgress) -> None:
        context = self._scanning.get(threading.get_ident())
        if context is not None:
            told = {"source": event.source, "read": event.read, "skipped": event.skipped}
            context.progress(event.seen, event.total, event.source, **told)

    def index(self, context: JobContext) -> Result:
        """Build all indexes that are missing; in the background only those that are built before somebody asks."""
        asked = not context.params.get("background")
        return self._index(context, lambda _: asked)

    def index_idly(self, context: JobContext) -> Result:
        """Build indexes of far sources, as slowly as they say, while nothing else is to be done."""
        return self._index(context, self._library.sources.indexes_idly)

    def _index(self, context: JobContext, lazy: Callable[[str], bool]) -> Result:
        library = self._library
        backlog = library.backlog()

        def progress(done: int, left: int) -> None:
            context.progress(done, done + left)

        def give_way() -> None:
            self._give_way(context)
            if context.gives_way():  # to what is not to wait for a patient job
                backlog.stop()

        with context.stopped_by(backlog.stop):
            done, failed = backlog.run(Priority.BACKGROUND, progress, give_way, lazy=lazy)
        context.progress(done + failed, done + failed)
        there = library.catalog.renditions.sized(library.sizes.tokens())
        if done:  # who sounds like what is gone is known now
            library.name_tracks()
        log.info("index: %d indexed, %d failed", done, failed)
        return {"indexed": done, "failed": failed, "there": there}

    def _resumes_index(self, params: Params) -> bool:
        return not params.get("background") or self._library.config[IndexOptions].background

    def take_over(self, context: JobContext) -> Result:
        """Take over a library of another program."""
        from musfuse.app.importing import run_import

        return run_import(self._library, context)

    def sync(self, context: JobContext) -> Result:
        """Put files on a player or a disk."""
        from musfuse.app.syncing import run_sync

        return run_sync(self._library, context)

    def settle(self, context: JobContext) -> Result:
        """Note sizes that need no new index, after some `changes` of tags, by their numbers, or for everything."""
        changes = context.params.get("changes", (EVERYTHING,))
        backlog: Backlog = self._library.backlog()
        settled = 0
        with context.stopped_by(backlog.stop):
            for change in changes:
                keys = self._library.collector.keys_of(change) if change else None
                settled += backlog.settle(keys, lambda: self._give_way(context))
                context.progress(settled)
        return {}

    def make_covers(self, context: JobContext) -> Result:
        """Make the covers of all folders."""
        ahead = self._library.drives.covers_ahead()

        def give_way() -> None:
            self._give_way(context)
            if context.gives_way():
                ahead.stop()

        with context.stopped_by(ahead.stop):
            made = ahead.run(give_way)
        context.progress(made)
        if not context.stopping and ahead.is_due():  # it gave way, or tags changed meanwhile
            self._ask("covers", context.params)
        return {"covers": made}

    def hear(self, context: JobContext) -> Result:
        """Find out what items sound like."""
        hearing = self._library.hearing()

        def give_way() -> None:
            self._give_way(context)
            if context.gives_way():
                hearing.stop()

        with context.stopped_by(hearing.stop):
            found = hearing.run(give_way)
        context.progress(found)
        if found:
            log.info("identity: what %d files sound like is known now", found)
            self._library.name_tracks()
        return {}

    def fetch_pinned(self, context: JobContext) -> Result:
        """Fetch what is pinned of far sources and not here."""
        return self._far_contents().fetch_pinned(context)

    def verify_chunks(self, context: JobContext) -> Result:
        """Read all that is kept of far sources, and drop what is damaged."""
        return self._far_contents().verify(context)

    def _far_contents(self) -> "FarContents":
        from musfuse.app.farcontents import FarContents

        return FarContents(self._library)

    def sweep(self, context: JobContext) -> Result:
        """Drop what nothing refers to any more."""
        sweeper = self._library.sweeper()

        def give_way() -> None:
            self._give_way(context)
            if context.gives_way():
                sweeper.stop()

        unreached = {row.uid for row in self._library.sources.rows() if row.root in self._unreached}
        with context.stopped_by(sweeper.stop):
            swept = sweeper.sweep(unreached, give_way)
        if swept.indexes or swept.frame_files:
            log.info(
                "%d indexes and %d files of encoded runs that nothing used were dropped",
                swept.indexes, swept.frame_files,
            )  # fmt: skip
        return {"indexes": swept.indexes, "runs": swept.frame_files, "whole": swept.whole}

    def _give_way(self, context: JobContext) -> None:
        """Wait while readers need the machine, unless somebody waits for the job, or for its place."""
        while not context.stopping and not context.urgent and not context.gives_way():
            quiet_for = time.monotonic() - self._library.activity.last_read
            if quiet_for >= READER_PAUSE and not self._library.media.pool.demand:
                return
            context.pause(0.05)


def _always(_: Params) -> bool:
    return True


def _never(_: Params) -> bool:
    return False


def _has_places(params: Params) -> bool:
    return bool(params.get("places"))


def _all_places(older: Params, newer: Params) -> Params:
    both = {tuple(place) for params in (older, newer) for place in params.get("places", ())}
    if len(both) > _CHANGES:
        both = {(uid, "") for uid, _ in both}
    return {"places": sorted(both)} if both else {}


def _corners(places: Iterable[Sequence[str]]) -> Mapping[str, Sequence[Corner]]:
    found: dict[str, list[Corner]] = {}
    for uid, path in places:
        found.setdefault(uid, []).append(Corner(path, deep=True))
    return found


def _either(older: Params, newer: Params) -> Params:
    """The parameters of one job that does what two requests want."""
    return {name: older.get(name) or newer.get(name) for name in (*older, *newer)}


def _all_changes(older: Params, newer: Params) -> Params:
    both = {*older.get("changes", (EVERYTHING,)), *newer.get("changes", (EVERYTHING,))}
    return {} if EVERYTHING in both or len(both) > _CHANGES else {"changes": sorted(both)}
