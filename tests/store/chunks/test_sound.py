"""Rows that a disk changed are told from those that were written."""

import sqlite3
from typing import Any

import pytest

from musfuse.store.chunks.sound import one_number, one_row, seal_of, sound_pieces

KEY = ("source", "path", "1-2/t")
ROW = (1, 0, 90, 10, 1, b"digest", 100)


def test_what_was_written_is_sound() -> None:
    assert sound_pieces(KEY, [(*ROW, seal_of(KEY, *ROW[1:]))]) == [ROW]


@pytest.mark.parametrize(
    ("place", "value"), [(1, 1), (2, 91), (3, 11), (4, 0), (5, b"digesT"), (6, 101), (6, None), (3, "10")]
)
def test_any_other_value_is_not(place: int, value: object) -> None:
    changed: list[Any] = [*ROW, seal_of(KEY, *ROW[1:])]
    changed[place] = value
    with pytest.raises(sqlite3.DatabaseError, match="not as it was written"):
        sound_pieces(KEY, [tuple(changed)])


def test_the_pieces_of_another_version_are_not() -> None:
    with pytest.raises(sqlite3.DatabaseError):
        sound_pieces(("source", "other", "1-2/t"), [(*ROW, seal_of(KEY, *ROW[1:]))])


def test_one_row_and_one_number() -> None:
    db = sqlite3.connect(":memory:")
    assert one_row(db, "SELECT 1, ?", "x") == (1, "x")
    assert one_number(db, "SELECT ?", 5) == 5
    with pytest.raises(sqlite3.DatabaseError):
        one_row(db, "SELECT 1 WHERE 0")
    for given in (None, "5"):
        with pytest.raises(sqlite3.DatabaseError):
            one_number(db, "SELECT ?", given)
    db.close()
