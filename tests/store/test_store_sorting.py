"""What is sorted by SQLite, against what Python sorts."""

from hypothesis import given
from hypothesis import strategies as st

from musfuse.store.sorting import in_order


@given(
    st.lists(st.tuples(st.integers(0, 99), st.tuples(st.integers(-5, 5) | st.none(), st.text("abc", max_size=2)))),
    st.booleans(),
    st.booleans(),
)
def test_by_each_key_then_by_number(rows: list[tuple[int, tuple[int | None, str]]], first: bool, second: bool) -> None:
    keyed = sorted(rows, key=lambda row: row[0])
    for place, down in ((1, second), (0, first)):
        known = [row for row in keyed if row[1][place] is not None]
        groups = sorted({row[1][place] for row in known}, reverse=down)  # type: ignore[type-var]
        keyed = [row for value in groups for row in known if row[1][place] == value] + [
            r for r in keyed if r[1][place] is None
        ]
    assert list(in_order(iter(rows), [first, second])) == [row[0] for row in keyed]


def test_nothing_is_nothing() -> None:
    assert list(in_order([], [False])) == []
