"""SQLite databases where nothing may be written, and what SQLite's failures mean for the person who reads of them."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path, PurePath

from musfuse.errors import StoreError
from musfuse.store.suspicion import suspect

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
_UNSOUND = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_UNSOUND_WORDS = ("malformed database schema", "unsupported file format")
"""What SQLite says of a damaged schema under the code that a wrong statement has, too."""
_MEND = "`musfuse library check` tells more, `musfuse library repair` mends it"
_MAKE_ROOM = "its disk may be full, make room on it"


class NotWritableError(StoreError):
    """A database, or its folder, cannot be written here."""


class DamagedError(StoreError):
    """A database is damaged, or seems to be; its next owner looks at it, and mends it."""


def opening_failure(path: Path, error: sqlite3.Error, damaged: str) -> StoreError:
    """Why a database cannot be opened. `damaged` is what to do with one that is not sound; it is said of no other.
    One that seems to be damaged is noted for its next owner."""
    extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = extended & 0xFF
    if extended in _FULL:
        return NotWritableError(f"{path}: cannot be opened to be written: {error}; {_MAKE_ROOM}")
    if code in _NOT_WRITABLE:
        return NotWritableError(
            f"{path}: cannot be opened to be written: {error}; check permissions, and whether its disk is read-only"
        )
    if is_unsound(error):
        suspect(path, str(error))
        return DamagedError(f"{path}: cannot be opened: {error}; {damaged}")
    return StoreError(f"{path}: cannot be opened: {error}" + (f"; {damaged}" if code in _DAMAGED else ""))


def failure(path: Path, error: sqlite3.Error) -> StoreError:
    """Why a database that was opened fails. One that seems to be damaged is noted for its next owner."""
    if is_unsound(error):
        suspect(path, str(error))
        return DamagedError(f"{path}: {error}; {_MEND}")
    full = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) in _FULL
    return StoreError(f"{path}: {error}" + (f"; {_MAKE_ROOM}" if full else ""))


def is_unsound(error: sqlite3.Error) -> bool:
    """Whether an error tells that a database may be damaged: a sound one does not fail so, but for a fault of the disk
    or of this program. Whoever acts upon it looks at the whole database first."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return code in _UNSOUND or (code == sqlite3.SQLITE_ERROR and str(error).startswith(_UNSOUND_WORDS))


def is_damaged(error: StoreError) -> bool:
    """Whether the file that failed is no sound database."""
    code = getattr(error.__cause__, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF in _DAMAGED


def database_uri(path: PurePath) -> str:
    r"""The URI by which SQLite knows a file, of its whole path. SQLite takes no server in one: that of a share
    (`\\nas\music`) goes with the path."""
    uri = path.as_uri()
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


def reading_uri(path: Path) -> str:
    """The URI that opens a database for reading, where nothing can be written. Raises sqlite3.Error.

    A database in WAL mode needs two files beside it to be read. Where they are not there and cannot be made, nobody is
    writing it: then it may be read as one that does not change, unless a log holds what was not yet moved into it.
    """
    base = database_uri(path.absolute())
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
