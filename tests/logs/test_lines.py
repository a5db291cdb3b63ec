"""Lines as they are written are read back, whatever is in them."""

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.ids import said_for
from musfuse.logs.lines import formatter, read_line


def record(message: str, **more: object) -> logging.LogRecord:
    return logging.LogRecord(
        "musfuse.app.scanning", logging.WARNING, "x.py", 1, message, (), **{"exc_info": None, **more}
    )


@given(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"])), st.booleans())
def test_a_line_is_read_back(message: str, as_json: bool) -> None:
    with said_for(job=12):
        text = formatter(as_json).format(record(message.replace("%", "%%")))
    line = read_line(text)
    assert line is not None
    assert (line.level, line.area, line.ids) == (logging.WARNING, "musfuse.app.scanning", {"job": "12"})
    assert line.message == message.replace("%", "%%")


def test_an_error_with_its_traceback_is_one_line_of_json() -> None:
    try:
        raise ValueError("no\nnumber")
    except ValueError:
        text = formatter(as_json=True).format(record("failed", exc_info=sys.exc_info()))
    assert "\n" not in text
    assert json.loads(text)["message"].startswith("failed\nTraceback")


@pytest.mark.parametrize(
    "text",
    ["", "Traceback (most recent call last):", "{}", "{", '{"time": "soon", "level": "INFO"}', "[" * 5000, "{" * 5000],
)
def test_what_is_none_belongs_to_the_line_above(text: str) -> None:
    assert read_line(text) is None
