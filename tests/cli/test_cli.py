"""The command line as a whole: its commands, words that nobody knows, and what stands around each call."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

import musfuse.cli
from cli.inprocess import run
from musfuse import __version__
from musfuse.cli import _COMMANDS, cli


def test_every_module_of_a_command_is_offered_and_no_other() -> None:
    files = {path.stem.removesuffix("_cmd") for path in Path(musfuse.cli.__file__).parent.glob("*_cmd.py")}
    assert files == set(_COMMANDS)
    for name in _COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.name == name
        assert command.help
    assert cli.get_command(click.Context(cli), "os") is None


def test_help_lists_the_commands_in_their_order() -> None:
    said = run("--help").out
    places = [said.index(f"  {name} ") for name in _COMMANDS]
    assert places == sorted(places)
    assert "Exit codes: 0 done" in said
    assert run("-h").out == said


def test_its_version_is_that_of_the_package() -> None:
    assert run("--version").out.split()[-1] == __version__


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["satus"], "Did you mean 'status'?"), (["frobnicate"], "`musfuse --help` lists them"),
        (["/home/ann/My Music", "/mnt/drive", "-o", "rw"], "`musfuse mount '/home/ann/My Music' /mnt/drive`"),
        (["~/Music", "~/Drive"], "`musfuse mount '~/Music' '~/Drive'`"), (["."], "`musfuse mount .`"),
        (["C:\\Music", "M:"], "`musfuse mount 'C:\\Music' M:`"), (["./$(touch pwned)"], "'./$(touch pwned)'"),
    ],
)  # fmt: skip
def test_a_command_that_there_is_not_is_met_with_what_may_have_been_meant(args: list[str], words: str) -> None:
    said = run(*args, code=2).err
    assert words in said
    assert f"No such command {args[0]!r}" in said


def test_nothing_typed_is_a_request_for_help() -> None:
    done = run(code=2)
    assert "Usage: musfuse" in done.out + done.err


def test_a_shell_that_completes_is_answered_and_no_command_is_run() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "musfuse", "status"], capture_output=True, text=True, check=True,
        env={**os.environ, "_MUSFUSE_COMPLETE": "fish_complete", "COMP_WORDS": "musfuse unm", "COMP_CWORD": "unm"},
    )  # fmt: skip
    assert [line.split("\t")[:2] for line in done.stdout.splitlines()] == [["plain", "unmount"]]
    assert done.stderr == ""


def test_arguments_are_taken_as_they_are_on_windows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}
    monkeypatch.setattr(musfuse.cli.cli, "main", lambda **named: given.update(named))
    with pytest.raises(SystemExit):
        musfuse.cli.main()
    assert given["windows_expand_args"] is False  # `mount D:\\Music *` means a free drive letter
