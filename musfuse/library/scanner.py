"""Scan a source: walk its folders in order, look into what is new or changed, write in batches.

A folder is finished before the next begins, so a scan that was cut off goes on where it was: what is known by size and
mtime is not looked into again. One bad file never stops a scan; it is kept with its reason.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from musfuse.errors import NotFoundError, OriginError
from musfuse.events import EventBus, ScanProgress
from musfuse.library.catalog import FileRow, Files, SourceRow
from musfuse.library.catalog.companions import Companions
from musfuse.library.catalog.departures import Departures, Fate, named
from musfuse.library.companions import CompanionFinder
from musfuse.library.corners import Corner
from musfuse.library.inspection import FileInspector, Inspecting, is_sheet
from musfuse.library.lookout import Lookout, NoLookout
from musfuse.library.news import FileNews
from musfuse.library.recognition import recognise
from musfuse.library.route import Nearness, Stop
from musfuse.library.walk import Found, ScanResult, Walk
from musfuse.model import SampleRange, SourceFile
from musfuse.origins import Origin
from musfuse.origins.port import ExpectingOrigin

log = logging.getLogger(__name__)

_BATCH_FILES, _BATCH_SECONDS, _WINDOW = 500, 1.0, 2048
_WANTED = 64
"""Files of wanted folders that are looked into at a time. Readers wait behind these, so they are few."""
_SETTLE_NS = 10_000_000_000
NOBODY = NoLookout()


@dataclass(frozen=True, slots=True)
class _Pending:
    found: Found
    inspecting: Inspecting


@dataclass
class _Batch:
    rows: list[tuple[int, FileRow]] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    def is_due(self) -> bool:
        """Whether to write it now."""
        return len(self.rows) >= _BATCH_FILES or time.monotonic() - self.since > _BATCH_SECONDS


class _Run:
    """A scan under way: a batch of rows, and the files that are being looked into, `first` those that somebody waits
    for. `awaited`: something that somebody waits for was read, and may have no name yet. `nearness`: that of the folder
    that is being walked."""

    def __init__(self, result: ScanResult) -> None:
        self.result, self.batch, self.awaited, self.nearness = result, _Batch(), False, Nearness.FAR
        self.first, self.window = deque[_Pending](), deque[_Pending]()

    def add(self, pending: _Pending) -> None:
        """Add a file that is being inspected."""
        (self.first if pending.found.nearness else self.window).append(pending)

    def ready(self, first: int, window: int) -> Iterator[_Pending]:
        """Take out the files that are inspected; where more than so many are left, wait for the oldest of these,
        too."""
        for queue, most in ((self.first, first), (self.window, window)):
            while len(queue) > most or (queue and queue[0].inspecting.done()):
                pending = queue.popleft()
                self.result.waiting = len(self.first) + len(self.window)
                yield pending


class Scanner:
    """Scans one source at a time; `after_batch` is called after each commit, to make names: now, or when it sees fit.

    `on_settled` gets what is gone with where it is now (None: nowhere), and a name for all of it.
    `wanted` gives the folders of a source (by its uid) that are to come before the others, as Walk has it.
    """

    def __init__(
        self,
        files: Files,
        departures: Departures,
        companions: Companions,
        finder: CompanionFinder,
        inspector: FileInspector,
        events: EventBus,
        after_batch: Callable[[bool], None],
        on_removed: Callable[[SourceFile, SampleRange], None],
        on_settled: Callable[[Sequence[Fate], str], None],
        wanted: Callable[[str], Sequence[str]] = lambda _: (),
    ) -> None:
        self._files, self._departures, self._companions, self._finder = files, departures, companions, finder
        self._inspector, self._events, self._news = inspector, events, FileNews(events, departures)
        self._after_batch, self._on_removed = after_batch, on_removed
        self._on_settled, self._wanted = on_settled, wanted
        self._cancel = threading.Event()

    def cancel(self) -> None:
        """Stop soon; what is done is kept."""
        self._cancel.set()

    def scan(
        self,
        source: SourceRow,
        origin: Origin,
        everything: bool = False,
        corners: Sequence[Corner] | None = None,
        lookout: Lookout = NOBODY,
    ) -> ScanResult:
        """Scan a whole source or some `corners` of it, looking again into what did not change as well where
        `everything` is asked for.

        A source that is away as a whole leaves everything known of it as it is. `lookout` follows the source.
        """
        result = ScanResult(source.root)
        try:
            root = origin.stat("")
            origin.list("")
        except OriginError as error:
            result.problem = str(error)
            log.warning("%s", error)
            self._files.unreachable(source.id, result.problem)
            return result
        is_known = corners is None or self._files.saw_everything(source.id)
        last_gone = 0 if is_known else self._departures.last()
        scan = self._files.begin_scan(source.id)
        walk = Walk(
            self._files, self._companions, self._finder, source, origin, root, scan, result, everything=everything,
            inspects=self._inspector.inspects, cancelled=self._cancel.is_set,
            pictures_changed=lambda: self._after_batch(False), wanted=lambda: self._wanted(source.uid),
            corners=corners, lookout=lookout,
        )  # fmt: skip
        run = _Run(result)
        for step in walk.steps():
            if isinstance(step, Stop):
                self._arrive(run, step)
                continue
            if origin.traits.expects:
                cast(ExpectingOrigin, origin).expect(step.file)
            inspecting = self._inspector.inspect_soon(origin, step.file, step.beside_sheet, urgent=bool(step.nearness))
            run.add(_Pending(step, inspecting))
            self._take_in(run, _WANTED, _WINDOW)
        result.total = 0 if self._cancel.is_set() else result.seen
        self._take_in(run, 0, 0)
        self._commit(run)
        result.cancelled = self._cancel.is_set()
        if corners is not None:
            self._files.drop_scan(scan)
        elif not result.cancelled:
            result.removed += self._files.remove_unseen(source.id, scan)
            self._files.end_scan(scan, whole=True)
        if not result.cancelled:
            self._settle(source, last_gone)
        self._after_batch(True)
        return result

    def rescan_file(self, source: SourceRow, origin: Origin, path: str) -> None:
        """Inspect one original again, because a reader found it changed.

        It is forgotten only where the origin answers and says that there is no such file. An origin that cannot be
        reached leaves what is known as it is.
        """
        folder_path, _, name = path.rpartition("/")
        scan = self._files.begin_scan(source.id)  # a number over that of a scan now going on
        folder = self._files.folder(source.id, folder_path, scan)
        self._files.drop_scan(scan)
        names = self._files.known(folder)
        known = names.get(name)
        try:
            stat = origin.stat(path)
            renumbered = self._files.was_another(source.id, folder_path, origin.stat(folder_path).ident)
        except NotFoundError as error:
            if known and self._is_gone(source, origin, path):
                if self._files.remove_file(folder, name):
                    self._news.gone(known.file)
            else:
                log.warning("%s; what is known of it stands", error)
        except OriginError as error:
            log.warning("%s; what is known of it stands", error)
        else:
            now = SourceFile(source.uid, path, stat.stamp, stat.ident)
            found = recognise(self._files, now, known, renumbered)
            if found.inspect:
                row = self._inspector.inspect(origin, found.file, any(map(is_sheet, names)))
                if known is None or not (_half_written(row) or row.again):
                    self._files.put_files([(folder, row)])
                    self._news.read(found.file, known is not None)
        self._news.tell()
        self._after_batch(True)

    def _take_in(self, run: _Run, first: int, window: int) -> None:
        """Put inspected files into the batch until only so many are left."""
        for pending in run.ready(first, window):
            row = pending.inspecting.result()
            run.result.read += 1
            run.result.skipped += bool(row.problem)
            if pending.found.known and row.again:  # also where it changed: this look tells nothing, another one may
                log.warning("%s; what is known of it stands", row.problem)
            elif not (pending.found.known and _half_written(row)):
                run.batch.rows.append((pending.found.folder, row))
                self._news.read(pending.found.file, pending.found.known)
                run.awaited |= bool(pending.found.nearness)
            if run.batch.is_due():
                self._commit(run)

    def _arrive(self, run: _Run, stop: Stop) -> None:
        """Before a folder is listed: what somebody waits for is on the drive before the walk goes away from there. A
        batch does not wait for the next file that changed, which may be far."""
        leaving, run.nearness = stop.nearness < run.nearness, stop.nearness
        self._take_in(run, 0 if leaving else _WANTED, _WINDOW)
        if run.awaited and leaving:
            run.awaited = False
            self._commit(run, at_once=True)
        elif run.batch.is_due():
            self._commit(run)

    def _commit(self, run: _Run, at_once: bool = False) -> None:
        """Write a batch. Names may be left to be given from earlier ones, so that is seen to without any row, too."""
        batch, run.batch = run.batch, _Batch()
        if batch.rows:
            self._files.put_files(batch.rows)
            self._news.tell()
        self._after_batch(at_once)
        result = run.result
        looked_at = result.seen - result.waiting
        self._events.publish(ScanProgress(result.source, looked_at, result.read, result.skipped, result.total))

    def _settle(self, source: SourceRow, last_known: int) -> None:
        """Have what is gone from the source dropped, or followed to where it lies now. Of what went up to `last_known`,
        where a scan of everything was cut off, only what is found elsewhere is settled."""
        fates: list[Fate] = []
        departures = []
        for gone in self._departures.of(source.id):
            moved = self._departures.moved_to(gone.file)
            if moved is None and gone.id <= last_known:
                continue
            departures.append(gone)
            if moved is None or moved.path == gone.file.path:  # rewritten in its place
                self._on_removed(gone.file, gone.sample_range)
            elif moved.index_name != gone.file.index_name:
                self._departures.keep_index_name(gone.file, moved)
            fates.append((gone, moved or self._departures.holder(gone)))
        if departures:
            self._on_settled(fates, named(departures))
            self._news.left(gone.file for gone in departures)
            self._news.tell()

    def _is_gone(self, source: SourceRow, origin: Origin, path: str) -> bool:
        """Whether the origin is there, with something in it, and lists no such path: where a disk is not mounted,
        nothing is to be found either."""
        folder, _, name = path.rpartition("/")
        try:
            if not any(True for _ in origin.list("")):
                return False
            names = [entry.name for entry in origin.list(folder)]
            unmounted = not names and self._files.was_another(source.id, folder, origin.stat(folder).ident)
        except NotFoundError:
            return bool(folder) and self._is_gone(source, origin, folder)
        except OriginError:
            return False
        return not unmounted and name not in names


def _half_written(row: FileRow) -> bool:
    """Whether a file makes no sense because somebody is writing it now. What was known of it stands until later."""
    return bool(row.problem) and abs(time.time_ns() - row.stamp.mtime_ns) < _SETTLE_NS
