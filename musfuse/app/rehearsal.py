"""Changes of tags and pictures made for trial: what they would change, and where files of the drive would move to.

The change itself runs, over the store and the catalog in which it would be kept, both covered so that nothing stays.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import Any

from musfuse.app.library import Library
from musfuse.app.tagging import Tagging
from musfuse.library.catalog import Database, Nodes, Tracks
from musfuse.library.catalog.rows import join
from musfuse.library.overlay import Entry, MetaCollector, Overlay
from musfuse.library.overlay.value import ART, split_key
from musfuse.library.selection import Selection
from musfuse.library.trial import moves, tried
from musfuse.model import TagSet
from musfuse.store import LayeredKv, SqliteKv

SHOWN = 200
"""Fields that are told one by one at most."""


def rehearse(library: Library, act: Callable[[Tagging], dict[str, Any]]) -> dict[str, Any]:
    """What `act` would give and do. Nothing is written, whatever it does."""
    with closing(LayeredKv(SqliteKv.temporary(), library.store)) as store:
        collector = MetaCollector(store)

        def adopt(seq: int) -> dict[str, Any]:
            told = _fields(library.database, collector, seq)
            with closing(
                tried(library.database, library.stages.naming_over, collector, lambda: collector.keys_of(seq))
            ) as scratch:
                return told | moves(library.database, scratch).to_json()

        result = act(Tagging(Selection(library.database, library.sources.place), collector, adopt))
    return {"changes": 0, "shown": [], "moves": [], "move_count": 0, "moved_files": 0} | result | {"dry_run": True}


def _fields(database: Database, collector: MetaCollector, seq: int) -> dict[str, Any]:
    """The first fields that a change gives other values or locks, and how many there are."""
    nodes, tracks, count, shown = Nodes(database), Tracks(database), 0, list[dict[str, Any]]()
    for entry in collector.entries(seq):
        place = split_key(entry.key)
        row = tracks.at(*place)
        changed = list(_changed(entry, row.embedded if row else TagSet()))
        count += len(changed)
        if changed and len(shown) < SHOWN:
            node = nodes.of_original(*place)
            path = join(nodes.path(node.parent), node.name) if node else place[1]
            shown += [{"path": path, **change} for change in islice(changed, SHOWN - len(shown))]
    return {"changes": count, "shown": shown}


def _changed(entry: Entry, embedded: TagSet) -> Iterator[dict[str, Any]]:
    """Fields that are served with other values after a change, or are locked or not locked any more."""
    before, after = entry.before, entry.after
    for name in sorted({*before.fields, *after.fields, *(before.locks ^ after.locks)}):
        values = _values(before, name, embedded), _values(after, name, embedded)
        locked = name in before.locks, name in after.locks
        if values[0] != values[1] or locked[0] != locked[1]:
            row = {"field": name, "before": values[0], "after": values[1]}
            yield row if locked[0] == locked[1] else row | {"locked": locked[1]}


def _values(overlay: Overlay, name: str, embedded: TagSet) -> list[str] | None:
    """What is served of a field; of pictures, what they are, None for the original's."""
    said = overlay.said(name)
    if not name.startswith(ART):
        return list(said[1] if said else embedded.get(name, ()))
    return None if said is None else [_picture(value) for value in said[1]]


def _picture(value: str) -> str:
    facts = json.loads(value)
    return f"{facts['mime'].removeprefix('image/')} {facts['width']}x{facts['height']}, {facts['digest'][:8]}"
