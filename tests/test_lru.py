"""Lru: against a list of pairs, the least recently used first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.lru import Lru

KEYS = st.integers(0, 6)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, st.integers(0, 9)),
        st.tuples(st.sampled_from(["get", "peek", "pop"]), KEYS, st.none()),
        st.tuples(st.just("clear"), st.none(), st.none()),
    ),
    max_size=60,
)
Pair = tuple[int, bytes]


def take(pairs: list[Pair], key: int) -> bytes | None:
    found = next((pair for pair in pairs if pair[0] == key), None)
    if found is None:
        return None
    pairs.remove(found)
    return found[1]


@given(st.integers(1, 20), st.booleans(), STEPS)
def test_it_is_what_a_list_would_be(limit: int, by_length: bool, steps: list[tuple[str, int, int]]) -> None:
    memory: Lru[int, bytes] = Lru(limit, len) if by_length else Lru(limit)
    pairs: list[Pair] = []
    for what, key, length in steps:
        if what == "put":
            take(pairs, key)
            pairs.append((key, bytes(length)))
            gone = []
            while len(pairs) > 1 and weight(pairs, by_length) > limit:
                gone.append(pairs.pop(0))
            assert list(memory.put(key, bytes(length))) == gone
        elif what == "get":
            found = take(pairs, key)
            if found is not None:
                pairs.append((key, found))
            assert memory.get(key) == found
        elif what == "peek":
            assert memory.peek(key) == dict(pairs).get(key)
        elif what == "pop":
            assert memory.pop(key) == take(pairs, key)
        else:
            memory.clear()
            pairs.clear()
        assert memory.items() == pairs
        assert list(memory) == [key for key, _ in pairs]
        assert len(memory) == len(pairs)
        assert memory.weight == weight(pairs, by_length)
        assert [key in memory for key in range(7)] == [key in dict(pairs) for key in range(7)]


def weight(pairs: list[Pair], by_length: bool) -> int:
    return sum(len(value) for _, value in pairs) if by_length else len(pairs)


def test_none_is_a_value_that_is_used() -> None:
    memory: Lru[str, int | None] = Lru(2)
    memory.put("none", None)
    memory.put("one", 1)
    assert memory.get("none") is None
    assert memory.put("two", 2) == [("one", 1)]
    assert "none" in memory


def test_one_that_is_too_heavy_stays_alone() -> None:
    memory: Lru[str, bytes] = Lru(10, len)
    memory.put("a", bytes(4))
    memory.put("b", bytes(4))
    assert [key for key, _ in memory.put("large", bytes(50))] == ["a", "b"]
    assert (list(memory), memory.weight) == (["large"], 50)
    assert [key for key, _ in memory.put("c", bytes(4))] == ["large"]


def test_a_memory_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nothing fits"):
        Lru(0)
