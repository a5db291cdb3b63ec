"""SQLite databases where nothing may be written, and what SQLite's failures mean for the person who reads of them."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from musfuse.errors import StoreError

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
_NOT_WRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
_FULL = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)
_MAKE_ROOM = "its disk may be full, make room on it"


class NotWritableError(StoreError):
    """A database, or its folder, cannot be written here."""


def opening_failure(path: Path, error: sqlite3.Error, damaged: str) -> StoreError:
    """Why a database cannot be opened. `damaged` is what to do with one that is not sound; it is said of no other."""
    extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = extended & 0xFF
    if extended in _FULL:
        return NotWritableError(f"{path}: cannot be opened to be written: {error}; {_MAKE_ROOM}")
    if code in _NOT_WRITABLE:
        return NotWritableError(
            f"{path}: cannot be opened to be written: {error}; check permissions, and whether its disk is read-only"
        )
    return StoreError(f"{path}: cannot be opened: {error}" + (f"; {damaged}" if code in _DAMAGED else ""))


def failure(path: Path, error: sqlite3.Error) -> StoreError:
    """Why a database that was opened fails."""
    full = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) in _FULL
    return StoreError(f"{path}: {error}" + (f"; {_MAKE_ROOM}" if full else ""))


def is_damaged(error: StoreError) -> bool:
    """Whether the file that failed is no sound database."""
    code = getattr(error.__cause__, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF in _DAMAGED


def reading_uri(path: Path) -> str:
    """The URI that opens a database for reading, where nothing can be written. Raises sqlite3.Error.

    A database in WAL mode needs two files beside it to be read. Where they are not there and cannot be made, nobody is
    writing it: then it may be read as one that does not change, unless a log holds what was not yet moved into it.
    """
    base = path.absolute().as_uri()
    try:
        return _probed(f"{base}?mode=ro")
    except sqlite3.OperationalError:
        if _bytes(path.with_name(path.name + "-wal")):
            raise
        return _probed(f"{base}?mode=ro&immutable=1")


def _probed(uri: str) -> str:
    with closing(sqlite3.connect(uri, uri=True)) as db:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return uri


def _bytes(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
