"""What the scripts of shells ask, and what they are answered: words that were begun, quoted, or broken at signs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.inprocess import shared  # noqa: F401 - a fixture
from musfuse.cli import cli
from musfuse.cli.shells import Bash, Fish, PowerShell, Zsh, register

Answer = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def answer(shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Answer:
    """(kind, value) of each candidate that a shell is told, in a folder with some files."""
    here = tmp_path / "here"
    (here / "Anthems").mkdir(parents=True)
    (here / "An album.csv").touch()
    monkeypatch.chdir(here)
    monkeypatch.setenv("MUSFUSE_LIBRARY", str(shared))

    def ask(shell: type[Bash | Zsh | Fish | PowerShell], words: str, cword: str) -> list[tuple[str, str]]:
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", cword)
        said = shell(cli, {}, "musfuse", "_MUSFUSE_COMPLETE").complete()
        rows = [line.split("\t") for line in said.splitlines()]
        assert all(len(row) == 3 for row in rows)
        return [(kind, value) for kind, value, _ in rows]

    return ask


SHELLS = (Bash, Zsh, Fish, PowerShell)


def asked(shell: type, *words: str) -> tuple[str, str]:
    """COMP_WORDS and COMP_CWORD as the shell's script sets them, the last word being the one that was begun."""
    line = " ".join(words)
    return {
        Bash: (line, words[-1]), Zsh: (line, str(len(words) - 1)), Fish: (line, words[-1]),
        PowerShell: ("\n".join(words[:-1]), words[-1]),
    }[shell]  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_options_and_values(answer: Answer, shell: type[Bash]) -> None:
    assert answer(shell, *asked(shell, "musfuse", "unm")) == [("plain", "unmount")]
    assert ("plain", "--library") in answer(shell, *asked(shell, "musfuse", "ls", "--l"))
    assert answer(shell, *asked(shell, "musfuse", "mount", "--policy", "or")) == [("plain", "original")]
    assert len(answer(shell, *asked(shell, "musfuse", ""))) > 15


@pytest.mark.parametrize("shell", SHELLS)
def test_names_on_the_drive_whatever_signs_they_have(answer: Answer, shell: type[Bash]) -> None:
    assert ("path", "Ann/") in answer(shell, *asked(shell, "musfuse", "ls", "An"))
    quoted = answer(shell, *asked(shell, "musfuse", "ls", "'Ann/Be"))
    assert ("path", "Ann/Best/") in quoted


def test_behind_the_dashes_of_a_set_stand_fields(answer: Answer) -> None:
    assert answer(Fish, *asked(Fish, "musfuse", "tag", "set", "x", "--", "titl")) == [
        ("plain", "title="), ("plain", "titlesort="),
    ]  # fmt: skip


def test_an_option_with_its_value_is_replaced_whole_but_by_bash(answer: Answer) -> None:
    for shell in (Zsh, Fish, PowerShell):
        assert answer(shell, *asked(shell, "musfuse", "mount", "--policy=or")) == [("plain", "--policy=original")]
    assert answer(Bash, "musfuse mount --policy=or", "or") == [("plain", "original")]
    assert [value for _, value in answer(Bash, "musfuse mount --policy=", "=")] == [
        "flac",
        "original",
        "wav",
        "opus",
        "mp3",
    ]
    assert [value for _, value in answer(Bash, "musfuse tag show artist:", ":")] == [""]  # it breaks words there


def test_a_help_of_several_lines_is_one_line(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", "musfuse ")
    monkeypatch.setenv("COMP_CWORD", "")
    lines = Fish(cli, {}, "musfuse", "_MUSFUSE_COMPLETE").complete().splitlines()
    assert all(line.count("\t") == 2 for line in lines)
    assert any(line.startswith("plain\tmount\t") and len(line.split("\t")[2]) > 5 for line in lines)


def test_files_are_left_to_shells_that_find_them_and_told_to_others(answer: Answer) -> None:
    for shell in (Zsh, Fish):
        assert ("file", "An") in answer(shell, *asked(shell, "musfuse", "info", "An"))
    for shell in (Bash, PowerShell):
        found = answer(shell, *asked(shell, "musfuse", "info", "An"))
        assert ("path", "Ann/") in found
        assert {("path", "An album.csv"), ("path", "Anthems/")} <= set(found)
        assert not [value for kind, value in found if kind in ("file", "dir")]
        alone = answer(shell, *asked(shell, "musfuse", "scan", "An"))
        assert alone == [("dir", "An")]  # nothing else stands there


def test_a_name_that_is_on_the_drive_and_here_is_told_once(answer: Answer) -> None:
    Path("Ann").mkdir()
    found = answer(Bash, *asked(Bash, "musfuse", "info", "Ann"))
    assert [value for _, value in found if value.rstrip("/") == "Ann"] == ["Ann/"]


def test_a_line_that_ends_in_the_middle_of_a_quote_is_read_all_the_same(answer: Answer) -> None:
    assert ("path", "Ann/Best/One.flac") in answer(Bash, "musfuse info 'Ann/Best/O", "'Ann/Best/O")
    assert ("path", "Ann/Best/One.flac") in answer(PowerShell, "musfuse\ninfo", '"Ann/Best/O')
    assert answer(Zsh, "musfuse", "5") is not None  # behind all words


def test_clicks_own_classes_give_way() -> None:
    from click.shell_completion import get_completion_class

    register()
    assert {get_completion_class(shell.name) for shell in SHELLS} == set(SHELLS)
