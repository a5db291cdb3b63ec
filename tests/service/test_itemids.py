"""Ids as texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import NotFoundError
from musfuse.service.itemids import Kind, kind_of, number_of, written


@given(st.sampled_from(list(Kind)), st.integers(1, (1 << 63) - 1))
def test_an_id_is_read_as_it_was_written(kind: Kind, number: int) -> None:
    assert number_of(written(kind, number), kind) == number
    assert kind_of(written(kind, number)) is kind


def test_nothing_has_the_number_0() -> None:
    assert written(Kind.ALBUM, 0) == ""


@pytest.mark.parametrize(
    "text", ["", "al", "al-", "al-g", "xx-1", "al-1\n", "AL-1", "al-9223372036854775808", "tr-1", "al-" + "1" * 20]
)
def test_what_is_no_id_is_of_nothing(text: str) -> None:
    with pytest.raises(NotFoundError):
        number_of(text, Kind.ALBUM)
