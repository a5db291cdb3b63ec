"""Who is who, by keys: the best kind first, and nobody who fits two."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.catalog.pairs import Nearness, Pair, Pairs


def pair(item: int, **facts: object) -> Pair:
    return Pair(item, item, "path", item * 10, "", f"place {item}", "", 0, None, 0, 0, 0)._replace(**facts)  # type: ignore[arg-type]


def keyed(theirs: Iterable[tuple[int, int, int]], mine: Iterable[tuple[int, int, int]], **near: Nearness) -> Pairs:
    """(kind, key, number or item); lengths in seconds are numbers and items."""
    pairs = Pairs()
    theirs, mine = list(theirs), list(mine)
    pairs.miss((n, f"id {n}", f"place {n}", float(n)) for n in dict.fromkeys(number for _, _, number in theirs))
    pairs.know_theirs(theirs)
    pairs.know_mine((kind, key, item, float(item)) for kind, key, item in mine)
    pairs.meet(near or {1: Nearness(), 2: Nearness()})  # type: ignore[arg-type]
    return pairs


def test_what_is_kept_of_each() -> None:
    with Pairs() as pairs:
        pairs.add([pair(1), pair(2, fields='{"a": null}', stars=3)])
        pairs.add([pair(3, plays=5)])
        assert pairs.taken([1, 3, 4]) == {1, 3}
        assert pairs.counts() == {"path": 3}
        assert [found.item for found in pairs.changed()] == [found.item for found in pairs.judged()] == [2]
        assert [found.item for found in pairs.heard()] == [3]
        assert pairs.holders(2, 9) == {2, 3}
        pairs.call([("a", 1), ("b", 99)])
        assert pairs.of_calls(["a", "b", "c"]) == {"a": (10, "place 1")}


def test_paths_and_names_need_not_be_text() -> None:
    with Pairs() as pairs:
        pairs.miss([(1, "a\udcff", "/b/\udcff/\ud800\0é", None)])
        assert list(pairs.lost()) == [(1, "a\udcff", "/b/\udcff/\ud800\0é", False)]
        assert list(pairs.missed()) == [(1, "/b/\udcff/\ud800\0é")]
        pairs.add([pair(1)])
        pairs.call([("a\udcff", 1), ("é", 1)])
        assert pairs.of_calls(["a\udcff", "é", "a"]) == {"a\udcff": (10, "place 1"), "é": (10, "place 1")}


def test_ids_decide_before_names() -> None:
    with keyed([(1, 7, 0), (2, 8, 0), (2, 8, 1)], [(1, 7, 5), (2, 8, 5), (2, 8, 6)]) as pairs:
        assert list(pairs.met()) == [(0, 5, 1), (1, 6, 2)]
        assert list(pairs.lost()) == []


def test_who_fits_two_is_doubtful() -> None:
    with keyed([(1, 7, 0), (1, 9, 1), (1, 9, 2), (1, 5, 3)], [(1, 7, 5), (1, 7, 6), (1, 9, 8)]) as pairs:
        assert list(pairs.met()) == []
        assert [(number, doubtful) for number, _, _, doubtful in pairs.lost()] == [(0, 1), (1, 1), (2, 1), (3, 0)]


def test_lengths_may_have_to_agree() -> None:
    near = {1: Nearness(2.0), 2: Nearness(2.0, known=True)}
    with Pairs() as pairs:
        pairs.miss([(0, "a", "", 100.0), (1, "b", "", None), (2, "c", "", None)])
        pairs.know_theirs([(1, 1, 0), (1, 2, 1), (2, 3, 2)])
        pairs.know_mine([(1, 1, 10, 101.0), (1, 1, 11, 120.0), (1, 2, 12, 50.0), (2, 3, 13, 50.0)])
        pairs.meet(near)
        assert list(pairs.met()) == [(0, 10, 1), (1, 12, 1)]


def test_what_was_found_elsewhere_is_missed_no_more() -> None:
    with Pairs() as pairs:
        pairs.miss((n, "", f"place {n}", None) for n in range(2500))
        pairs.know_theirs((1, n, n) for n in range(2500))
        assert pairs.missed_count() == 2500
        assert [number for number, _ in pairs.missed()] == list(range(2500))
        pairs.find(range(2499))
        assert list(pairs.missed()) == [(2499, "place 2499")]


@given(
    st.lists(st.tuples(st.integers(1, 2), st.integers(0, 4), st.integers(0, 5)), max_size=12),
    st.lists(st.tuples(st.integers(1, 2), st.integers(0, 4), st.integers(0, 5)), max_size=12),
)
def test_nobody_is_found_twice(theirs: list[tuple[int, int, int]], mine: list[tuple[int, int, int]]) -> None:
    with keyed(theirs, mine) as pairs:
        met = list(pairs.met())
        assert len({number for number, _, _ in met}) == len({item for _, item, _ in met}) == len(met)
        for number, item, kind in met:
            assert any((kind, key, item) in mine for k, key, n in theirs if (k, n) == (kind, number))
        lost = {number for number, *_ in pairs.lost()}
        assert lost | {number for number, _, _ in met} == {number for _, _, number in theirs}
