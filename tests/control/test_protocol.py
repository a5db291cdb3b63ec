"""Lines of the control channel: those that carry the rows of a listing."""

import itertools
import json
from collections.abc import Generator

import pytest

from musfuse.control.protocol import MAX_LINE, row_lines
from musfuse.errors import ControlError


def taken(lines: Generator[bytes, None, int]) -> tuple[list[bytes], int]:
    """All lines, and what is counted at their end."""
    found = []
    while True:
        try:
            found.append(next(lines))
        except StopIteration as end:
            return found, end.value


def rows(line: bytes) -> list[object]:
    message = json.loads(line)
    assert (message["jsonrpc"], message["method"], message["params"]["id"]) == ("2.0", "rows", 7)
    found: list[object] = message["params"]["rows"]
    return found


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000, 5000])
def test_all_rows_in_order_and_how_many(count: int) -> None:
    lines, counted = taken(row_lines(7, ({"n": n, "text": "é\udce9\n"} for n in range(count))))
    assert [row["n"] for line in lines for row in rows(line)] == list(range(count))  # type: ignore[call-overload,index]
    assert counted == count
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    assert len(lines) <= 10 + count // 512


def test_the_first_row_waits_for_no_other() -> None:
    endless = itertools.count()
    assert rows(next(row_lines(7, endless))) == [0]
    assert next(endless) == 1


def test_large_rows_go_alone() -> None:
    lines, counted = taken(row_lines(7, ["x" * (1 << 20)] * 20))
    assert (len(lines), counted) == (20, 20)
    assert max(map(len, taken(row_lines(7, ["x" * 50_000] * 200))[0])) < 200_000


def test_a_row_that_no_line_holds_is_refused() -> None:
    lines = row_lines(7, ["x", "x" * (MAX_LINE - (1 << 18)), "x" * MAX_LINE])
    assert len(next(lines) + next(lines)) < MAX_LINE
    with pytest.raises(ControlError, match="longer than 4 MiB"):
        next(lines)
