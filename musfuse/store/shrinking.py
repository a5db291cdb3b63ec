"""Gives room back that databases do not need any more."""

import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from musfuse.errors import StoreError

_SPARE = 8 << 20
_TIMES = 2
"""SQLite writes the new database beside the old one, then over it through its log."""


def bytes_of(path: Path) -> int:
    """The bytes that a database takes, its log included."""
    found = 0
    for end in ("", "-wal"):
        with suppress(OSError):
            found += path.with_name(path.name + end).stat().st_size
    return found


def check_room(path: Path) -> None:
    """Raise StoreError where the disk has no room for what shrinking a database takes meanwhile."""
    needed = _TIMES * bytes_of(path) + _SPARE
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError as error:
        raise StoreError(f"{path.parent}: cannot be looked at: {error.strerror}") from error
    if free < needed:
        raise StoreError(
            f"{path}: needs {needed >> 20} MiB meanwhile, and its disk has {free >> 20} MiB free; make room on it"
        )


def shrink(db: sqlite3.Connection) -> None:
    """Make a database as small as it can be. One transaction of SQLite's own: a kill leaves the old or the new. Raises
    sqlite3.Error."""
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
