"""Tables fit the terminal, and nothing of them is lost."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mount.conftest import Program

from cli.conftest import Terminal
from musfuse.cli.tables import columns, lines, wrapped

_STYLE = re.compile("\x1b\\[[0-9;]*m")


def _plain(text: str) -> str:
    return re.sub(r"\s", "", _STYLE.sub("", text))


def _widest(text: str) -> int:
    return max(map(columns, _STYLE.sub("", text).splitlines()))


def test_a_cell_goes_on_in_the_next_line_behind_words_and_slashes() -> None:
    assert wrapped("/music/Pink Floyd/Animals/01.flac", 14) == ["/music/Pink", "Floyd/Animals/", "01.flac"]
    assert wrapped("  title", 10) == ["  title"]
    assert wrapped("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrapped("日本日本", 5) == ["日本", "日本"]
    assert wrapped("e\u0301e\u0301e\u0301", 2) == ["e\u0301e\u0301", "e\u0301"]


def test_narrow_columns_stay_whole_and_wide_ones_give_way() -> None:
    rows = [("id", "path"), ("12345", "/a folder/with a name/that is long/file.flac")]
    assert lines(rows, 24) == [
        ["id     path"],
        ["12345  /a folder/with a", "       name/that is", "       long/file.flac"],
    ]
    assert lines(rows, None)[1] == ["12345  /a folder/with a name/that is long/file.flac"]


@given(
    st.lists(st.tuples(*[st.text(st.characters(exclude_categories=("C", "Z")), max_size=60)] * 3), min_size=1),
    st.integers(20, 100),
)
def test_any_table_fits_and_is_complete(table: list[tuple[str, str, str]], room: int) -> None:
    for row, made in zip(table, lines(table, room), strict=True):
        assert max(map(columns, made)) <= room
        assert sorted("".join(row).replace(" ", "")) == sorted("".join(made).replace(" ", ""))


@pytest.mark.parametrize("width", [60, 100])
def test_every_command_fits(long_names: Program, terminal: Terminal, width: int) -> None:
    program, at = long_names, ("--library", long_names.library)
    program.ask("tag", "set", *at, "title:TTT", "comment=" + "a long remark " * 30)
    path = next(line for line in program.ask("tag", "show", *at, "title:TTT").stdout.splitlines())
    program.run("mount", *at, program.mnt)
    calls: list[tuple[str | Path, ...]] = [
        ("status",), ("report", *at), ("ls", "-l", *at, path.rpartition("/")[0]), ("info", *at, path),
        ("tag", "show", *at, "title:TTT"), ("tag", "log", *at), ("source", "list", *at), ("doctor", *at),
        ("config", "show"),
    ]  # fmt: skip
    for call in calls:
        shown = terminal(*call, columns=width)
        assert "\x1b[1m" in shown, call
        assert _STYLE.sub("", shown).count("\x1b") == 0, call
        table = [line for line in _STYLE.sub("", shown).splitlines() if not line.startswith(("file: ", path, "  from"))]
        assert max(map(columns, table)) <= width, (call, shown)
    program.unmount()


def test_what_is_no_terminal_gets_one_line_a_row(long_names: Program, terminal: Terminal) -> None:
    at = ("--library", long_names.library)
    whole = long_names.run("report", *at).stdout
    assert len(whole.splitlines()) == 2
    assert _widest(whole) > 200
    assert sorted(_plain(terminal("report", *at))) == sorted(_plain(whole))
