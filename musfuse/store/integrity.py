"""Whether a SQLite database is sound: at a glance, by its header, or by a look at every page."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from musfuse.errors import StoreError
from musfuse.store.opening import is_unsound, opening_failure, reading_uri

_MAGIC, _HEADER = b"SQLite format 3\0", 100
_STEPS = 20_000
"""Steps of SQLite's machine between two looks whether to stop; some milliseconds."""


def header_problem(path: Path) -> str:
    """What is wrong with the header of a database, '' for nothing; reads 100 bytes. One that is empty, or not there,
    has no header. Not for a database that this process has open, as `problems` tells. Raises OSError."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER)
    except FileNotFoundError:
        return ""
    if not head:
        return ""
    if len(head) < _HEADER or not head.startswith(_MAGIC):
        return "its header is not that of a database"
    size = int.from_bytes(head[16:18], "big")
    if (size & (size - 1) or not 512 <= size <= 32768) and size != 1:
        return "its header names a page size that there is not"
    odd = head[18] not in (1, 2) or head[19] not in (1, 2) or head[21:24] != b"\x40\x20\x20"
    if odd or head[44:47] != b"\0\0\0" or head[47] > 4 or head[56:59] != b"\0\0\0" or head[59] > 3:
        return "its header holds values that there are not"
    return ""


def problems(
    path: Path,
    *,
    quick: bool = False,
    most: int = 20,
    stopping: Callable[[], bool] = lambda: False,
    open_here: bool = False,
) -> list[str]:
    """What is wrong with a database, `most` lines of it; nothing for one that is sound, or not there.

    Every page is looked at: `quick` leaves out whether indexes and tables agree, which takes a quarter of the time.
    What others write meanwhile plays no part. Once `stopping` says so, it ends with nothing found. `open_here`: this
    process has the database open, so nothing but SQLite may open the file. Whoever closes a file gives up all POSIX
    locks that the process has on it, SQLite's as well; then the next process that reads the database takes itself for
    the last, and deletes the log that is being written (https://www.sqlite.org/howtocorrupt.html, 2.2). Raises
    StoreError where the database cannot be read at all, for want of rights or descriptors, or because the disk fails.
    """
    try:
        wrong = "" if open_here else header_problem(path)
        if wrong or not path.exists() or not path.stat().st_size:
            return [wrong] if wrong else []
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        with closing(sqlite3.connect(reading_uri(path), uri=True, isolation_level=None, timeout=20)) as db:
            db.set_progress_handler(lambda: int(stopping()), _STEPS)
            rows = db.execute(f"PRAGMA {'quick_check' if quick else 'integrity_check'}({most})").fetchall()
            found = [
                line for row in rows for line in str(row[0]).splitlines() if line != "ok" and not line.startswith("***")
            ]
            if not found and not quick:
                keys = db.execute("PRAGMA foreign_key_check").fetchmany(most)
                found = [f"row {row[1]} of {row[0]} belongs to none of {row[2]}" for row in keys]
            return found[:most]
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            return []
        if is_unsound(error):
            return [str(error)]
        raise opening_failure(path, error, "") from error
