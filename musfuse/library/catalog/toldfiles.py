"""What others were told of files last, beside what is so now: for the stage `events`."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from musfuse.library.catalog.rows import from_blob, join, to_blob

# What was told of an item last: `times` is how often something was, `born_ns` tells it from another that had its id.
# Owner: this module; there is no such table where nobody is told of anything.
_TABLE = """
CREATE TABLE IF NOT EXISTS events_told (
    item    INTEGER PRIMARY KEY,
    born_ns INTEGER NOT NULL,
    version INTEGER NOT NULL,
    edited  INTEGER NOT NULL,
    uid     TEXT NOT NULL,
    path    BLOB NOT NULL,
    public  INTEGER,
    times   INTEGER NOT NULL
)
"""
# What is to be told, until it is written down elsewhere: a row goes in by the transaction that notes it above, and out
# once it lies there. `change` names the change, for ever.
_DUE = """
CREATE TABLE IF NOT EXISTS events_due (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    fields TEXT NOT NULL,              -- JSON
    change TEXT NOT NULL
)
"""
_TOLD = "SELECT * FROM events_told WHERE item IN (SELECT value FROM json_each(?))"
_NOW = """
SELECT i.id, i.born_ns, i.version, i.edited_ns, o.uid, o.path, o.name, i.public
  FROM item i JOIN original o ON o.file = i.file WHERE i.part = 0 AND i.id IN (SELECT value FROM json_each(?))
"""


Happened = tuple[str, dict[str, object], str]
"""The name of an event, its fields, and the name of the change that it tells of."""


class ToldFile(NamedTuple):
    """An item that is all of a file, as it is, or as it was told of last."""

    item: int
    born_ns: int
    version: int
    edited_ns: int
    uid: str
    path: str
    public: int | None
    times: int = 0


def make_table(db: sqlite3.Connection) -> None:
    """Make room for what is told, and what is to be."""
    db.execute(_TABLE)
    db.execute(_DUE)


def told(db: sqlite3.Connection, items: Sequence[int]) -> dict[int, ToldFile]:
    """What was told of items, by their ids; of others nothing was."""
    rows = db.execute(_TOLD, (json.dumps(items),))
    return {row[0]: ToldFile._make((*row[:5], from_blob(row[5]), *row[6:])) for row in rows}


def present(db: sqlite3.Connection, items: Sequence[int]) -> dict[int, ToldFile]:
    """What is so now of items; others are gone, or no file of their own."""
    rows = db.execute(_NOW, (json.dumps(items),))
    return {row[0]: ToldFile._make((*row[:5], join(from_blob(row[5]), from_blob(row[6])), row[7], 0)) for row in rows}


def note(db: sqlite3.Connection, items: Iterable[int], now: Mapping[int, ToldFile]) -> None:
    """These items were told of as they are now; those that are not in `now` are gone."""
    db.executemany("DELETE FROM events_told WHERE item = ?", [(item,) for item in items if item not in now])
    db.executemany(
        "INSERT OR REPLACE INTO events_told VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(*known[:5], to_blob(known.path), *known[6:]) for known in now.values()],
    )


def enter(db: sqlite3.Connection, happened: Iterable[Happened]) -> None:
    """These are to be told."""
    db.executemany(
        "INSERT INTO events_due (name, fields, change) VALUES (?, ?, ?)",
        [(name, json.dumps(fields), change) for name, fields, change in happened],
    )


def due(db: sqlite3.Connection, limit: int) -> tuple[list[Happened], int]:
    """The first that are to be told, and the number up to which these are; 0 for none."""
    rows = db.execute("SELECT id, name, fields, change FROM events_due ORDER BY id LIMIT ?", (limit,)).fetchall()
    return [(name, json.loads(fields), change) for _, name, fields, change in rows], rows[-1][0] if rows else 0


def leave(db: sqlite3.Connection, last: int) -> None:
    """All up to this number lie elsewhere now."""
    db.execute("DELETE FROM events_due WHERE id <= ?", (last,))
