"""What items are known by: public ids, and what they sound like, as rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.library.catalog import arranged
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import SOURCE_FILE, from_blob, join, load_format, source_file
from musfuse.library.catalog.todo import add, done
from musfuse.library.overlay.value import overlay_key
from musfuse.model import AudioFormat, SourceFile, Stamp

STAGE = "identity"
NONE = "-"
"""The content of an item that has none that could be told."""


@dataclass(frozen=True, slots=True)
class Identity:
    """An item: the key of its overlay, its public id (None: none yet), what it sounds like ('': not known), and when
    the catalog came to know it, in ns."""

    id: int
    key: str
    public: int | None
    content: str
    born_ns: int


@dataclass(frozen=True, slots=True)
class Unheard:
    """An item of which it is not known what it sounds like. `cut`: a part of its original; `version` the item's."""

    id: int
    version: int
    file: SourceFile
    format: AudioFormat
    cut: bool


_HEARD = f"i.content > '{NONE}' AND i.content <> ''"
"""Of an item i; the second part is what its index has to see."""
_IDENTITY = """
SELECT i.id, o.uid, o.path, o.name, i.part, i.public, i.content, i.born_ns
  FROM item i JOIN original o ON o.file = i.file
"""


class Identities:
    """Queries and updates over item. May be used from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, limit: int) -> list[Identity]:
        """Some items that have to be looked at; those of a source with unsettled departures wait, because it is not
        known yet which of them was moved there."""
        with self._db.read() as db:
            rows = db.execute(
                f"{_IDENTITY} JOIN todo t ON t.stage = ? AND t.key = i.id"
                " WHERE NOT EXISTS (SELECT 1 FROM gone g WHERE g.source = o.source) ORDER BY i.id LIMIT ?",
                (STAGE, limit),
            ).fetchall()
        return [_identity(row) for row in rows]

    def merge_arranged(self, old: int, new: int) -> None:
        """The public ids `old` and `new` are the same track, as user.db has it by now: views have it where they had
        either."""
        arranged.merge(self._db, old, new)

    def new_since(self, content: str, since_ns: int, added: Sequence[str]) -> list[Identity]:
        """Items that sound like this and were not there then; two at most. `added`: the sources, by their uids, that
        came later.

        When the catalog came to know an item does not tell: it may have been made anew, or have its source again. So
        an earlier scan of the whole source must have missed it, unless the source itself is new.
        """
        with self._db.read() as db:
            rows = db.execute(
                f"{_IDENTITY} WHERE i.content = ? AND {_HEARD} AND i.born_ns >= ?"
                " AND (o.uid IN (SELECT value FROM json_each(?)) OR EXISTS"
                " (SELECT 1 FROM scan s WHERE s.source = o.source AND s.whole AND s.ended < i.born_ns)) LIMIT 2",
                (content, since_ns, json.dumps(list(added))),
            ).fetchall()
        return [_identity(row) for row in rows]

    def holders(self, publics: Sequence[int]) -> list[Identity]:
        """Items that have these public ids."""
        with self._db.read() as db:
            rows = db.execute(
                f"{_IDENTITY} WHERE i.public IN (SELECT value FROM json_each(?))", (json.dumps(list(publics)),)
            ).fetchall()
        return [_identity(row) for row in rows]

    def settle(self, found: Sequence[tuple[int, int]]) -> None:
        """Give items their public ids, (item, id), and be done with them. Who had one of them gets another."""
        with self._db.write() as db:
            lost = db.executemany(
                "UPDATE item SET public = NULL WHERE public = ? AND id <> ?", [(p, i) for i, p in found]
            ).rowcount
            if lost > 0:
                db.execute("INSERT OR IGNORE INTO todo SELECT ?, id FROM item WHERE public IS NULL", (STAGE,))
            db.executemany("UPDATE item SET public = ? WHERE id = ?", [(public, item) for item, public in found])
            done(db, STAGE, [item for item, _ in found])

    def set_content(self, item: int, version: int, content: str) -> None:
        """Note what an item sounds like, NONE where that cannot be told, unless it changed meanwhile."""
        with self._db.note() as db:
            changed = db.execute(
                "UPDATE item SET content = ? WHERE id = ? AND version = ? AND content <> ?",
                (content, item, version, content),
            ).rowcount
            if changed:
                add(db, STAGE, [item])

    def look_again(self, content: str) -> None:
        """Have items that sound like one that is gone looked at: one of them may be it."""
        with self._db.write() as db:
            found = db.execute(f"SELECT i.id FROM item i WHERE i.content = ? AND {_HEARD}", (content,)).fetchall()
            add(db, STAGE, [row[0] for row in found])

    def unheard(self, after: int, limit: int) -> list[Unheard]:
        """Items with an id over `after` of which nobody knows what they sound like."""
        with self._db.read() as db:
            rows = db.execute(
                f"SELECT i.id, i.version, i.facts, i.part, {SOURCE_FILE} FROM item i"
                " JOIN original o ON o.file = i.file WHERE i.content = '' AND i.hidden = 0 AND i.id > ?"
                " ORDER BY i.id LIMIT ?",
                (after, limit),
            ).fetchall()
        return [
            Unheard(item, version, source_file(*file), load_format(facts), part > 0)
            for item, version, facts, part, *file in rows
        ]


def _identity(row: Any) -> Identity:
    item, uid, folder, name, part, public, content, born = row
    file = SourceFile(uid, join(from_blob(folder), from_blob(name)), Stamp(0, 0))
    return Identity(item, overlay_key(file, part), public, content, born)
