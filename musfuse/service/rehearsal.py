"""Changes of tags and pictures made for trial: what they would change, and where files of the drive would move to.

The change itself runs, over the store and the catalog in which it would be kept, both covered so that nothing stays.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from msgspec import UNSET, structs

from musfuse.library.catalog import Database, Nodes, Tracks
from musfuse.library.catalog.rows import join
from musfuse.library.moves import Moved
from musfuse.library.overlay import Entry, MetaCollector, Overlay
from musfuse.library.overlay.value import ART, split_key
from musfuse.library.pipeline import Stage
from musfuse.library.selection import Selection
from musfuse.library.trial import moves, tried
from musfuse.model import TagSet
from musfuse.service.requests.changes import Changed, FieldChange
from musfuse.service.tagging import Act, Tagging
from musfuse.store import KvStore, LayeredKv, SqliteKv

SHOWN = 200
"""Fields that are told one by one at most."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Tries changes over a library's catalog and store; `stages` gives the stages that follow a change in the catalog
    that it is given."""

    database: Database
    store: KvStore
    selection: Selection
    stages: Callable[[Database], Sequence[Stage]]

    def of(self, act: Act) -> Changed:
        """What `act` would give and do. Nothing is written, whatever it does."""
        count, shown = 0, tuple[FieldChange, ...]()
        with closing(LayeredKv(SqliteKv.temporary(), self.store)) as store:
            collector = MetaCollector(store)

            def adopt(seq: int) -> Moved:
                nonlocal count, shown
                count, shown = self._fields(collector, seq)
                with closing(tried(self.database, self.stages, collector, lambda: collector.keys_of(seq))) as scratch:
                    return moves(self.database, scratch).told()

            told = act(Tagging(self.selection, collector, adopt))
        return structs.replace(
            told, changes=count, shown=shown, moves=told.moves or (), move_count=told.move_count or 0,
            moved_files=told.moved_files or 0, dry_run=True,
        )  # fmt: skip

    def _fields(self, collector: MetaCollector, seq: int) -> tuple[int, tuple[FieldChange, ...]]:
        """How many fields a change gives other values or locks, and the first of them."""
        nodes, tracks, count, shown = Nodes(self.database), Tracks(self.database), 0, list[FieldChange]()
        for entry in collector.entries(seq):
            place = split_key(entry.key)
            row = tracks.at(*place)
            changed = list(_changed(entry, row.embedded if row else TagSet()))
            count += len(changed)
            if changed and len(shown) < SHOWN:
                node = nodes.of_original(*place)
                path = join(nodes.path(node.parent), node.name) if node else place[1]
                shown += [structs.replace(change, path=path) for change in changed[: SHOWN - len(shown)]]
        return count, tuple(shown)


def _changed(entry: Entry, embedded: TagSet) -> Iterator[FieldChange]:
    """Fields that are served with other values after a change, or are locked or not locked any more; without paths."""
    before, after = entry.before, entry.after
    for name in sorted({*before.fields, *after.fields, *(before.locks ^ after.locks)}):
        values = _values(before, name, embedded), _values(after, name, embedded)
        locked = name in before.locks, name in after.locks
        if values[0] != values[1] or locked[0] != locked[1]:
            yield FieldChange("", name, *values, locked=UNSET if locked[0] == locked[1] else locked[1])


def _values(overlay: Overlay, name: str, embedded: TagSet) -> tuple[str, ...] | None:
    """What is served of a field; of pictures, what they are, None for the original's."""
    said = overlay.said(name)
    if not name.startswith(ART):
        return said[1] if said else embedded.get(name, ())
    return None if said is None else tuple(_picture(value) for value in said[1])


def _picture(value: str) -> str:
    facts = json.loads(value)
    return f"{facts['mime'].removeprefix('image/')} {facts['width']}x{facts['height']}, {facts['digest'][:8]}"
