"""What overlays say, as it is kept with the items: merged tags, pictures that are set, when either changed last.

`meta.overlay_seq` tells which change of user.db the catalog knows.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import OF_FILE, at, dump_tags, from_blob, join, load_tags
from musfuse.library.catalog.todo import Key, Watch, add, mark_one
from musfuse.model import TagSet

STAGE = "overlay"

_SELECT = """
SELECT i.id, i.part, t.embedded, t.merged, t.art, i.edited_ns, t.damage, o.uid, o.path, o.name
  FROM item i JOIN item_tags t ON t.item = i.id JOIN original o ON o.file = i.file
 WHERE i.id IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Overlaid:
    """An item for the overlay stage: where its original lies, the tags of the original, and what is kept of its
    overlay."""

    id: int
    source_uid: str
    path: str
    part: int
    embedded: TagSet
    merged: str | None
    art: str | None
    edited_ns: int
    damage: str


def overlaid(db: sqlite3.Connection, items: Iterable[Key]) -> list[Overlaid]:
    """Items by their ids, as far as they are there."""
    return [_overlaid(row) for row in db.execute(_SELECT, (json.dumps(list(items)),))]


def _overlaid(row: Any) -> Overlaid:
    number, part, embedded, merged, art, edited, damage, uid, folder, name = row
    path = join(from_blob(folder), from_blob(name))
    return Overlaid(number, uid, path, part, load_tags(embedded), merged, art, edited, damage)


def put(db: sqlite3.Connection, item: Overlaid, merged: TagSet | None, art: str | None, edited_ns: int) -> bool:
    """Keep what an item's overlay says, `merged` None where that is what its original says; whether it is new."""
    text = None if merged is None else dump_tags(merged)
    if (text, art, edited_ns) == (item.merged, item.art, item.edited_ns):
        return False
    db.execute("UPDATE item_tags SET merged = ?, art = ? WHERE item = ?", (text, art, item.id))
    db.execute("UPDATE item SET edited_ns = ?, version = version + 1 WHERE id = ?", (edited_ns, item.id))
    db.execute("UPDATE rendition SET size = NULL, untagged = '' WHERE item = ?", (item.id,))
    mark_one(db, Watch.TAGS, item.id)
    return True


def note_damage(db: sqlite3.Connection, item: Overlaid, damage: str) -> None:
    """Note why an item's overlay cannot be read, '' where it can. Its original's tags are served as long as it
    cannot."""
    if damage != item.damage:
        db.execute("UPDATE item_tags SET damage = ? WHERE item = ?", (damage, item.id))


def none_said(db: sqlite3.Connection) -> None:
    """Be done with all items that keep nothing of an overlay: there are no overlays at all."""
    db.execute(
        "DELETE FROM todo WHERE stage = ? AND NOT EXISTS (SELECT 1 FROM item_tags"
        " WHERE item = todo.key AND (merged IS NOT NULL OR art IS NOT NULL))",
        (STAGE,),
    )


def _items(db: sqlite3.Connection, uid: str, path: str, part: int) -> list[int]:
    rows = db.execute(
        f"SELECT i.id FROM original o JOIN item i ON i.file = o.file WHERE {OF_FILE} AND i.part = ?",
        (*at(uid, path), part),
    )
    return [row[0] for row in rows]


class Overlays:
    """Which changes of user.db the catalog knows. May be used from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def known(self) -> int:
        """The number of the last change that the catalog knows."""
        return int(self._db.meta("overlay_seq") or 0)

    def mark(self, places: Iterable[tuple[str, str, int]]) -> None:
        """Have the items of these keys, (source uid, path, part), looked at: their overlays changed."""
        with self._db.write() as db:
            add(db, STAGE, (item for place in places for item in _items(db, *place)))

    def mark_all(self) -> None:
        """Have all items looked at: any overlay may have changed."""
        with self._db.write() as db:
            db.execute("INSERT OR IGNORE INTO todo (stage, key) SELECT ?, id FROM item", (STAGE,))
