"""Answers in an order that was asked for."""

from dataclasses import replace

import pytest

from musfuse.library.catalog.finding import Found
from musfuse.library.query import ORDERS, Order
from musfuse.library.search.sorting import in_order, key
from musfuse.model import AudioFormat, TagSet

ONE = Found(
    1, TagSet({"title": ["Über"], "artist": ["b"], "album": ["C"], "date": ["1967-05"]}), AudioFormat("wav", "pcm_16", 1, 1),
    "/b", 0, 5, 9,
)  # fmt: skip
TWO = Found(
    2, TagSet({"title": ["unter"], "date": ["soon"]}), AudioFormat("wav", "pcm_16", 1, 1), "/a\udcff", 0, 4, None
)


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        ("title", "uber", "unter"), ("artist", "b", None), ("album", "c", None), ("year", 1967, None), ("added", 5, 4),
        ("length", 9, None), ("path", "/b", "/a?"),
    ],
)  # fmt: skip
def test_what_it_is_sorted_by(name: str, one: object, two: object) -> None:
    assert (key(Order(name), ONE), key(Order(name), TWO)) == (one, two)


def test_every_order_is_known() -> None:
    for name in ORDERS:
        for descending in (False, True):
            assert sorted(in_order([ONE, TWO], [Order(name, descending)])) == [1, 2]


def test_several_orders_then_path_and_part() -> None:
    tracks = [replace(ONE, id=10 * number + part, path=f"/{number}", part=part) for number in (2, 1) for part in (2, 1)]
    assert list(in_order(tracks, [Order("title")])) == [11, 12, 21, 22]
    assert list(in_order([TWO, *tracks], [Order("artist"), Order("path", True)])) == [21, 22, 11, 12, 2]
    assert list(in_order([], [Order("title")])) == []
