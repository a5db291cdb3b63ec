"""Sorts more than memory should hold: by SQLite, in a database without a name that spills to disk."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

Key = int | str | None
"""None comes last, in whatever order."""


def in_order(rows: Iterable[tuple[int, Sequence[Key]]], descending: Sequence[bool]) -> Iterator[int]:
    """The numbers of rows by their keys, each of which may be in descending order, then by number; all rows are read
    before the first is given."""
    names = [f"k{number}" for number in range(len(descending))]
    by = (f"{name} IS NULL, {name} {'DESC' if down else 'ASC'}" for name, down in zip(names, descending, strict=True))
    with closing(sqlite3.connect("", isolation_level=None)) as db:
        db.execute(f"CREATE TABLE sorted ({', '.join(['number INTEGER', *names])})")
        db.execute("BEGIN")
        places = ", ".join("?" * (len(names) + 1))
        db.executemany(f"INSERT INTO sorted VALUES ({places})", ((number, *keys) for number, keys in rows))
        for row in db.execute(f"SELECT number FROM sorted ORDER BY {', '.join([*by, 'number'])}"):
            yield row[0]
