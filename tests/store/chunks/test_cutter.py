"""Cutting by contents."""

from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.store.chunks.cutter import LARGEST, SMALLEST, can_cut, cuts

from .shelves import contents


@settings(max_examples=20)
@given(st.integers(0, 1 << 20), st.integers(0, 9))
def test_cuts_add_up_and_keep_to_the_bounds(size: int, seed: int) -> None:
    lengths = cuts(contents(seed, size), is_end=True)
    assert sum(lengths) == size
    assert all(SMALLEST <= length <= LARGEST for length in lengths[:-1])
    assert cuts(contents(seed, size), is_end=False) == lengths[:-1]


def test_what_follows_a_change_is_cut_as_before() -> None:
    data = contents(1, 1 << 20)

    def chunks(of: bytes) -> set[bytes]:
        found, at = set(), 0
        for length in cuts(of, is_end=True):
            found.add(of[at : at + length])
            at += length
        return found

    before, after = chunks(data), chunks(b"another header" * 100 + data[5000:])
    assert sum(map(len, after - before)) <= 2 * LARGEST


def test_in_windows_it_is_cut_as_in_one_piece() -> None:
    data, at, found = contents(2, 3 << 20), 0, list[int]()
    while at < len(data):
        window = data[at : at + (1 << 20)]
        lengths = cuts(window, is_end=at + len(window) == len(data))
        found += lengths
        at += sum(lengths)
    assert found == cuts(data, is_end=True)


def test_the_compiled_part_is_here() -> None:
    assert can_cut()
