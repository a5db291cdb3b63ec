"""Fields and values as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import ConfigError
from musfuse.media.tags.fields import is_field_name
from musfuse.media.tags.vorbis import ROOM, entries_size
from musfuse.service.assignments import MAX_VALUE, checked_field, checked_values, parse_assignments


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        (["genre=Rock", "GENRE= Pop ", "genre=Rock"], {"genre": ("Rock", "Pop")}),
        (["title="], {"title": ()}),
        (["title=a=b"], {"title": ("a=b",)}),
        (["Album Artist=A", "TPE1=B", "year=1999"], {"albumartist": ("A",), "artist": ("B",), "date": ("1999",)}),
        (["tracknumber=3/12"], {"tracknumber": ("3",), "tracktotal": ("12",)}),
        (["tracktotal=9", "tracknumber=3/12"], {"tracknumber": ("3",), "tracktotal": ("9",)}),
        (["disc=1/2", "disctotal=9"], {"discnumber": ("1",), "disctotal": ("9",)}),
        (["tracknumber=/12"], {"tracknumber": (), "tracktotal": ("12",)}),
        (["title=AC/DC"], {"title": ("AC/DC",)}),
    ],
)
def test_what_is_typed_is_one_value_a_text(typed: list[str], fields: dict[str, tuple[str, ...]]) -> None:
    assert parse_assignments(typed) == fields


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([], "nothing to set"), (["title"], "FIELD=VALUE is wanted; .* `title=`"), (["=x"], "no name of a field"),
        (["a:b=c"], "no name of a field"), (["tïtle=x"], "no name of a field"), (["*=x"], "no name of a field"),
        (["art:front=x"], "no name of a field"), (["x" * 101 + "=y"], "no name of a field"),
        (["title=a\0b"], "with a NUL in it"), (["title=" + "é" * (MAX_VALUE // 2 + 1)], "a value over 256 KiB"),
    ],
)  # fmt: skip
def test_what_no_file_can_hold_is_refused(typed: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_assignments(typed)


def test_a_value_of_just_the_limit_is_taken() -> None:
    assert parse_assignments(["title=" + "x" * MAX_VALUE])["title"] == ("x" * MAX_VALUE,)


@given(st.text())
def test_a_name_is_refused_or_one_that_every_format_can_hold(name: str) -> None:
    try:
        field = checked_field(name)
    except ConfigError:
        return
    assert is_field_name(field)
    assert ":" not in field
    assert checked_field(field) == field


def test_values_that_together_are_too_many_name_the_field_with_most() -> None:
    fits = [f"{n:03}" + "x" * (MAX_VALUE - 3) for n in range(ROOM // (MAX_VALUE + 20))]
    few = checked_values({"comment": fits})
    assert entries_size(few) <= ROOM
    with pytest.raises(ConfigError, match=r"comment: 64 values of [\d,]+ bytes; the tags"):
        checked_values({"comment": [*fits, "y" * MAX_VALUE]})
    with pytest.raises(ConfigError, match=r"^comment: .*, with the other fields [\d,]+; the tags of a FLAC"):
        checked_values({"title": ["y" * MAX_VALUE], "comment": fits})
