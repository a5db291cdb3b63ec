"""Inode numbers of what has no row."""

from itertools import pairwise

from musfuse.drive.branches.numbers import number_of_companion, number_of_name, number_of_rendition
from musfuse.model import Rendition

EVERY = [Rendition(text) for text in ("flac", "wav", "original", "retagged", "opus:6", "opus:510", "mp3:8", "mp3:320")]


def test_companions_have_the_numbers_that_they_always_had() -> None:
    assert number_of_companion(7, "cover.jpg") == number_of_companion(7, "COVER.jpg") == 4611686018545580456
    assert number_of_companion(1 << 37, "Rip.LOG") == 6917529027646757087


def test_names_of_any_branch_keep_theirs() -> None:
    hello = number_of_name(1, "#hello")
    assert hello == number_of_name(1, "#HELLO") == 3094054028268784417
    below = {number_of_name(hello, f"{n}.flac") for n in range(10_000)}
    assert len(below) == 10_000


def test_no_kind_has_the_number_of_another() -> None:
    largest_row = (1 << 37) - 1
    numbers = {
        "row": [1, largest_row],
        "rendition": [number_of_rendition(item, rendition) for item in (1, largest_row) for rendition in EVERY],
        "name": [number_of_name(folder, "x") for folder in (1, largest_row, 1 << 61, (1 << 62) - 1)],
        "companion": [number_of_companion(folder, "x") for folder in (1, largest_row)],
    }
    every = [number for some in numbers.values() for number in some]
    assert len(set(every)) == len(every)
    bounds = [(min(some), max(some)) for some in numbers.values()]
    assert all(before[1] < after[0] for before, after in pairwise(bounds))
    assert every[-1] < 1 << 63
    assert len({number_of_rendition(3, rendition) for rendition in EVERY}) == len(EVERY)
