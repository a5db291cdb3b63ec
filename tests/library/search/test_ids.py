"""Sets of ids as bits."""

from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.search.ids import Ids


@given(st.lists(st.integers(0, 5000)))
def test_it_is_a_set_in_order(numbers: list[int]) -> None:
    ids, model = Ids(), set[int]()
    for number in numbers:
        assert ids.add(number) is (number not in model)
        model.add(number)
    assert list(ids) == sorted(model)
    assert len(ids) == len(model)
    assert all(number in ids for number in numbers)
    assert (1 << 40) not in ids


def test_many_at_once() -> None:
    ids = Ids()
    ids.update([5, 3, 5])
    assert list(ids) == [3, 5]


@given(st.sets(st.integers(0, 3000)), st.sets(st.integers(0, 3000)))
def test_sets_of_two(one: set[int], other: set[int]) -> None:
    first, second = Ids(), Ids()
    first.update(one)
    second.update(other)
    for made, wanted in (
        (first.both(second), one & other), (first.without(second), one - other), (first.either(second), one | other),
    ):  # fmt: skip
        assert list(made) == sorted(wanted)
        assert len(made) == len(wanted)
        assert made.add(5000)
