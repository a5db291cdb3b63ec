"""What overlays say, as it is kept with the items: merged tags, pictures that are set, when either changed last.

`meta.overlay_seq` tells which change of user.db the catalog knows.
"""

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
SELECT i.id, i.part, t.embedded, t.merged, t.art, i.edited_ns, o.uid, o.path, o.name
  FROM item i JOIN item_tags t ON t.item = i.id JOIN original o ON o.file = i.file WHERE i.id = ?
"""


@dataclass(frozen=True, slots=True)
class Overlaid:
    """An item: where its original lies, the tags that that has, and what is kept of its overlay."""

    id: int
    source_uid: str
    path: str
    part: int
    embedded: TagSet
    merged: str | None
    art: str | None
    edited_ns: int


def overlaid(db: sqlite3.Connection, item: Key) -> Overlaid | None:
    """One item, None where it is gone."""
    row: Any = db.execute(_SELECT, (item,)).fetchone()
    if row is None:
        return None
    number, part, embedded, merged, art, edited, uid, folder, name = row
    path = join(from_blob(folder), from_blob(name))
    return Overlaid(number, uid, path, part, load_tags(embedded), merged, art, edited)


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


def note_damage(db: sqlite3.Connection, item: int, damage: str) -> None:
    """Why an item's overlay cannot be read, '' where it can: what is served has its original's tags."""
    db.execute("UPDATE item_tags SET damage = ? WHERE item = ? AND damage <> ?", (damage, item, damage))


def none_said(db: sqlite3.Connection) -> None:
    """There are no overlays: what has none now is done."""
    db.execute(
        "DELETE FROM todo WHERE stage = ? AND NOT EXISTS (SELECT 1 FROM item_tags"
        " WHERE item = todo.key AND (merged IS NOT NULL OR art IS NOT NULL))",
        (STAGE,),
    )


class Overlays:
    """Which changes of user.db the catalog knows. May be used from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def known(self) -> int:
        """The number of the last change that the catalog knows."""
        return int(self._db.meta("overlay_seq") or 0)

    def mark(self, places: Iterable[tuple[str, str, int]]) -> None:
        """The overlays of these changed: (source uid, path, part)."""
        with self._db.write() as db:
            for uid, path, part in places:
                rows = db.execute(
                    f"SELECT i.id FROM original o JOIN item i ON i.file = o.file WHERE {OF_FILE} AND i.part = ?",
                    (*at(uid, path), part),
                )
                add(db, STAGE, [row[0] for row in rows.fetchall()])

    def mark_all(self) -> None:
        """Any may have changed."""
        with self._db.write() as db:
            db.execute("INSERT OR IGNORE INTO todo (stage, key) SELECT ?, id FROM item", (STAGE,))
