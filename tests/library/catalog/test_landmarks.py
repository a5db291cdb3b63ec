"""Pages of an order are those that an offset would give, however far behind."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.library.catalog.landmarks import Landmarks, Order


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE t (a INTEGER, b INTEGER)")
    made.execute("CREATE INDEX t_a ON t (a, b)")
    made.executemany("INSERT INTO t VALUES (?, ?)", [(n * 7 % 5, n) for n in range(60)])
    yield made
    made.close()


@given(
    st.lists(
        st.tuples(st.integers(0, 70), st.integers(0, 9), st.booleans(), st.sampled_from(["", "a > 1"])), max_size=8
    )
)
@settings(max_examples=40)
def test_pages_are_what_an_offset_gives(db: sqlite3.Connection, asked: list[tuple[int, int, bool, str]]) -> None:
    marks = Landmarks(stride=7)
    for offset, limit, descending, where in asked:
        turn = "DESC" if descending else "ASC"
        condition = f"WHERE {where}" if where else ""
        wanted = db.execute(
            f"SELECT a, b FROM t {condition} ORDER BY a {turn}, b {turn} LIMIT ? OFFSET ?", (limit, offset)
        )
        order = Order("t", ("a", "b"), descending, where)
        assert list(marks.rows(db, 1, order, limit, offset)) == wanted.fetchall()


def test_another_version_is_walked_anew(db: sqlite3.Connection) -> None:
    marks, order = Landmarks(stride=3), Order("t", ("b",), False, "a = ?", (1,))
    before = marks.rows(db, 1, order, 2, 4)
    with db:
        db.execute("UPDATE t SET a = 1 WHERE b = 0")
    assert marks.rows(db, 2, order, 2, 5) == before


def test_a_far_page_walks_over_few_rows(db: sqlite3.Connection) -> None:
    """In steps of SQLite's machine, which no load disturbs."""
    marks, order = Landmarks(stride=8), Order("t", ("a", "b"))

    def steps(offset: int) -> int:
        count = 0

        def tick() -> int:
            nonlocal count
            count += 1
            return 0

        db.set_progress_handler(tick, 1)
        marks.rows(db, 1, order, 1, offset)
        db.set_progress_handler(None, 0)
        return count

    steps(56)
    assert steps(56) <= steps(0) + 20  # without landmarks, hundreds
