"""Counts in messages are grammatical."""

import pytest

from musfuse.wording import agreeing, counted, placed


@pytest.mark.parametrize(("number", "text"), [(0, "0 tracks are"), (1, "1 track is"), (2, "2 tracks are")])
def test_a_count_and_its_verb(number: int, text: str) -> None:
    assert f"{counted(number, 'track')} {agreeing(number, 'is', 'are')}" == text


def test_a_plural_that_is_not_regular() -> None:
    assert [counted(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]


def test_the_place_comes_first() -> None:
    assert placed("Expected `str`, got `int` - at `$.targets[0]`") == "targets[0]: expected str, got int"
    assert placed("Expected `int`") == "expected int"
