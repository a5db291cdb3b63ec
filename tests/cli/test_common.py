"""What the terminal is given."""

import os
from pathlib import Path

import pytest

from cli.inprocess import run
from musfuse.cli.common import absolute_mountpoint, asked, located, naming_log, print_table, printable, shortened
from musfuse.errors import UNEXPECTED, ConfigError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Café 日本", "Café 日本"),
        ("a\r\nb\nc", "a\u23ceb\u23cec"),
        ("caf\udce9", "caf\ufffd"),
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("x\u202egpj.exe", "x\ufffdgpj.exe"),
        ("a\tb\x00", "a b\ufffd"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_table_of_wide_characters(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "size"), [("日本", "1"), ("cafe\u0301", "2"), ("a\nb", "3")])
    assert capsys.readouterr().out.splitlines() == ["name  size", "日本  1", "cafe\u0301  2", "a\u23ceb   3"]


@pytest.mark.skipif(os.name != "posix", reason="two slashes begin the name of a machine elsewhere")
def test_two_slashes_in_front_are_one() -> None:
    assert located("//music/a") == located("/music//a") == "/music/a"
    assert str(absolute_mountpoint(Path("//mnt"))) == "/mnt"


def test_nothing_is_not_the_working_directory() -> None:
    """As where a variable of a script is not set."""
    with pytest.raises(ConfigError, match="not an empty text"):
        located("")
    assert asked("") == ("", "")
    assert located(".") == os.getcwd()


def test_shortened() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde\u2026"


def test_a_reason_that_mentions_the_log_names_its_path() -> None:
    assert naming_log(f"a.flac: {UNEXPECTED}", Path("/lib")).endswith("please report what /lib/musfuse.log says")
    assert naming_log("a.flac: its log", Path("/lib")) == "a.flac: its log"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(("user", "lsit"), "list"), (("user", "device", "ann"), "devices"), (("cache", "stat"), "stats")],
)
def test_a_command_of_a_group_that_lists_by_itself_may_be_mistyped(typed: tuple[str, ...], meant: str) -> None:
    assert f"No such command '{typed[1]}'. Did you mean '{meant}'?" in run(*typed, code=2).err


def test_a_group_whose_usual_command_takes_words_takes_them(tmp_path: Path) -> None:
    for typed in (("prefetch", "lsit"), ("user",)):
        assert "no library there" in run(*typed, "--library", tmp_path / "none", code=2).err
