"""`-v`, `-q` and `--json` in any position; words that help where a command is not known."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import sound
from mount.conftest import Program
from warm import musfuse

from musfuse.cli import _COMMANDS, cli


def _musfuse(*args: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = musfuse(*args)
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.mark.parametrize(
    "args",
    [
        "--json config show flac.level", "config --json show flac.level", "config show --json flac.level",
        "config show flac.level --json", "-q --json -v config -q show -vv flac.level",
    ],
)  # fmt: skip
def test_json_in_any_position(args: str) -> None:
    assert json.loads(_musfuse(*args.split()).stdout)["value"] == 5


@pytest.mark.parametrize("args", ["--json backup x", "backup --json x", "--json art set a b"])
def test_json_of_a_command_that_prints_none_is_refused_or_printed(args: str, tmp_path: Path) -> None:
    done = _musfuse(*args.split(), code=2)
    assert ("prints no JSON" in done.stderr) == ("backup" in args)


def test_every_command_takes_them(program: Program, music: Path) -> None:
    """As click's own parser sees it: no command refuses one of them, and none means something else by it."""

    def look(command: click.Command, path: list[str]) -> None:
        opts = [name for param in command.params for name in param.opts]
        for name in ("-v", "-q", "--json"):
            assert opts.count(name) == 1, (path, name)
        for name, below in getattr(command, "commands", {}).items():
            look(below, [*path, name])

    for name in _COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        look(command, [name])


def test_quiet_says_only_what_was_asked_for(program: Program, music: Path) -> None:
    sound.write(music / "1.flac", title="One")
    at = ("--library", program.library)
    for args in [
        ("-q", "scan", *at, music), ("scan", "-q", *at), ("index", *at, "-q"), ("mount", *at, program.mnt, "-q"),
        ("-q", "index", "--wait", *at), ("tag", "-q", "set", *at, "title:One", "title=Two"),
        ("tag", "undo", *at, "-q"), ("backup", "-q", *at, program.library / "copy.db"),
        ("-q", "unmount", program.mnt),
    ]:  # fmt: skip
        done = program.run(*args)
        assert done.stdout + done.stderr == "", args
    assert program.run("-q", "ls", *at).stdout == "Unknown Artist/\n"
    failed = program.run("-q", "unmount", program.mnt, check=False)
    assert "no drive of musfuse" in failed.stderr


def test_a_word_behind_a_minus_is_still_a_negation(program: Program, music: Path) -> None:
    sound.write(music / "1.flac", title="One", artist="Ann")
    sound.write(music / "2.flac", title="Live", artist="Ann")
    at = ("--library", program.library)
    program.run("scan", *at, music)
    assert len(json.loads(program.run("tag", "show", *at, "artist:ann", "-live", "--json").stdout)) == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["satus"], "Did you mean 'status'?"),
        (["umount", "/x"], "Did you mean 'unmount'?"),
        (["tag", "shwo"], "show"),
        (["frobnicate"], "`musfuse --help` lists them"),
        (["/home/ann/My Music", "/mnt/drive", "-o", "rw,nosuid"], "`musfuse mount '/home/ann/My Music' /mnt/drive`"),
        (["mount", "-t", "fuse.musfuse", "/music", "/mnt"], "`musfuse mount SOURCE MOUNTPOINT`"),
    ],
)
def test_words_that_help(args: list[str], words: str) -> None:
    done = _musfuse(*args, code=2)
    assert words in done.stderr
    assert "Usage: musfuse" in done.stderr


def test_called_by_the_helper_of_mount(tmp_path: Path) -> None:
    """What stands in fstab as a FUSE file system reaches the program through mount.fuse3."""
    helper = shutil.which("mount.fuse3", path=os.environ["PATH"] + ":/sbin:/usr/sbin")
    if helper is None:
        pytest.skip("mount.fuse3 is not installed")
    program = tmp_path / "musfuse"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m musfuse "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        [helper, f"{program}#/home/ann/Music", str(tmp_path), "-o", "ro"], capture_output=True, text=True
    )
    assert "`musfuse mount /home/ann/Music" in done.stderr, done.stdout + done.stderr
