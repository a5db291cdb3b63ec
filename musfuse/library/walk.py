"""Walk a source: every folder in order, and in it what is new or changed since the last scan.

A folder is finished before the next begins. `recognition` tells what is changed, `route` which folder comes next.
"""

import logging
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from musfuse.errors import OriginError
from musfuse.library.catalog import FileRow, Files, SourceRow
from musfuse.library.catalog.companions import Companions
from musfuse.library.catalog.rows import KnownFile, from_blob, join
from musfuse.library.companions import CompanionFinder
from musfuse.library.corners import Corner, CornerWalk
from musfuse.library.inspection import is_sheet
from musfuse.library.lookout import Lookout
from musfuse.library.recognition import moved_here, recognise
from musfuse.library.route import Above, Nearness, Route, Stop
from musfuse.model import NodeKind, SourceFile, Stamp
from musfuse.origins import Entry, Origin, SourceStat
from musfuse.origins.places import place_in

log = logging.getLogger(__name__)

_MAX_DEPTH, _PASSED = 100, 1000
_Below = list[tuple[str, Above]]
"""Paths of folders, each with the ids of the folders down to it."""


@dataclass
class ScanResult:
    """What a scan did, in files. `problem` says why the source as a whole could not be scanned; `waiting` files that
    were seen are still to be read; `total` is how many there are once the walk knows it; `unreached` counts files and
    folders of which the origin could tell nothing; `unmounted` says of one of these that it may be mounted later."""

    source: str
    seen: int = 0
    read: int = 0
    skipped: int = 0
    removed: int = 0
    ignored: int = 0
    problem: str = ""
    cancelled: bool = False
    waiting: int = 0
    total: int = 0
    unreached: int = 0
    unmounted: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to look into: whether something is known of it, and what its folder has to do with what somebody looks
    at."""

    folder: int
    file: SourceFile
    known: bool
    beside_sheet: bool
    nearness: Nearness = Nearness.FAR


class Walk:
    """One walk through a source, whose `root` the origin told; `result` is counted up.

    `inspects` tells by its name whether a file is music or a cue sheet. `wanted` gives folders that
    are to be walked before the others, the most wanted one last; it is asked before each folder. With `corners`, only
    these are walked. `lookout` tells what is still being written.
    """

    def __init__(
        self,
        files: Files,
        companions: Companions,
        finder: CompanionFinder,
        source: SourceRow,
        origin: Origin,
        root: SourceStat,
        scan: int,
        result: ScanResult,
        *,
        everything: bool,
        inspects: Callable[[str], bool],
        cancelled: Callable[[], bool],
        pictures_changed: Callable[[], None],
        wanted: Callable[[], Sequence[str]] = tuple,
        corners: Sequence[Corner] | None = None,
        lookout: Lookout,
    ) -> None:
        self._files, self._companions, self._finder = files, companions, finder
        self._source, self._origin, self._root, self._scan, self._result = source, origin, root, scan, result
        self._inspects = inspects
        self._everything, self._cancelled, self._pictures_changed = everything, cancelled, pictures_changed
        self._wanted, self._lookout = wanted, lookout
        self._corners = corners
        self._corner_walk = None if corners is None else CornerWalk(files, source.id, origin)
        self._passed: list[int] = []
        self._gone_files, self._gone_folders = set[int](), list[str]()

    def steps(self) -> Iterator[Stop | Found]:
        """Each folder before it is listed, and then each file in it that is new or changed."""
        route = Route(self._beginnings())
        while not self._cancelled():
            for folder in self._wanted():
                route.prefer(folder)
            stop = route.next()
            if stop is None:
                self._mark_passed()
                self._drop_gone()
                return
            yield stop
            self._lookout.enter(stop.path)
            try:
                entries = list(self._origin.list(stop.path))
            except OriginError as error:
                self._leave(stop.path, str(error))
                continue
            if not any(map(self._may_hold_music, entries)) and self._is_unmounted(stop.path, stop.above[-1]):
                continue
            below = yield from self._folder(stop, entries)
            route.add(stop, below if self._corner_walk is None else self._on_from(stop.path, entries, below))

    def _beginnings(self) -> Sequence[tuple[str, Above]]:
        if self._corner_walk is None or self._corners is None:
            return [("", (self._root.ident,))]
        beginnings = self._corner_walk.beginnings(self._corners)
        self._result.unreached += self._corner_walk.unreached
        return beginnings

    def _on_from(self, path: str, entries: Sequence[Entry], below: _Below) -> Sequence[tuple[str, Above]]:
        """In a scan of corners: note the folders that are gone from this one; those that are to be walked next."""
        assert self._corner_walk is not None
        self._gone_folders += self._corner_walk.gone(path, entries, below)
        return self._corner_walk.goes_on(path, below)

    def _drop_gone(self) -> None:
        """At the end of a scan of corners: whatever moved to another of them was found there."""
        self._result.removed += len(self._gone_files)
        self._files.remove_files(self._gone_files)
        for folder in self._gone_folders:
            self._result.removed += self._files.remove_folder(self._source.id, folder)
        if self._gone_folders:
            self._lookout.leave(self._gone_folders)

    def _folder(self, stop: Stop, entries: Sequence[Entry]) -> Generator[Found, None, _Below]:
        """Walk through one folder; the folders in it that are to be walked next."""
        path, above = stop.path, stop.above
        folder, renumbered = self._enter(path, above[-1])
        known = self._files.known(folder)
        self._inspect_companions(path, folder, entries)
        below: _Below = []
        sheets = {entry.name for entry in entries if is_sheet(entry.name)}
        new_sheet = bool(sheets - known.keys())  # pictures of images are looked for only beside sheets
        for entry in entries:
            inside = join(path, entry.name)
            self._result.unreached += entry.away
            if entry.misnamed:
                known.pop(entry.name, None)
                self._skip(folder, entry)
            elif entry.away and self._stands(inside, entry, known):
                self._result.skipped += 1
            elif entry.stat is not None and entry.stat.kind is NodeKind.FOLDER:
                if self._may_enter(inside, entry.stat.ident, above):
                    below.append((inside, (*above, entry.stat.ident)))
            elif entry.away and not self._inspects(entry.name):  # it may be a folder
                log.warning("%s", entry.problem)
                known.pop(entry.name, None)
                self._skip(folder, entry)
            elif self._is_music(entry):
                before = known.pop(entry.name, None)
                if entry.stat is None:
                    self._skip(folder, entry)
                    continue
                unchanged = before is not None and before.is_still(entry.stat.stamp, entry.stat.ident)
                if unchanged and not new_sheet and not self._everything:
                    continue
                now = SourceFile(self._source.uid, inside, entry.stat.stamp, entry.stat.ident)
                if before is None and now.ident:
                    now = self._moved(folder, entry.name, now, known)
                found = recognise(self._files, now, before, renumbered)
                wanted = found.inspect or new_sheet or self._everything
                if wanted and not self._lookout.holds(found.file):
                    yield Found(folder, found.file, before is not None, bool(sheets), stop.nearness)
        self._let_go(known.values())
        return below

    def _let_go(self, files: Collection[KnownFile]) -> None:
        """Forget files that are gone from their folder: in a scan of corners once all of them were walked."""
        if self._corner_walk is not None:
            self._gone_files.update(file.id for file in files)
        elif files:
            self._result.removed += len(files)
            self._files.remove_files(file.id for file in files)

    def _moved(self, folder: int, name: str, now: SourceFile, left: dict[str, KnownFile]) -> SourceFile:
        """Have a file that is new in its folder, but lay elsewhere, keep its items; it as it is known from here on.
        `left`: files that are known of this folder and were not seen yet."""
        moved = moved_here(self._files, self._origin, now)
        if moved is None:
            return now
        self._files.move(moved, folder, name)
        self._gone_files.discard(moved.id)
        if left.get(from_blob(moved.name)) == moved:
            del left[from_blob(moved.name)]
        return replace(now, older_name=moved.older_name)

    def _enter(self, path: str, ident: str) -> tuple[int, bool]:
        """As Files.enter; that a folder was seen which is as it was is written with many others."""
        folder = self._files.unchanged_folder(self._source.id, path, ident)
        if folder is None:
            return self._files.enter(self._source.id, path, self._scan, ident)
        self._passed.append(folder)
        if len(self._passed) >= _PASSED:
            self._mark_passed()
        return folder, False

    def _mark_passed(self) -> None:
        passed, self._passed = self._passed, []
        if passed:
            self._files.mark_seen(self._scan, passed)

    def _skip(self, folder: int, entry: Entry) -> None:
        """Keep the reason why an entry is not shown."""
        self._files.put_files([(folder, FileRow(entry.name, Stamp(0, 0), "", problem=entry.problem))])
        self._result.skipped += 1

    def _is_unmounted(self, path: str, ident: str) -> bool:
        """Whether an empty folder is only where another one used to be mounted, whose files are known."""
        if self._everything or not self._files.was_another(self._source.id, path, ident):
            return False
        shown = place_in(self._origin.name, path)
        problem = (
            f"{shown}: empty, and another folder than before; is it mounted? `musfuse scan --all` forgets its files"
        )
        log.warning("%s", problem)
        self._leave(path, problem)
        self._result.unmounted = problem
        if not path:
            self._result.problem = problem
        return True

    def _leave(self, path: str, problem: str) -> None:
        """Leave what is known of a folder, and of all below it, as it is; note the problem."""
        self._result.unreached += 1
        self._files.keep(self._source.id, path, self._scan)
        self._files.folder(self._source.id, path, self._scan, problem)

    def _stands(self, path: str, entry: Entry, known: dict[str, KnownFile]) -> bool:
        """Whether something is known of an entry that the origin could not tell about just now; that stays as it is."""
        if known.pop(entry.name, None) is None:
            if not self._files.keep(self._source.id, path, self._scan):
                return False
            self._files.folder(self._source.id, path, self._scan, entry.problem)
        log.warning("%s; what is known of it stands", entry.problem)
        return True

    def _may_enter(self, path: str, ident: str, above: tuple[str, ...]) -> bool:
        if (ident and ident in above) or len(above) >= _MAX_DEPTH:
            log.warning("%s/%s: a symbolic link back to a folder above it; not followed", self._origin.name, path)
            return False
        return True

    def _is_music(self, entry: Entry) -> bool:
        if self._inspects(entry.name):
            self._result.seen += 1
            return True
        self._result.ignored += 1
        return False

    def _may_hold_music(self, entry: Entry) -> bool:
        is_folder = entry.stat is not None and entry.stat.kind is NodeKind.FOLDER
        return is_folder or entry.away or self._inspects(entry.name)

    def _inspect_companions(self, path: str, folder: int, entries: Sequence[Entry]) -> None:
        """Bring what is known of the companions of a folder up to date."""
        known = self._companions.known(folder)
        changed = []
        for companion in self._finder.of(entries):
            before = known.pop(companion.name, None)
            same = before is not None and before[1] == companion.kind and before[0].agrees_with(companion.stamp)
            if not same or self._everything:
                file = SourceFile(self._source.uid, join(path, companion.name), companion.stamp, companion.ident)
                inspected = self._finder.inspect(self._origin, file, companion)
                if not (same and inspected.stamp != companion.stamp):  # else what is known stands: it could not be read
                    changed.append(inspected)
        if changed or known:
            self._companions.change(folder, changed, known)
            self._pictures_changed()
