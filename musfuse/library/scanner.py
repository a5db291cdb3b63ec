"""Scan a source: walk its folders in order, look into what is new or changed, write in batches.

A folder is finished before the next begins, so a scan that was cut off goes on where it was: what is known by size and
mtime is not looked into again. One bad file never stops a scan; it is kept with its reason.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from musfuse.errors import OriginError
from musfuse.events import EventBus, ScanProgress
from musfuse.library.catalog import FileRow, Files, SourceRow
from musfuse.library.catalog.beside import Beside
from musfuse.library.catalog.rows import Removed, join
from musfuse.library.companions import Companions
from musfuse.library.looking import Looker, is_sheet
from musfuse.media.containers.reading import EXTENSIONS, SHEET_EXTENSION
from musfuse.model import NodeKind, SourceFile, Stamp
from musfuse.origins import Entry, Origin

log = logging.getLogger(__name__)

_BATCH_FILES, _BATCH_SECONDS, _WINDOW = 500, 1.0, 256
_MAX_DEPTH = 100
_SETTLE_NS = 10_000_000_000


@dataclass
class ScanResult:
    """What a scan did, in files. `problem` says why the source as a whole could not be scanned."""

    source: str
    seen: int = 0
    read: int = 0
    skipped: int = 0
    removed: int = 0
    ignored: int = 0
    problem: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A file to look into: whether something is known of it, and whether it is the `same` by size and mtime."""

    folder: int
    file: SourceFile
    known: bool
    same: bool
    beside_sheet: bool


@dataclass(frozen=True, slots=True)
class _Pending:
    found: _Found
    future: "Future[FileRow]"


@dataclass
class _Batch:
    rows: list[tuple[int, FileRow]] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)


class Scanner:
    """Scans one source at a time; `after_batch` is called after each commit (names are made there)."""

    def __init__(
        self,
        files: Files,
        beside: Beside,
        companions: Companions,
        looker: Looker,
        events: EventBus,
        threads: int,
        after_batch: Callable[[bool], None],
        on_removed: Callable[[SourceFile, tuple[int, int | None]], None],
        on_moved: Callable[[Sequence[tuple[SourceFile, SourceFile]]], None],
    ) -> None:
        self._files, self._beside, self._companions = files, beside, companions
        self._looker, self._events = looker, events
        self._threads, self._after_batch, self._on_removed = threads, after_batch, on_removed
        self._on_moved = on_moved
        self._cancel = threading.Event()
        self._everything = False

    def cancel(self) -> None:
        """Stop soon; what is done is kept."""
        self._cancel.set()

    def scan(self, source: SourceRow, origin: Origin, everything: bool = False) -> ScanResult:
        """Scan a whole source, looking again into what did not change as well where `everything` is asked for.

        A source that is away as a whole leaves everything known of it as it is.
        """
        self._everything = everything
        result = ScanResult(source.uri)
        try:
            origin.list("")
        except OriginError as error:
            result.problem = str(error)
            log.warning("%s", error)
            return result
        scan = self._files.begin_scan(source.id)
        removed: list[Removed] = []
        with ThreadPoolExecutor(self._threads, thread_name_prefix="scan") as pool:
            batch, window = _Batch(), deque[_Pending]()
            for found in self._changed(source, origin, scan, result, removed):
                future = pool.submit(self._looker.look, origin, found.file, found.beside_sheet)
                window.append(_Pending(found, future))
                while len(window) > _WINDOW or (window and window[0].future.done()):
                    batch = self._collect(window.popleft(), batch, result)
            while window:
                batch = self._collect(window.popleft(), batch, result)
            self._commit(batch, result)
        result.cancelled = self._cancel.is_set()
        if not result.cancelled:
            gone = self._files.remove_unseen(source.id, scan)
            result.removed += len(gone)
            removed += gone
            self._files.end_scan(scan)
        self._drop_removed(removed)
        self._after_batch(True)
        return result

    def rescan_file(self, source: SourceRow, origin: Origin, path: str) -> None:
        """Look at one original again, because a reader found it changed."""
        folder_path, _, name = path.rpartition("/")
        scan = self._files.begin_scan(source.id)  # a number over that of a scan now going on
        folder = self._files.folder(source.id, folder_path, scan)
        self._files.end_scan(scan)
        names = self._files.known(folder)
        known = names.get(name)
        try:
            stat = origin.stat(path)
        except OriginError:
            if known:
                self._drop_removed(self._files.remove_files([known[0]]))
        else:
            if known is None or known[1] != stat.stamp:
                beside = any(map(is_sheet, names))
                row = self._looker.look(origin, SourceFile(source.uid, path, stat.stamp, stat.ident), beside)
                if known is None or not _half_written(row):
                    self._files.put_files([(folder, row)])
        self._after_batch(True)

    def _changed(
        self, source: SourceRow, origin: Origin, scan: int, result: ScanResult, removed: list[Removed]
    ) -> Iterator[_Found]:
        """Walk; yield each file that is new or changed."""
        stack: list[tuple[str, tuple[str, ...]]] = [("", (origin.stat("").ident,))]
        while stack and not self._cancel.is_set():
            path, above = stack.pop()
            try:
                entries = list(origin.list(path))
            except OriginError as error:
                self._files.keep(source.id, path, scan)
                self._files.folder(source.id, path, scan, str(error))
                continue
            folder = self._files.folder(source.id, path, scan)
            known = self._files.known(folder)
            self._look_beside(source, origin, path, folder, entries)
            below = []
            sheets = {entry.name for entry in entries if is_sheet(entry.name)}
            new_sheet = bool(sheets - known.keys())  # pictures of images are looked for only beside sheets
            for entry in entries:
                if entry.away and self._stands(source, join(path, entry.name), scan, entry, known):
                    result.skipped += 1
                elif entry.stat is not None and entry.stat.kind is NodeKind.FOLDER:
                    if (entry.stat.ident and entry.stat.ident in above) or len(above) >= _MAX_DEPTH:
                        log.warning(
                            "%s/%s: a symbolic link back to a folder above it; not followed",
                            origin.name,
                            join(path, entry.name),
                        )
                        continue
                    below.append((join(path, entry.name), (*above, entry.stat.ident)))
                elif self._is_music(entry, result):
                    result.seen += 1
                    before = known.pop(entry.name, None)
                    if entry.stat is None:
                        self._files.put_files([(folder, _unreadable(entry))])
                        result.skipped += 1
                        continue
                    same = before is not None and before[1:] == (entry.stat.stamp, entry.stat.ident)
                    if before is not None and not same:
                        old = SourceFile(source.uid, join(path, entry.name), before[1], before[2])
                        removed += [(old, bounds) for bounds in self._files.ranges(before[0])]
                    if not same or new_sheet or self._everything:
                        file = SourceFile(source.uid, join(path, entry.name), entry.stat.stamp, entry.stat.ident)
                        yield _Found(folder, file, before is not None, same, bool(sheets))
            if known:
                result.removed += len(known)
                removed += self._files.remove_files(file for file, _, _ in known.values())
            stack += reversed(below)

    def _stands(
        self, source: SourceRow, path: str, scan: int, entry: Entry, known: dict[str, tuple[int, Stamp, str]]
    ) -> bool:
        """Whether something is known that stays as it is, of an entry that the origin could not tell about just now."""
        if known.pop(entry.name, None) is None:
            if not self._files.keep(source.id, path, scan):
                return False
            self._files.folder(source.id, path, scan, entry.problem)
        log.warning("%s; what is known of it stands", entry.problem)
        return True

    @staticmethod
    def _is_music(entry: Entry, result: ScanResult) -> bool:
        extension = entry.name.rsplit(".", 1)[-1].lower() if "." in entry.name else ""
        if (extension in EXTENSIONS or extension == SHEET_EXTENSION) and not entry.name.startswith("._"):
            return True
        result.ignored += 1
        return False

    def _look_beside(self, source: SourceRow, origin: Origin, path: str, folder: int, entries: Sequence[Entry]) -> None:
        """Keep what is known of the pictures and sidecars of a folder what they are."""
        known = self._beside.known(folder)
        changed = []
        for companion in self._companions.of(entries):
            same = known.pop(companion.name, None) == (companion.stamp, companion.ident, companion.kind)
            if not same or self._everything:
                file = SourceFile(source.uid, join(path, companion.name), companion.stamp, companion.ident)
                looked = self._companions.look(origin, file, companion)
                if not (same and looked.stamp != companion.stamp):  # what is known stands if it could not be read now
                    changed.append(looked)
        if changed or known:
            self._beside.change(folder, changed, known)
            self._after_batch(False)

    def _collect(self, pending: _Pending, batch: _Batch, result: ScanResult) -> _Batch:
        row = pending.future.result()
        result.read += 1
        result.skipped += bool(row.problem)
        if pending.found.same and row.again:
            log.warning("%s; what is known of it stands", row.problem)
        elif not (pending.found.known and _half_written(row)):
            batch.rows.append((pending.found.folder, row))
        if len(batch.rows) >= _BATCH_FILES or time.monotonic() - batch.since > _BATCH_SECONDS:
            return self._commit(batch, result)
        return batch

    def _commit(self, batch: _Batch, result: ScanResult) -> _Batch:
        if batch.rows:
            self._files.put_files(batch.rows)
            self._after_batch(False)
        self._events.publish(ScanProgress(result.source, result.seen, result.read, result.skipped))
        return _Batch()

    def _drop_removed(self, removed: list[Removed]) -> None:
        followed: dict[SourceFile, SourceFile] = {}
        for file, bounds in removed:
            moved = self._files.moved_to(file)
            if moved is None:
                self._on_removed(file, bounds)
            elif moved.path != file.path:
                followed[file] = moved
        if followed:
            self._on_moved(list(followed.items()))


def _half_written(row: FileRow) -> bool:
    """Whether a file makes no sense because somebody is writing it now. What was known of it stands until later."""
    return bool(row.problem) and abs(time.time_ns() - row.stamp.mtime_ns) < _SETTLE_NS


def _unreadable(entry: Entry) -> FileRow:
    return FileRow(entry.name, Stamp(0, 0), "", problem=entry.problem)
