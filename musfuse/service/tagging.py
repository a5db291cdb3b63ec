"""Changes of tags and pictures, made or rehearsed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from msgspec import structs

from musfuse.errors import ConfigError
from musfuse.library.moves import Moved
from musfuse.library.overlay import Change, Delta, MetaCollector
from musfuse.library.overlay.room import crowded
from musfuse.library.overlay.value import ALL_FIELDS, ART, picture_value
from musfuse.library.selection import Selected, Selection
from musfuse.media.art.facts import MAX_PICTURE, describe_picture, refusal
from musfuse.model import ArtKind, TagSource
from musfuse.platform.regular import read_regular
from musfuse.service.assignments import checked_field, parse_assignments
from musfuse.service.handlers import Handlers
from musfuse.service.history import facts, last_standing
from musfuse.service.port import Asked
from musfuse.service.requests import changes as asked
from musfuse.service.requests.art import ClearArt, SetArt
from musfuse.service.requests.changes import Changed, MoveTold, UndoChange
from musfuse.service.requests.tags import ClearTags, ImportTags, LockTags, SetTags, TagChange, UnlockTags

_KINDS = {ArtKind.FRONT: 3, ArtKind.BACK: 4, ArtKind.OTHER: 0}
_MAX_AUTHOR = 200
R = TypeVar("R", bound=asked.Change)

Targets = Sequence[Asked]


@dataclass(frozen=True, slots=True)
class Who:
    """Who changes something, and on whose behalf."""

    author: str
    source: TagSource = TagSource.USER


Act = Callable[["Tagging"], Changed]
"""A change, to be made by one Tagging or another."""


class Tagging:
    """Changes tags and pictures. `adopt` is told of a change, and gives what that did to the drive."""

    def __init__(self, selection: Selection, collector: MetaCollector, adopt: Callable[[int], Moved]) -> None:
        self.selection, self.collector, self.adopt = selection, collector, adopt

    def answer(self, handlers: Handlers, rehearse: Callable[[Act], Changed]) -> None:
        """Answer the requests that change something; `rehearse` gives what a change would do."""

        def on(kind: type[R], act: Callable[[Tagging, R, Who], Changed]) -> None:
            def done(request: R) -> Changed:
                who = _who(request)
                if request.dry_run:
                    return rehearse(lambda tagging: act(tagging, request, who))
                return act(self, request, who)

            handlers.on(kind, done)

        on(SetTags, lambda tagging, r, who: tagging.set(r.targets, r.fields, who))
        on(ClearTags, lambda tagging, r, who: tagging.clear(r.targets, r.fields, who))
        on(LockTags, lambda tagging, r, who: tagging.lock(r.targets, r.fields, who))
        on(UnlockTags, lambda tagging, r, who: tagging.unlock(r.targets, r.fields, who))
        on(SetArt, lambda tagging, r, who: tagging.set_art(r.targets, r.picture, r.kind, who))
        on(ClearArt, lambda tagging, r, who: tagging.clear_art(r.targets, r.kinds, r.hide, who))
        on(UndoChange, lambda tagging, r, who: tagging.undo(r.number, who))
        on(ImportTags, lambda tagging, r, who: tagging.import_file(r.path, who))

    def set(self, targets: Targets, assignments: Sequence[str], who: Who) -> Changed:
        """FIELD=VALUE for all tracks of the targets; a repeated field has several values, an empty value is none.
        Raises ConfigError where a field or value can be none, or a file has no room; nothing is changed then."""
        fields = parse_assignments(assignments)
        what = "set " + ", ".join(f"{name}={'; '.join(values)}"[:60] for name, values in fields.items())

        def delta(row: Selected) -> Delta:
            if problem := crowded(row.tags, fields):
                raise ConfigError(f"{row.path or row.source}: {problem}; nothing was changed")
            return Delta(row.key, fields)

        return self._change((delta(row) for row in self.selection.of(targets)), who, what)

    def clear(self, targets: Targets, fields: Sequence[str], who: Who) -> Changed:
        """Give up what was said of these fields, or of all: the original's values show again."""
        names = [checked_field(name) for name in fields]

        def delta(row: Selected) -> Delta:
            known = self.collector.load_overlay(row.key).fields
            return Delta(row.key, dict.fromkeys(names or [n for n in known if not n.startswith(ART)]))

        what = "clear " + (", ".join(names) or "everything")
        return self._change((delta(row) for row in self.selection.of(targets)), who, what)

    def lock(self, targets: Targets, fields: Sequence[str], who: Who) -> Changed:
        """Keep the values that fields have now (of all fields where none is named) against any refresh."""
        names = frozenset(checked_field(name) for name in fields) or frozenset({ALL_FIELDS})
        deltas = (Delta(row.key, lock=names, embedded=row.embedded) for row in self.selection.of(targets))
        return self._change(deltas, who, "lock " + ", ".join(sorted(names)))

    def unlock(self, targets: Targets, fields: Sequence[str], who: Who) -> Changed:
        """Take locks away."""
        names = frozenset(checked_field(name) for name in fields) or frozenset({ALL_FIELDS})
        deltas = (Delta(row.key, unlock=names) for row in self.selection.of(targets))
        return self._change(deltas, who, "unlock " + ", ".join(sorted(names)))

    def set_art(self, targets: Targets, picture: Path, kind: ArtKind, who: Who) -> Changed:
        """Set a picture; its bytes are kept here once. Raises ConfigError where it cannot be used."""
        data = read_regular(picture, MAX_PICTURE)
        made = describe_picture(data, _KINDS[kind])
        if made is None:
            raise ConfigError(f"{picture}: {refusal(data)}")
        self.collector.put_artwork_blob(made.picture.digest, made.data)
        value = (picture_value(made.picture),)
        deltas = (Delta(row.key, {ART + kind: value}) for row in self.selection.of(targets))
        return self._change(deltas, who, f"set art {kind.value} {picture.name}")

    def clear_art(self, targets: Targets, kinds: Sequence[ArtKind], hide: bool, who: Who) -> Changed:
        """Give up pictures that were set; with `hide`, serve none at all, the original's neither."""
        fields: dict[str, tuple[str, ...] | None] = {ART + kind: () if hide else None for kind in kinds}
        deltas = (Delta(row.key, fields) for row in self.selection.of(targets))
        return self._change(deltas, who, ("hide" if hide else "clear") + " art " + ", ".join(kinds))

    def undo(self, seq: int, who: Who) -> Changed:
        """Take a change back; the last one that stands where `seq` is 0."""
        number = seq or last_standing(self.collector)
        change = self.collector.undo(number, who.author)
        return structs.replace(self._adopted(change, change.tracks), undone=number)

    def import_file(self, path: Path, who: Who) -> Changed:
        """Take in a file as `tagfiles.plan_import` reads it; nothing where anything is wrong with it. Raises
        ConfigError."""
        from musfuse.service.tagfiles import plan_import

        plan = plan_import(self.selection, path)
        if plan.errors:
            raise ConfigError(f"{path}: {plan.errors[0]}; nothing was changed")
        return self._change(iter(plan.deltas), who, f"import {path.name}")

    def _change(self, deltas: Iterator[Delta], who: Who, what: str) -> Changed:
        selected = 0

        def counted() -> Iterator[Delta]:
            nonlocal selected
            for delta in deltas:
                selected += 1
                yield delta

        change = self.collector.apply_delta(counted(), who.source, who.author, what)
        return self._adopted(change, selected)

    def _adopted(self, change: Change, selected: int) -> Changed:
        told = Changed(**facts(change), selected=selected)
        if not change.seq:
            return told
        did = self.adopt(change.seq)
        moves = tuple(MoveTold(move.old, move.new, move.files, move.whole) for move in did.moves)
        return structs.replace(told, moves=moves, move_count=did.count, moved_files=did.files)


def _who(request: asked.Change) -> Who:
    source = request.source if isinstance(request, TagChange | ImportTags) else TagSource.USER
    if source is TagSource.EMBEDDED:
        raise ConfigError(f"{source.value}: user, orchestrator or provider is wanted")
    return Who(request.author[:_MAX_AUTHOR], source)
