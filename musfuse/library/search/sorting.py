"""Answers in an order that was asked for. SQLite sorts them, on disk where memory does not hold their keys."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from musfuse.library.catalog.finding import Found
from musfuse.library.query import Order
from musfuse.library.search.documents import year_of
from musfuse.library.search.folding import fold

Key = int | str | None
"""What is not known comes last, in whatever order."""
_LONGEST = 200


def key(order: Order, found: Found) -> Key:
    """What an answer is sorted by."""
    match order.name:
        case "year":
            return int(year_of(found.tags) or 0) or None
        case "added":
            return found.born_ns
        case "length":
            return found.length_ns
        case "path":
            return _text(found.path)
        case name:
            return _text(found.tags.first(name) or "") or None


def _text(text: str) -> str:
    return fold(text)[:_LONGEST].encode("utf-8", "replace").decode()


def in_order(found: Iterable[Found], orders: Sequence[Order]) -> Iterator[int]:
    """The ids of answers by these orders, then by path and part as far as they are told, then by id; all are read
    first."""
    with closing(sqlite3.connect("", isolation_level=None)) as db:
        names = [f"k{number}" for number in range(len(orders))]
        db.execute(f"CREATE TABLE answer (id INTEGER, {', '.join([*names, 'path', 'part'])})")
        rows = ((f.id, *(key(order, f) for order in orders), _text(f.path), f.part) for f in found)
        db.execute("BEGIN")
        db.executemany(f"INSERT INTO answer VALUES (?, {', '.join('?' * (len(names) + 2))})", rows)
        by = [
            f"{name} IS NULL, {name} {'DESC' if order.descending else 'ASC'}"
            for name, order in zip(names, orders, strict=True)
        ]
        for row in db.execute(f"SELECT id FROM answer ORDER BY {', '.join([*by, 'path', 'part', 'id'])}"):
            yield row[0]
