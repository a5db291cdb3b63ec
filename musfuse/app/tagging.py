"""What `musfuse tag` and `musfuse art` do, for the command line and the control channel alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musfuse.app.assignments import checked_field, parse_assignments
from musfuse.app.tagfiles import plan_import
from musfuse.errors import ConfigError, NoEntryError
from musfuse.library.overlay import Change, Delta, MetaCollector
from musfuse.library.overlay.room import crowded
from musfuse.library.overlay.value import ALL_FIELDS, ART, picture_value
from musfuse.library.selection import Selected, Selection
from musfuse.media.art import MAX_PICTURE, describe_picture, refusal
from musfuse.model import ArtKind, TagSource
from musfuse.platform.regular import read_regular

_KINDS = {ArtKind.FRONT: 3, ArtKind.BACK: 4, ArtKind.OTHER: 0}

Targets = Sequence[tuple[str, str]]
"""(As it was typed, as an absolute path)."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who changes something, and on whose behalf."""

    author: str
    source: TagSource = TagSource.USER


class Tagging:
    """Shows and changes tags and art. `adopt` is told of a change, and gives what that did to the drive, as JSON."""

    def __init__(
        self, selection: Selection, collector: MetaCollector, adopt: Callable[[int], Mapping[str, Any]]
    ) -> None:
        self.selection, self.collector, self._adopt = selection, collector, adopt

    def show(self, targets: Targets) -> Iterator[dict[str, Any]]:
        """Each track with its tags, and who says what."""
        for row in self.selection.of(targets):
            overlay = self.collector.load_overlay(row.key)
            fields = {}
            for name in sorted({*row.tags, *(f for f in overlay.fields if not f.startswith(ART))}):
                said = overlay.said(name)
                source = said[0] if said else TagSource.EMBEDDED
                fields[name] = {
                    "values": list(row.tags.get(name, ())), "source": source.value, "locked": overlay.is_locked(name),
                }  # fmt: skip
            yield {
                "source": row.source, "part": row.part, "path": row.path, "tags": fields,
                "art": {kind.value: len(pictures) for kind, pictures in overlay.art()},
            }  # fmt: skip

    def set(self, targets: Targets, assignments: Sequence[str], who: Who) -> dict[str, Any]:
        """FIELD=VALUE for all tracks of the targets; a repeated field has several values, an empty value is none."""
        fields = parse_assignments(assignments)
        what = "set " + ", ".join(f"{name}={'; '.join(values)}"[:60] for name, values in fields.items())

        def delta(row: Selected) -> Delta:
            if problem := crowded(row.tags, fields):
                raise ConfigError(f"{row.path or row.source}: {problem}; nothing was changed")
            return Delta(row.key, fields)

        return self._change((delta(row) for row in self.selection.of(targets)), who, what)

    def clear(self, targets: Targets, fields: Sequence[str], who: Who) -> dict[str, Any]:
        """Give up what was said of these fields, or of all: the original's values show again."""
        names = [checked_field(name) for name in fields]

        def delta(row: Selected) -> Delta:
            known = self.collector.load_overlay(row.key).fields
            return Delta(row.key, dict.fromkeys(names or [n for n in known if not n.startswith(ART)]))

        what = "clear " + (", ".join(names) or "everything")
        return self._change((delta(row) for row in self.selection.of(targets)), who, what)

    def lock(self, targets: Targets, fields: Sequence[str], who: Who) -> dict[str, Any]:
        """Keep the values that fields have now (of all fields where none is named) against any refresh."""
        names = frozenset(checked_field(name) for name in fields) or frozenset({ALL_FIELDS})
        deltas = (Delta(row.key, lock=names, embedded=row.embedded) for row in self.selection.of(targets))
        return self._change(deltas, who, "lock " + ", ".join(sorted(names)))

    def unlock(self, targets: Targets, fields: Sequence[str], who: Who) -> dict[str, Any]:
        """Take locks away."""
        names = frozenset(checked_field(name) for name in fields) or frozenset({ALL_FIELDS})
        deltas = (Delta(row.key, unlock=names) for row in self.selection.of(targets))
        return self._change(deltas, who, "unlock " + ", ".join(sorted(names)))

    def set_art(self, targets: Targets, picture: Path, kind: ArtKind, who: Who) -> dict[str, Any]:
        """Set a picture; its bytes are kept here once. Raises ConfigError where it cannot be used."""
        data = read_regular(picture, MAX_PICTURE)
        made = describe_picture(data, _KINDS[kind])
        if made is None:
            raise ConfigError(f"{picture}: {refusal(data)}")
        self.collector.put_artwork_blob(made.picture.digest, made.data)
        value = (picture_value(made.picture),)
        deltas = (Delta(row.key, {ART + kind: value}) for row in self.selection.of(targets))
        return self._change(deltas, who, f"set art {kind.value} {picture.name}")

    def clear_art(self, targets: Targets, kinds: Sequence[ArtKind], hide: bool, who: Who) -> dict[str, Any]:
        """Give up pictures that were set; with `hide`, serve none at all, the original's neither."""
        fields: dict[str, tuple[str, ...] | None] = {ART + kind: () if hide else None for kind in kinds}
        deltas = (Delta(row.key, fields) for row in self.selection.of(targets))
        return self._change(deltas, who, ("hide" if hide else "clear") + " art " + ", ".join(kinds))

    def undo(self, seq: int, who: Who) -> dict[str, Any]:
        """Take a change back; the last one where `seq` is 0."""
        number = seq or self.last_standing()
        change = self.collector.undo(number, who.author)
        return self._adopted(change, change.tracks) | {"undone": number}

    def last_standing(self) -> int:
        """The last change that somebody made and that was not taken back. Raises NoEntryError where there is none."""
        undone = set[int]()
        for change in self.collector.history():
            if change.undoes:
                undone.add(change.undoes)
            elif not change.moved and change.seq not in undone:
                return change.seq
        raise NoEntryError("nothing left to undo" if undone else "nothing was changed yet")

    def log(self, targets: Targets, limit: int) -> list[dict[str, Any]]:
        """Changes, the last first: all, or those of the tracks of the targets."""
        if not targets:
            found = self.collector.history()
            return [describe(change) for change, _ in zip(found, range(limit), strict=False)]
        by_number = {c.seq: c for row in self.selection.of(targets) for c in self.collector.history(row.key)}
        return [describe(by_number[seq]) for seq in sorted(by_number, reverse=True)[:limit]]

    def import_file(self, path: Path, who: Who) -> dict[str, Any]:
        """Take in a file as `tagfiles.plan_import` reads it; nothing where anything is wrong with it."""
        plan = plan_import(self.selection, path)
        if plan.errors:
            raise ConfigError(f"{path}: {plan.errors[0]}; nothing was changed")
        return self._change(iter(plan.deltas), who, f"import {path.name}")

    def _change(self, deltas: Iterator[Delta], who: Who, what: str) -> dict[str, Any]:
        selected = 0

        def counted() -> Iterator[Delta]:
            nonlocal selected
            for delta in deltas:
                selected += 1
                yield delta

        change = self.collector.apply_delta(counted(), who.source, who.author, what)
        return self._adopted(change, selected)

    def _adopted(self, change: Change, selected: int) -> dict[str, Any]:
        did = self._adopt(change.seq) if change.seq else {}
        return describe(change) | {"selected": selected, **did}


def describe(change: Change) -> dict[str, Any]:
    """A change as JSON."""
    return {
        "change": change.seq, "time_ns": change.time_ns, "author": change.author, "source": change.source.value,
        "what": change.what, "tracks": change.tracks, "refused": change.refused,
    }  # fmt: skip
