"""The job that puts files on a player or a disk."""

import os
import threading
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from musfuse.app.build.collections import build_shelf
from musfuse.app.state import StateFolder
from musfuse.devices.carrying import Outcome, Watch
from musfuse.devices.choosing import Choosing
from musfuse.devices.lists import Lists
from musfuse.devices.manifest import checked_name
from musfuse.devices.planning import LeftOut, Plan
from musfuse.devices.remembered import Remembered
from musfuse.devices.rendering import Renderer
from musfuse.devices.syncing import Looked, Syncing
from musfuse.devices.writing import StoppedError
from musfuse.errors import ConfigError, DeviceError, plainly
from musfuse.library.catalog import Tracks
from musfuse.library.collections.shelf import Shelf
from musfuse.library.naming import ViewRules
from musfuse.library.userdb import PlayTable, RatingTable, no_view
from musfuse.media.indexing.options import IndexOptions, worker_count
from musfuse.origins import scheme_of
from musfuse.platform import system
from musfuse.platform.trees import Tree
from musfuse.rendition import parse_policy, problem_of_policy
from musfuse.service.requests.sync import BeginSync, FileLeft, Synced, SyncStep
from musfuse.service.wire import from_json, to_json

if TYPE_CHECKING:
    from musfuse.app.library import Library
    from musfuse.jobs import JobContext
    from musfuse.jobs.job import Params

_LEFT, _STEPS = 200, 2000
_QUEUED = 4
"""Indexes that are asked for ahead, for each worker."""


def sync_params(library: "Library", asked: BeginSync) -> "Params":
    """A sync as it is asked for, for its job. Raises ConfigError where it cannot be, NotFoundError where its query
    finds nothing, or a collection is none."""
    checked_name(asked.name)
    if problem := asked.policy and problem_of_policy(asked.policy):
        raise ConfigError(f"policy: {problem}")
    if asked.policy and not library.media.engine.makes(parse_policy(asked.policy)):
        raise ConfigError(f"policy: {asked.policy}: nothing here makes that; --policy flac, wav and original are there")
    if asked.max_bytes < 0 or asked.jobs < 0:
        raise ConfigError("a size, or a number of files at the same time, is not negative")
    _rules(library, asked.view)
    if asked.where:  # one that finds nothing is told at once
        next(library.tagging.selection.of([(asked.where, "")]), None)
    for name in asked.collections:
        _shelf(library).get(name)
    check_place(library, str(asked.dest))
    params: Params = to_json(asked)
    return params


def run_sync(library: "Library", context: "JobContext") -> "Params":
    """Do what is asked for. Raises DeviceError, and what choosing the tracks raises."""
    asked = from_json(dict(context.params), BeginSync)
    place = check_place(library, str(asked.dest))
    try:
        with closing(_opened(place)) as tree:
            return _run(library, context, asked, place, tree)
    except StoppedError:
        return {}
    except ConfigError:
        context.progress(0, 0, "", usage=True)
        raise
    except OSError as error:
        raise DeviceError(f"{asked.dest}: {plainly(error)}") from error
    except DeviceError as error:
        raise DeviceError(_at(place, str(error))) from error


def check_place(library: "Library", dest: str) -> str:
    """Where a folder really is. Raises ConfigError where nothing can be put there: it is not there, or has originals or
    the library itself in it, or lies in such a place."""
    if not os.path.isdir(dest):
        raise ConfigError(f"{dest}: no such folder; is the device mounted? A new folder on it has to be made first")
    place = system.plain_path(system.real_path(dest))
    for row in library.sources.rows():
        root = row.root if scheme_of(row.root) else system.plain_path(system.real_path(row.root))
        if not scheme_of(root) and _overlap(root, place):
            raise ConfigError(f"{dest}: {row.root} is a source of the library, and originals are never written")
    if _overlap(system.plain_path(system.real_path(str(library.folder))), place):
        raise ConfigError(f"{dest}: the library keeps its own state there; name a folder of the device")
    return place


def _overlap(one: str, other: str) -> bool:
    return system.path_inside(one, other) is not None or system.path_inside(other, one) is not None


def _opened(place: str) -> Tree:
    try:
        return system.open_tree(place)
    except OSError as error:
        raise DeviceError(f"{place}: cannot be looked into: {plainly(error)}") from error


def _at(place: str, text: str) -> str:
    return text if text.startswith(place) else f"{place}: {text}"


def _run(library: "Library", context: "JobContext", asked: BeginSync, place: str, tree: Tree) -> "Params":
    rules = _rules(library, asked.view)
    choosing = Choosing(
        library.catalog.database, library.tagging.selection, _shelf(library), PlayTable(library.stores.user),
        RatingTable(library.stores.user),
    )  # fmt: skip
    chosen = choosing.chosen(rules.view, asked.where, asked.collections)
    if asked.max_bytes:
        chosen = choosing.ranked(chosen, asked.by)
    syncing = Syncing(
        place, tree, asked.name, Remembered(StateFolder(library.folder).devices),
        _renderer(library, rules, asked.policy), _lists(library, rules.view).files if asked.playlists else None,
        asked.verify, asked.new, asked.take_over,
    )  # fmt: skip
    looked = syncing.look(chosen, asked.max_bytes, _Progress(context, 0).watch)
    syncing.check_room(looked)
    if asked.dry_run:
        told = to_json(_planned(asked, looked))
        return dict(told)
    progress = _Progress(context, looked.plan.copied_bytes)
    done = syncing.carry_out(looked, progress.watch, asked.jobs or system.usable_cores())
    progress.end()
    return dict(to_json(_synced(asked, looked, done, tree)))


class _Progress:
    """Tells a job how far it is, from any thread."""

    def __init__(self, context: "JobContext", total: int) -> None:
        self._context, self._total = context, total
        self._lock = threading.Lock()
        self._done, self._what = 0, ""
        self.watch = Watch(lambda: context.stopping, self._wrote, self._working)

    def end(self) -> None:
        """All is done."""
        with self._lock:
            self._context.progress(self._total, self._total)

    def _wrote(self, count: int) -> None:
        with self._lock:
            self._done += count
            self._context.progress(min(self._done, self._total), self._total, self._what)

    def _working(self, what: str) -> None:
        with self._lock:
            self._what = what
            self._context.progress(min(self._done, self._total), self._total, what)


def _rules(library: "Library", view: str) -> ViewRules:
    rules = library.views.named(view)
    if rules is None:
        raise no_view(view)
    return rules


def _renderer(library: "Library", rules: ViewRules, policy: str) -> Renderer:
    tracks = Tracks(library.catalog.database, rules.view)
    queued = _QUEUED * worker_count(library.config[IndexOptions])
    return Renderer(
        tracks, library.media.engine, library.sizes.over(tracks), rules, policy, ahead=queued,
        keeps=library.stores.frame_files.limit // 2,
    )  # fmt: skip


def _lists(library: "Library", view: int) -> Lists:
    return Lists(_shelf(library), library.tagging.selection, view)


def _shelf(library: "Library") -> Shelf:
    return build_shelf(library.stores.user, library.stores.database, library.tagging.selection.formats)


def _planned(asked: BeginSync, looked: Looked) -> Synced:
    """What a plan would do, as it is told."""
    plan = looked.plan
    lists = sum(not copy.item for copy in plan.copies)
    updated = sum(bool(copy.item and copy.old) for copy in plan.copies)
    done = Outcome(
        len(plan.copies) - lists - updated, updated, len(plan.moves), len(plan.removals), plan.copied_bytes, lists
    )
    sizes = [*(put.size for put in plan.stay), *(put.size for put in plan.planned.values())]
    steps = _steps(plan)
    return _told(
        asked, looked, done, len(sizes), sum(sizes), looked.room.free - plan.growth(looked.room), steps
    )  # fmt: skip


def _synced(asked: BeginSync, looked: Looked, done: Outcome, tree: Tree) -> Synced:
    files = looked.known.files
    return _told(asked, looked, done, len(files), sum(put.size for put in files.values()), tree.room().free)


def _told(
    asked: BeginSync, looked: Looked, done: Outcome, files: int, size: int, free: int, steps: Sequence[SyncStep] = ()
) -> Synced:
    left_out, failed = looked.plan.left_out, [*looked.failed, *done.failed]
    return Synced(
        dest=str(asked.dest), dry_run=asked.dry_run, files=files, bytes=size, stayed=len(looked.plan.stay),
        copied=done.copied, updated=done.updated, moved=done.moved, removed=done.removed, playlists=done.playlists,
        written=done.written, free=max(0, free), beyond=looked.beyond, left_out=_left(left_out),
        left_out_count=len(left_out), failed=_left(failed), failed_count=len(failed), stopped=done.stopped,
        steps=tuple(steps[:_STEPS]), step_count=len(steps),
    )  # fmt: skip


def _left(found: Sequence[LeftOut]) -> tuple[FileLeft, ...]:
    return tuple(FileLeft(one.path, one.why) for one in found[:_LEFT])


def _steps(plan: Plan) -> list[SyncStep]:
    """What a plan does, in order."""
    steps = [SyncStep("remove", put.path, put.size) for put in plan.removals]
    steps += [SyncStep("move", move.after.path, move.after.size, move.before.path) for move in plan.moves]
    for copy in plan.copies:
        before = copy.old.path if copy.old and copy.old.path != copy.put.path else ""
        steps.append(SyncStep("update" if copy.old else "copy", copy.put.path, copy.put.size, before))
    return steps
