"""Times as people type them."""

import time

import click
import pytest

from musfuse.cli.moments import Deadline, Moment

DAY_NS = 24 * 3600 * 10**9


def test_spans_count_from_now_in_their_direction() -> None:
    now = time.time_ns()
    assert abs(now - 2 * DAY_NS - Moment().convert("2d", None, None)) < DAY_NS // 10  # summer time may begin
    assert abs(now + 14 * DAY_NS - Deadline().convert("2w", None, None)) < DAY_NS // 10
    assert Deadline().convert("never", None, None) == 0


@pytest.mark.parametrize("text", ["", "soon", "2001-13-01", "999999w", "2001-01-01"])
def test_what_is_no_deadline_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Deadline().convert(text, None, None)
