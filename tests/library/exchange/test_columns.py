"""Columns as other programs know them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import ConfigError
from musfuse.library.exchange.columns import COLUMNS, ExchangedTrack, cells, read_time, written_time


def track(**tags: str) -> ExchangedTrack:
    return ExchangedTrack(
        "A/B/1.flac", "/music/1.wav", 0, "pcm", 1500, {name: value.split("|") for name, value in tags.items()}
    )


def test_the_columns_of_the_contract_in_their_order() -> None:
    assert list(COLUMNS) == [
        "virtual_path", "real_path", "title", "artist", "album", "album_artist", "genre", "year", "track", "disc",
        "duration_ms", "format", "musicbrainz_id",
    ]  # fmt: skip
    made = track(title="T", artist="A|B", albumartist="C", date="1999-05-01", tracknumber="3/12", discnumber="x")
    assert [cell(made) for _, cell in cells(list(COLUMNS))] == [
        "A/B/1.flac", "/music/1.wav", "T", "A; B", "", "C", "", 1999, 3, None, 1500, "pcm", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("03/10", 3), (" 7", 7), ("", None), ("A1", None), ("9" * 400, None), ("٣", None), ("-1", None)],
)
def test_numbers_as_people_write_them(text: str, number: int | None) -> None:
    assert track(tracknumber=text).number("tracknumber") == number


def test_any_field_may_be_a_column() -> None:
    assert [cell(track(mood="calm")) for _, cell in cells(["mood", "part", "composer"])] == ["calm", 0, ""]


@pytest.mark.parametrize("name", ["", "a=b", "Ä", "x" * 100, "a\nb"])
def test_what_can_be_none_is_said(name: str) -> None:
    with pytest.raises(ConfigError, match="no column; there are virtual_path"):
        cells([name])


@given(st.integers(0, 1 << 62))
def test_times_come_back_to_the_nanosecond(ns: int) -> None:
    text = written_time(ns)
    assert text is not None
    assert read_time(text) == ns


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2021-03-04T05:06:07Z", 1_614_834_367), ("2021-03-04 05:06:07", 1_614_834_367), (" 2021-03-04 ", 1_614_816_000),
        ("2021-03-04T05:06:07+02:00", 1_614_827_167), ("20210304T050607-0130", 1_614_839_767), ("", 0), ("soon", 0),
        ("1960-01-01", 0), ("9999-12-31", 0), ("2300-01-01T00:00:00+23:59", 0), ("2021-13-04", 0), ("9" * 30, 0), ("9" * 9000, 0), ("2021-03-04T05:06:07.5.5Z", 0),
    ],
)  # fmt: skip
def test_times_as_others_write_them(text: str, seconds: int) -> None:
    assert read_time(text) == seconds * 10**9


def test_what_no_calendar_has_is_no_time() -> None:
    assert [written_time(ns) for ns in (None, -(10**30), 10**30, 0)] == [None, None, None, "1970-01-01T00:00:00Z"]
