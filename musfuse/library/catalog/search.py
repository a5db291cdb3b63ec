"""The index of words: documents put in and taken out, in the transaction of who says what changed.

A contentless index of FTS5 gives nothing back, so a document is taken out by saying once more what it was: the schema's
triggers keep the tags that an item had when its document was made.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from musfuse.library.catalog.todo import Key

STAGE = "search"

_ROWS = """
SELECT k.value, coalesce(o.tags, CASE WHEN d.item IS NOT NULL AND i.hidden THEN coalesce(t.merged, t.embedded) END),
       CASE WHEN d.item IS NULL AND NOT i.hidden THEN coalesce(t.merged, t.embedded) END
  FROM json_each(?) k LEFT JOIN search_old o ON o.item = k.value LEFT JOIN search_item d ON d.item = k.value
  LEFT JOIN item_tags t ON t.item = k.value LEFT JOIN item i ON i.id = k.value
"""
_COLUMNS = "title, artist, album, albumartist, composer, genre, year, other"
_VALUES = ", ".join("?" * (_COLUMNS.count(",") + 1))

Indexed = tuple[int, Sequence[str], Set[str]]
"""A document: the item's id, the text of each column, and the words in it that may be looked for by a part."""


@dataclass(frozen=True, slots=True)
class Changed:
    """An item whose document is not that of its tags: the tags that it was made of, and those of which one is to be
    made, as JSON; None where there are none. An image that disappears behind its parts has no document."""

    item: int
    old: str | None
    new: str | None


def changed(db: sqlite3.Connection, items: Iterable[Key]) -> list[Changed]:
    """Which of these items have another document to get, or one to lose."""
    rows = db.execute(_ROWS, (json.dumps(list(items)),))
    return [Changed(*row) for row in rows if row[1] is not None or row[2] is not None]


def take_out(db: sqlite3.Connection, documents: Iterable[Indexed]) -> None:
    """Take out documents that are in the index, as they were put in."""
    rows = list(documents)
    if not rows:
        return
    db.executemany(
        f"INSERT INTO search (search, rowid, {_COLUMNS}) VALUES ('delete', ?, {_VALUES})",
        [(item, *columns) for item, columns, _ in rows],
    )
    for table in ("search_old", "search_item"):
        db.executemany(f"DELETE FROM {table} WHERE item = ?", [(item,) for item, _, _ in rows])
    lost = Counter(chain.from_iterable(words for _, _, words in rows))
    db.executemany("UPDATE search_word SET items = items - ? WHERE word = ?", [(n, word) for word, n in lost.items()])
    unused = "FROM search_word WHERE items <= 0 AND word IN (SELECT value FROM json_each(?))"
    names = json.dumps(list(lost))
    db.execute(f"INSERT INTO search_part (search_part, rowid, word) SELECT 'delete', id, word {unused}", (names,))
    db.execute(f"DELETE {unused}", (names,))


def put_in(db: sqlite3.Connection, documents: Iterable[Indexed]) -> None:
    """Put in documents of items that have none."""
    rows = list(documents)
    if not rows:
        return
    db.executemany(
        f"INSERT INTO search (rowid, {_COLUMNS}) VALUES (?, {_VALUES})", [(item, *columns) for item, columns, _ in rows]
    )
    db.executemany("INSERT INTO search_item VALUES (?)", [(item,) for item, _, _ in rows])
    found = Counter(chain.from_iterable(words for _, _, words in rows))
    last = db.execute("SELECT coalesce(max(id), 0) FROM search_word").fetchone()[0]
    db.executemany(
        "INSERT INTO search_word (word, back, items) VALUES (?, ?, ?)"
        " ON CONFLICT (word) DO UPDATE SET items = items + excluded.items",
        ((word, word[::-1], items) for word, items in sorted(found.items())),
    )
    db.execute("INSERT INTO search_part (rowid, word) SELECT id, word FROM search_word WHERE id > ?", (last,))


def begin_anew(db: sqlite3.Connection, rules: str) -> bool:
    """Empty the index where its documents were made by other rules; whether they were. All items are to be put in
    then."""
    row = db.execute("SELECT value FROM meta WHERE key = 'search_rules'").fetchone()
    if row is not None and row[0] == rules:
        return False
    for index in ("search", "search_part"):
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")
    for table in ("search_item", "search_old", "search_word"):
        db.execute(f"DELETE FROM {table}")
    db.execute("INSERT OR REPLACE INTO meta VALUES ('search_rules', ?)", (rules,))
    return True
