"""Rows of the table as they were written: SQLite looks at the bounds of a page, and at no value in it."""

import sqlite3
import zlib
from collections.abc import Iterable
from typing import Any

from musfuse.store.chunks.pieces import Piece

CHANGED = "a row is not as it was written"


def seal_of(key: tuple[str, str, str], start: int, length: int, skip: int, head: int, digest: bytes, size: int) -> int:
    """A sum over what a piece is known by: a chunk is checked by its name, and this tells that it is the right one."""
    return zlib.crc32(repr((*key, start, length, skip, head, digest, size)).encode())


def sound_pieces(key: tuple[str, str, str], rows: Iterable[tuple[Any, ...]]) -> list[Piece]:
    """The pieces of a version that these rows tell of, each with its seal. Raises sqlite3.DatabaseError where one is
    not as it was written."""
    pieces = []
    for *row, seal in rows:
        piece = Piece(*row)
        if seal_of(key, *piece[1:]) != seal:
            raise unsound(CHANGED)
        pieces.append(piece)
    return pieces


def one_row(db: sqlite3.Connection, query: str, *given: object) -> tuple[Any, ...]:
    """The one row that there is. Raises sqlite3.DatabaseError where there is none."""
    row: tuple[Any, ...] | None = db.execute(query, given).fetchone()
    if row is None:
        raise unsound("a row is missing")
    return row


def one_number(db: sqlite3.Connection, query: str, *given: object) -> int:
    """The one number that there is. Raises sqlite3.DatabaseError where there is none."""
    (number,) = one_row(db, query, *given)
    if not isinstance(number, int):
        raise unsound(CHANGED)
    return number


def unsound(why: str) -> sqlite3.DatabaseError:
    """As SQLite raises it of a damaged database."""
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
