"""Asks a database of ours what has to hold in it, beside whoever writes it."""

import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from musfuse.store.opening import opening_failure, reading_uri

_MADE = re.compile(r"^CREATE (?:UNIQUE )?(?:TABLE|INDEX|TRIGGER|VIEW) (?:IF NOT EXISTS )?(\w+)", re.MULTILINE)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads. Raises StoreError, also for SQLite's errors within the block."""
    try:
        with closing(sqlite3.connect(reading_uri(path), uri=True, timeout=20)) as db:
            yield db
    except sqlite3.Error as error:
        raise opening_failure(path, error, "`musfuse library repair` mends it") from error


def version(db: sqlite3.Connection) -> int:
    """The version of a database's schema."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def number(db: sqlite3.Connection, query: str) -> int:
    """The one number that a query gives."""
    return int(db.execute(query).fetchone()[0])


def missing(db: sqlite3.Connection, script: str) -> list[str]:
    """What a database lacks of the tables, indexes, triggers and views that a script makes."""
    there = names(db)
    return [f"{name} is missing in it" for name in _MADE.findall(script) if name not in there]


def foreign(db: sqlite3.Connection, tables: Mapping[str, Collection[str]]) -> list[str]:
    """What a database holds that none of ours does and that would run, or be run into: triggers, views, tables that
    another program's code fills, and columns other than those of `tables` in tables of these names."""
    found = [
        f"it has the {kind} {name}"
        for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master")
        if kind in ("trigger", "view") or str(sql or "").upper().startswith("CREATE VIRTUAL")
    ]
    there = names(db)
    for table, wanted in tables.items():
        if table in there and columns(db, table) != set(wanted):
            found.append(f"its {table} has other columns")
    return found


def columns(db: sqlite3.Connection, table: str) -> set[str]:
    """The names of a table's columns, of computed ones as well."""
    return {row[1] for row in db.execute(f"PRAGMA table_xinfo({table})")}


def names(db: sqlite3.Connection) -> set[str]:
    """The names of a database's tables, indexes, triggers and views."""
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
