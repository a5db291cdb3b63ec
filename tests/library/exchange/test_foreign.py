"""What is believed of other programs: texts as values, numbers within bounds."""

import math

import pytest

from musfuse.library.exchange.foreign import MAX_VALUE, cleaned, count_of, field_of, number_of, stars_of, time_of


def test_values_are_cleaned() -> None:
    assert cleaned((" One ",)) == ("One",)
    assert cleaned(("a\0b\udcff", "", " ", "é", "é")) == ("a\ufffdb\ufffd", "é")
    assert cleaned(("line\r\nbreak",)) == ("line\nbreak",)
    assert cleaned(("x" * (MAX_VALUE + 1),)) == ()
    assert len(cleaned(tuple(map(str, range(1000))))) == 100


def test_fields_have_names_that_formats_can_hold() -> None:
    assert field_of(" Mood ") == "mood"
    assert [field_of(name) for name in ("", "a=b", "art:front", "*", "ü", "x" * 200)] == [""] * 6


@pytest.mark.parametrize(
    ("value", "most", "stars"),
    [(0, 100, 0), (1, 100, 1), (50, 100, 3), (100, 100, 5), (101, 100, 0), (-1, 5, 0), (math.nan, 5, 0), (0.5, 1, 3)],
)
def test_stars(value: float, most: float, stars: int) -> None:
    assert stars_of(value, most) == stars


def test_numbers_within_bounds() -> None:
    assert [count_of(value) for value in (3, "7", "x", None, -2, 1 << 40, b"5", "nan")] == [3, 7, 0, 0, 0, 0, 0, 0]
    assert time_of("1600000000.5") == 1_600_000_000_500_000_000
    assert [time_of(value) for value in (-1, 0, 1e30, "soon", math.inf, [])] == [0] * 6
    assert number_of("1" * 100) is None
    assert number_of("1e400") is None
