"""Which tracks there are, which of them are new, who they are, and where they want to be: what collections ask.

Everything here runs on a connection that the caller has.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from musfuse.library.catalog.nodes import TREE

_PAGE = 500
_ADDED = """
SELECT id FROM item WHERE hidden = 0 AND born_ns >= ? ORDER BY born_ns DESC, id DESC
"""
"""The index item_born has them in this order; nothing is sorted."""


def everything(db: sqlite3.Connection) -> Iterator[list[int]]:
    """The ids of all tracks in any order, a page at a time: the index item_born has them all, and is small."""
    return _pages(db.execute("SELECT id FROM item WHERE hidden = 0"))


def added(db: sqlite3.Connection, since_ns: int) -> Iterator[list[int]]:
    """The ids of tracks that the library came to know at a time (ns since 1970) or later, the last first, a page at a
    time."""
    return _pages(db.execute(_ADDED, (since_ns,)))


def added_among(db: sqlite3.Connection, items: Sequence[int], since_ns: int) -> list[int]:
    """Those of these tracks that `added` gives."""
    rows = db.execute(
        "SELECT id FROM item WHERE id IN (SELECT value FROM json_each(?)) AND hidden = 0 AND born_ns >= ?",
        (json.dumps(list(items)), since_ns),
    )
    return [row[0] for row in rows]


def count_added(db: sqlite3.Connection, since_ns: int) -> int:
    """How many `added` gives."""
    rows = db.execute("SELECT count(*) FROM item WHERE hidden = 0 AND born_ns >= ?", (since_ns,))
    return int(rows.fetchone()[0])


def known_as(db: sqlite3.Connection, publics: Sequence[int]) -> list[tuple[int, int]]:
    """The tracks with these public ids, in their order, as far as there are such: (id, public id)."""
    rows = db.execute(
        "SELECT i.id, i.public FROM json_each(?) k JOIN item i ON i.public = k.value WHERE i.hidden = 0 ORDER BY k.key",
        (json.dumps(list(publics)),),
    )
    return rows.fetchall()


def in_order_of_path(db: sqlite3.Connection, items: Iterable[int], view: int) -> list[int]:
    """These items as they lie on the drive of a view: folder by folder; those that have no place there are left out."""
    rows = db.execute(
        f"SELECT p.item FROM json_each(?) k JOIN place p ON p.item = k.value AND p.tree = {TREE}"
        " ORDER BY p.dir_key, p.name, p.item",
        (json.dumps(list(items)), view),
    )
    return [row[0] for row in rows]


def called(db: sqlite3.Connection, items: Sequence[int]) -> list[tuple[int, str, str]]:
    """What tracks are called, in their order: (id, first artist, title), '' for what has none."""
    artist, title = (f"json_extract(coalesce(t.merged, t.embedded), '$.{name}[0]')" for name in ("artist", "title"))
    rows = db.execute(
        f"SELECT k.value, coalesce({artist}, ''), coalesce({title}, '')"
        " FROM json_each(?) k JOIN item_tags t ON t.item = k.value ORDER BY k.key",
        (json.dumps(list(items)),),
    )
    return rows.fetchall()


def _pages(rows: sqlite3.Cursor) -> Iterator[list[int]]:
    while page := rows.fetchmany(_PAGE):
        yield [row[0] for row in page]
