"""Asks a database of ours what has to hold in it, beside whoever writes it."""

import re
import sqlite3
from collections.abc import Iterator
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


def names(db: sqlite3.Connection) -> set[str]:
    """The names of a database's tables, indexes, triggers and views."""
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
