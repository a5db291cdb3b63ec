"""The history of changes, told."""

from collections.abc import Iterator, Sequence
from typing import Any

from musfuse.errors import NoEntryError
from musfuse.library.overlay import Change, MetaCollector
from musfuse.library.selection import Selection
from musfuse.service.port import Asked
from musfuse.service.requests.changes import ChangeTold


def history(collector: MetaCollector, selection: Selection, targets: Sequence[Asked]) -> Iterator[ChangeTold]:
    """Changes, the last first: all, or those of the tracks of the targets."""
    if not targets:
        return (ChangeTold(**facts(change)) for change in collector.history())
    by_number = {c.seq: c for row in selection.of(targets) for c in collector.history(row.key)}
    return (ChangeTold(**facts(by_number[seq])) for seq in sorted(by_number, reverse=True))


def last_standing(collector: MetaCollector) -> int:
    """The last change that somebody made and that was not taken back. Raises NoEntryError where there is none."""
    undone = set[int]()
    for change in collector.history():
        if change.undoes:
            undone.add(change.undoes)
        elif not change.moved and change.seq not in undone:
            return change.seq
    raise NoEntryError("nothing left to undo" if undone else "nothing was changed yet")


def facts(change: Change) -> dict[str, Any]:
    """What ChangeTold tells of a change."""
    return {
        "change": change.seq, "time_ns": change.time_ns, "author": change.author, "source": change.source,
        "what": change.what, "tracks": change.tracks, "refused": change.refused,
    }  # fmt: skip
