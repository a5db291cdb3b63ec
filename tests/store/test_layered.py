"""Changes on trial: what is written stays above, what lies below is never touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.store import KvNamespace, LayeredKv, MemoryKv, SqliteKv

INDEX = KvNamespace.INDEX
KEYS, VALUES = st.sampled_from("abcd"), st.sampled_from([b"", b"+", b"-", b"-x", b"value"])
CHANGES = st.lists(st.tuples(KEYS, st.none() | VALUES), max_size=12)


@given(st.dictionaries(KEYS, VALUES), CHANGES)
def test_it_reads_as_if_the_changes_were_made(below: dict[str, bytes], changes: list[tuple[str, bytes | None]]) -> None:
    lower, expected = MemoryKv(), dict(below)
    for key, value in below.items():
        lower.put(INDEX, key, value)
    layer = LayeredKv(MemoryKv(), lower)
    for key, change in changes:
        if change is None:
            assert layer.delete(INDEX, key) == (expected.pop(key, None) is not None)
        else:
            layer.put(INDEX, key, change)
            expected[key] = change
    assert [(key, layer.get(INDEX, key)) for key in layer.scan(INDEX)] == sorted(expected.items())
    assert {key: lower.get(INDEX, key) for key in lower.scan(INDEX)} == below


def test_what_was_never_written_here_is_read_as_it_is_below_now() -> None:
    lower = MemoryKv()
    layer = LayeredKv(MemoryKv(), lower)
    layer.put(INDEX, "mine", b"1")
    lower.put(INDEX, "theirs", b"2")
    lower.put(INDEX, "mine", b"other")
    assert [(key, layer.get(INDEX, key)) for key in layer.scan(INDEX)] == [("mine", b"1"), ("theirs", b"2")]


def test_closing_it_leaves_what_lies_below_open() -> None:
    lower = SqliteKv.temporary()
    lower.put(INDEX, "a", b"1")
    layer = LayeredKv(SqliteKv.temporary(), lower)
    layer.close()
    assert lower.get(INDEX, "a") == b"1"
    lower.close()


def test_a_transaction_that_fails_shows_what_lies_below_again() -> None:
    lower = MemoryKv()
    lower.put(INDEX, "a", b"1")
    layer = LayeredKv(MemoryKv(), lower)
    with pytest.raises(ZeroDivisionError), layer.transaction(INDEX) as tx:
        tx.delete(INDEX, "a")
        assert list(tx.scan(INDEX)) == []
        1 / 0  # noqa: B018
    assert list(layer.scan(INDEX)) == ["a"]
