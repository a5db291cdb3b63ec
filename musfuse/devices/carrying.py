"""A plan carried out on a device, so that it can be cut off at any moment and gone on with.

First the manifest says what is to be there, then files that are not wanted go, others get their new paths, and copies
are written: several at a time under passing names, which turn into their own in the order of the plan, since many
players show and play files in that order. A copy that cannot be made is told, and the next one comes; what goes wrong
with the device ends it all.
"""

import errno
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace

from musfuse.devices.lists import ListFile
from musfuse.devices.manifest import FOLDER, Known, Manifest, Put
from musfuse.devices.planning import Copy, LeftOut, Plan, same_file
from musfuse.devices.writing import UNSUPPORTED, StoppedError, Writer, pieces_of
from musfuse.errors import DeviceError, MusfuseError, SourceChangedError, plainly
from musfuse.library.names import name_key
from musfuse.media.layout import Layout
from musfuse.platform.trees import Tree

_OF_ONE_FILE = frozenset(
    {errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG, errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.EFBIG}
)
"""What goes wrong with one name, and leaves the device as good as it was."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_SPARE = 1 << 20
"""Bytes that stay free for folders and the manifest."""
_PROBE_NS = 10**18
Open = Callable[[int], tuple[Layout, str]]


@dataclass(slots=True)
class Outcome:
    """What was done: files that were copied (`updated` in place of others), moved and removed; bytes that were written;
    what failed. `stopped`: somebody stopped it."""

    copied: int = 0
    updated: int = 0
    moved: int = 0
    removed: int = 0
    written: int = 0
    playlists: int = 0
    failed: list[LeftOut] = field(default_factory=list)
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Whether to stop, and who hears of progress: how many bytes are written more, and what is worked on now."""

    stops: Callable[[], bool] = lambda: False
    wrote: Callable[[int], object] = lambda _: None
    working: Callable[[str], object] = lambda _: None


class Carrier:
    """Carries one plan out, on the thread that calls `run`, and `jobs` more, which make and write files. `known` is
    what is on the device; it is kept in line."""

    def __init__(
        self, tree: Tree, manifest: Manifest, known: Known, open_: Open, watch: Watch, *, jobs: int, verify: bool
    ) -> None:
        self._tree, self._manifest, self._known, self._open, self._watch = tree, manifest, known, open_, watch
        self._jobs, self._number, self._renames = jobs, 0, True
        self._writer = Writer(tree, lambda: self._ends, watch.wrote, verify)
        self._over = False
        self._done = Outcome()
        self._spelled = {name_key(path): path for path in known.files}

    def run(self, plan: Plan, lists: Callable[[Known], Iterator[ListFile]]) -> Outcome:
        """Do it all; `lists` gives the playlists for what is there in the end. Raises DeviceError, with what is done
        noted on the device as far as that is there."""
        with self._device_errors():
            self._begin(plan)
            try:
                self._go_through(plan, lists)
            except StoppedError:
                self._done.stopped = True
            finally:
                with suppress(OSError):
                    self._drop_parts()
                self._manifest.close()
            self._known.planned.clear()
            self._manifest.write(self._known)
            self._manifest.close()
        return self._done

    def tidy(self) -> Outcome:
        """Clear up what a kill left, where nothing else is to be done. It needs no room."""
        with self._device_errors():
            facts = self._tree.facts(self._manifest.parts)
            if facts is not None and facts.is_folder:
                self._drop_parts()
            self._prune()
            try:
                self._manifest.write(self._known)
            except OSError as error:  # it says the same, but for what is gone
                if error.errno not in _FULL:
                    raise
            self._manifest.close()
        return self._done

    def _go_through(self, plan: Plan, lists: Callable[[Known], Iterator[ListFile]]) -> None:
        for put in plan.removals:
            self._check_stop()
            self._remove(put)
        self._find_out(plan)
        self._move(plan)
        self._copy([copy for copy in plan.copies if copy.item])
        self._write_lists([copy for copy in plan.copies if not copy.item], lists)
        self._prune()

    @property
    def _ends(self) -> bool:
        return self._over or self._watch.stops()

    def _check_stop(self) -> None:
        if self._ends:
            raise StoppedError

    def _begin(self, plan: Plan) -> None:
        """Write down what is to be there, and clear up what a kill left."""
        for put in plan.stay:
            self._known.files[put.path] = put
        self._known.planned = plan.planned
        self._write_manifest(plan)
        self._drop_parts()

    def _find_out(self, plan: Plan) -> None:
        """Find out what the device can do: keep times, rename files."""
        part, probe = self._part(), f"{FOLDER}/probe"
        if self._tree.facts(probe) is not None:  # a kill left it
            self._tree.remove(probe)
        self._writer.write(part, iter([b"x"]), _PROBE_NS)
        facts = self._tree.facts(part)
        keeps_times = facts is not None and same_file(Put("", 0, "", 1, "", _PROBE_NS), facts)
        try:
            self._tree.rename(part, probe)
            part = probe
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            self._renames = False
            plan.without_moves()
        self._tree.remove(part)
        if not keeps_times:
            self._known.planned = {path: replace(put, mtime_ns=0) for path, put in self._known.planned.items()}
            self._manifest.write(self._known)

    def _write_manifest(self, plan: Plan) -> None:
        """Write down what is to be there. Where there is not even room for that, what is to go goes first: it is known
        as ours."""
        try:
            self._manifest.write(self._known)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            for put in plan.removals:
                if same_file(put, self._tree.facts(put.path)):
                    self._tree.remove(put.path)
                    self._done.removed += 1
            self._manifest.write(self._known)

    def _remove(self, put: Put, *, counts: bool = True) -> None:
        """Remove a file that is still what was put there."""
        facts = self._tree.facts(put.path)
        if facts is not None and not same_file(put, facts):
            self._done.failed.append(LeftOut(put.path, "was changed on the device a moment ago, and is left alone"))
        elif facts is not None:
            self._watch.working(put.path)
            self._tree.remove(put.path)
            self._done.removed += counts
        self._forget(put)

    def _forget(self, put: Put) -> None:
        self._known.files.pop(put.path, None)
        self._spelled.pop(name_key(put.path), None)
        self._manifest.note_gone(put.path)

    def _move(self, plan: Plan) -> None:
        """Give files their new paths: all get passing ones first, since one may be to get the path of another."""
        parts = []
        for move in plan.moves:
            self._check_stop()
            part = self._part()
            if same_file(move.before, self._tree.facts(move.before.path)):
                self._tree.rename(move.before.path, part)
                self._forget(move.before)
                parts.append((part, move.after))
        for part, after in parts:
            self._make_folders(after.path)
            with self._one_file(after.path, part):
                self._name(part, after.path)
                self._noted(after, after.digest)
                self._done.moved += 1

    def _copy(self, copies: list[Copy]) -> None:
        pending = deque[tuple[Copy, str, Future[str]]]()
        threads = self._jobs if self._renames else 1
        try:
            with ThreadPoolExecutor(threads, thread_name_prefix="sync") as pool:
                try:
                    for copy in copies:
                        self._check_stop()
                        while pending and (len(pending) > threads or not self._has_room(copy, pending)):
                            self._settle(*pending.popleft())
                        self._make_room(copy)
                        part = self._part()
                        pending.append((copy, part, pool.submit(self._written, copy, part)))
                        if not self._renames:
                            self._settle(*pending.popleft())
                    while pending:
                        self._settle(*pending.popleft())
                finally:
                    self._over = bool(pending)
        finally:
            self._over = False

    def _has_room(self, copy: Copy, pending: "deque[tuple[Copy, str, Future[str]]]") -> bool:
        room = self._tree.room()
        wanted = copy.put.size + sum(one.put.size for one, _, written in pending if not written.done())
        return room.free - _SPARE >= room.taken_by(wanted)

    def _make_room(self, copy: Copy) -> None:
        """Raise DeviceError where there is no room for a copy, also once what it replaces is gone."""
        if self._has_room(copy, deque()):
            return
        if copy.old is not None and same_file(copy.old, self._tree.facts(copy.old.path)):
            self._tree.remove(copy.old.path)
            self._forget(copy.old)
        if not self._has_room(copy, deque()):
            raise OSError(errno.ENOSPC, "No space left on device", copy.put.path)

    def _written(self, copy: Copy, part: str) -> str:
        """Make a file, and write it under a passing name, or its own where nothing can be renamed."""
        self._watch.working(copy.shown)
        layout, version = self._open(copy.item)
        with closing(layout):
            if version != copy.put.version or layout.size != copy.put.size:
                raise SourceChangedError("changed since it was looked at; the next sync takes it as it is then")
            pieces = pieces_of(layout.size, layout.read_at)
            if self._renames:
                return self._writer.write(part, pieces, copy.put.mtime_ns)
            return self._write_direct(copy.put, pieces)

    def _write_direct(self, put: Put, pieces: Iterator[bytes]) -> str:
        self._make_folders(put.path)
        if self._is_ours(put.path):
            self._tree.remove(put.path)
            self._forget(self._known.files[put.path])
        self._manifest.note_direct(put.path)
        try:
            return self._writer.write(put.path, pieces, put.mtime_ns)
        except (OSError, MusfuseError):
            with suppress(OSError):
                self._tree.remove(put.path)
            raise

    def _is_ours(self, path: str) -> bool:
        """Whether a file that was put there before has a path; False where nothing has it. One that has it in other
        letters goes. Raises FileExistsError where something else has it."""
        spelled = self._spelled.get(name_key(path), path)
        if spelled != path:
            self._remove(self._known.files[spelled], counts=False)
        there, ours = self._tree.facts(path), self._known.files.get(path)
        if there is not None and not (ours and same_file(ours, there)):
            raise FileExistsError(errno.EEXIST, "something else has its name now", path)
        return there is not None

    def _settle(self, copy: Copy, part: str, written: "Future[str]") -> None:
        """Wait for a file to be written, and have it get its name."""
        with self._one_file(copy.shown or copy.put.path, part):
            digest = written.result()
            if self._renames:
                self._name(part, copy.put.path)
            self._noted(copy.put, digest)
            self._drop_old(copy)
            self._done.written += copy.put.size
            if copy.old is None:
                self._done.copied += 1
            else:
                self._done.updated += 1

    def _name(self, part: str, path: str) -> None:
        """Give a file its name, which nothing has, or a file of ours: what is to stay has none that others get."""
        self._make_folders(path)
        if self._is_ours(path):
            self._tree.replace(part, path)
        else:
            self._tree.rename(part, path)
        self._tree.flush(path.rpartition("/")[0])

    def _drop_old(self, copy: Copy) -> None:
        """Remove what a copy came in place of, where that lies elsewhere, and no other file got its path."""
        old = copy.old
        if old is not None and old.path != copy.put.path and self._known.files.get(old.path) == old:
            self._remove(old, counts=False)

    def _noted(self, put: Put, digest: str) -> None:
        facts = self._tree.facts(put.path)
        if facts is None or facts.size != put.size:
            raise OSError(errno.EIO, "what was written is not there", put.path)
        planned = self._known.planned.pop(put.path, put)
        noted = replace(put, mtime_ns=facts.mtime_ns if planned.mtime_ns or not put.item else 0, digest=digest)
        self._known.files[put.path] = noted
        self._spelled[name_key(put.path)] = put.path
        self._manifest.note(noted)

    def _write_lists(self, planned: list[Copy], lists: Callable[[Known], Iterator[ListFile]]) -> None:
        """Write playlists of what is there, as they are planned; one that lost all its tracks is not written."""
        wanted = {copy.put.wish: copy for copy in planned}
        for one in lists(self._known) if planned else ():
            self._check_stop()
            copy = wanted.get(one.name)
            if copy is None:
                continue
            put, part = replace(copy.put, size=len(one.data), version=one.version), self._part()
            self._watch.working(put.path)
            with self._one_file(put.path, part):
                if self._renames:
                    digest = self._writer.write(part, iter([one.data]), 0)
                    self._name(part, put.path)
                else:
                    digest = self._write_direct(put, iter([one.data]))
                self._noted(put, digest)
                self._drop_old(copy)
                self._done.playlists += 1
                self._done.written += put.size

    def _make_folders(self, path: str) -> None:
        parts = path.split("/")[:-1]
        for number in range(1, len(parts) + 1):
            folder = "/".join(parts[:number])
            if self._tree.facts(folder) is None:
                self._manifest.note_folder(folder)
                self._known.folders.add(folder)
                self._tree.make_folder(folder)

    def _prune(self) -> None:
        """Remove folders that were made here and are empty now, the innermost first."""
        for folder in sorted(self._known.folders, reverse=True):
            facts = self._tree.facts(folder)
            if facts is None or not facts.is_folder:
                self._known.folders.discard(folder)
            elif not self._tree.names(folder):
                with suppress(OSError):  # somebody put something there just now
                    self._tree.remove_folder(folder)
                    self._known.folders.discard(folder)

    def _part(self) -> str:
        self._number += 1
        return f"{self._manifest.parts}/{self._number}"

    def _drop_parts(self) -> None:
        """Remove what has passing names: nothing of it is anything yet."""
        for name in self._tree.names(self._manifest.parts):
            path = f"{self._manifest.parts}/{name}"
            if (facts := self._tree.facts(path)) is not None and facts.is_folder:
                raise DeviceError(f"{path}: a folder that was not made here; nothing is done until it is removed")
            self._tree.remove(path)

    @contextmanager
    def _one_file(self, shown: str, part: str = "") -> Iterator[None]:
        """What goes wrong with one file within the block is told, and no more; what goes wrong with the device is
        raised."""
        try:
            yield
        except (StoppedError, DeviceError):
            raise
        except (MusfuseError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in _OF_ONE_FILE:
                raise
            why = plainly(error) if isinstance(error, OSError) else str(error)
            self._done.failed.append(LeftOut(shown, why))
            if part and self._tree.facts(part) is not None:
                self._tree.remove(part)

    @contextmanager
    def _device_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                raise DeviceError(
                    "the device is full, though there was room before: something else writes to it; what is there"
                    " stays, and the next sync goes on"
                ) from error
            raise DeviceError(
                f"the device cannot be written ({error.strerror or error}); once it is back, the same command goes on"
            ) from error
