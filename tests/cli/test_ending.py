"""How the program ends where the system fails it: one plain line, never a traceback unless it was asked for."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
import sound
from tests_support import fill, small_disk
from warm import musfuse

from cli import inprocess
from musfuse.cli.ending import ended
from musfuse.cli.typed import Typed
from musfuse.errors import ConfigError, ControlError, MountError


def run(*args: str | Path) -> "subprocess.CompletedProcess[str]":
    return musfuse(*args)


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Path:
    sound.write(music / "1.flac", title="One")
    inprocess.run("scan", "--library", tmp_path / "state", music)
    return tmp_path / "state"


def test_an_error_of_the_system_is_a_line(library: Path) -> None:
    done = run("tag", "export", "--library", library, "--to", "/nowhere/tags\n.csv")
    assert done.returncode == 1
    assert (
        done.stderr
        == "musfuse: /nowhere/tags\u23ce.csv: No such file or directory; check the path, and that its folder is there\n"
    )


def test_its_traceback_is_for_the_curious(library: Path) -> None:
    done = run("-vv", "tag", "export", "--library", library, "--to", "/nowhere/tags.csv")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("musfuse: /nowhere/tags.csv: No such file or directory; ")
    assert "Traceback" not in run("-v", "tag", "export", "--library", library, "--to", "/nowhere/tags.csv").stderr


def test_a_reader_that_has_enough_is_no_error(library: Path) -> None:
    """As `musfuse find | head -0`."""
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(
        [sys.executable, "-m", "musfuse", "find", "--library", library],
        stdout=writes,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writes)
    assert done.stderr == ""


def test_an_export_that_fails_leaves_the_one_before(library: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        assert run("tag", "export", "--library", library, "--to", disk / "tags.csv").returncode == 0
        before = (disk / "tags.csv").read_bytes()
        fill(disk)
        done = run("tag", "export", "--library", library, "--to", disk / "tags.csv")
        assert done.stderr.startswith(f"musfuse: {disk}/tags.csv: No space left on device; make room")
        assert (disk / "tags.csv").read_bytes() == before
        assert sorted(os.listdir(disk)) == ["filler", "tags.csv"]


def test_no_room_for_a_socket(library: Path, music: Path, tmp_path: Path) -> None:
    (tmp_path / "mnt").mkdir()
    with small_disk(tmp_path / "disk", 64, inodes=2) as disk:
        environment = {**os.environ, "MUSFUSE_RUNTIME_DIR": str(disk / "run")}
        done = subprocess.run(
            [sys.executable, "-m", "musfuse", "mount", "--library", library, music, tmp_path / "mnt"],
            env=environment, capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr.startswith(f"musfuse: {disk}/run: cannot hold a socket: No space left on device; ")
    assert not os.path.ismount(tmp_path / "mnt")


def raises(error: BaseException) -> Callable[[], Any]:
    def run() -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ConfigError("a\x1b[2J: odd"), 2, "musfuse: a\ufffd[2J: odd\n"), (MountError("in use"), 3, "musfuse: in use\n"),
        (ControlError("it\nrefused"), 4, "musfuse: it\nrefused\n"), (click.Abort(), 130, "interrupted\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"), (click.ClickException("one"), 1, "Error: one\n"),
        (click.exceptions.Exit(7), 7, ""), (SystemExit(3), 3, ""), (SystemExit(), 0, ""), (SystemExit("text"), 1, ""),
        (BrokenPipeError(), 1, ""), (MemoryError(), 1, "musfuse: no memory is left\n"),
        (RecursionError(), 1, "musfuse: something is nested too deeply\n"),
        (OSError(errno.ENOSPC, "full"), 1, "musfuse: standard output: full; make room"),
        (PermissionError(errno.EACCES, "denied", "/x/\udce9"), 1, "musfuse: /x/\ufffd: denied"),
    ],
)  # fmt: skip
def test_each_end_has_its_code_and_one_message(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(raises(error), Typed()) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(said)
    assert bool(err) == bool(said)


def test_what_a_command_returns_is_its_code_where_that_is_a_number() -> None:
    assert [ended(lambda value=value: value, Typed()) for value in (0, 2, None, "text", [])] == [0, 2, 0, 0, 0]


def test_messages_name_what_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    typed = Typed()
    typed.path(Path("/home/ann/music"), "music")
    for error in (
        ConfigError("/home/ann/music/a.flac: no"), click.ClickException("/home/ann/music/a.flac: no"),
        FileNotFoundError(errno.ENOENT, "no", "/home/ann/music/a.flac"),
    ):  # fmt: skip
        ended(raises(error), typed)
        said = capsys.readouterr().err.removeprefix("musfuse: ").removeprefix("Error: ")
        assert said.split(";")[0].strip() == "music/a.flac: no"


def test_an_error_that_nobody_foresaw_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        ended(raises(ZeroDivisionError()), Typed())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
@pytest.mark.parametrize("args", [["--version"], ["config", "show"], ["--help"]])
def test_output_that_cannot_be_written_is_said_once(args: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "musfuse", *args], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("musfuse: standard output: No space left on device; ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
@pytest.mark.parametrize(("own", "code", "lines"), [(0, 1, 1), (7, 7, 0)])
def test_what_still_waits_to_be_written_is_tried_once(own: int, code: int, lines: int) -> None:
    """As a table that was printed piece by piece; a command that failed keeps its own code."""
    script = (
        "import sys; from musfuse.cli.ending import ended; from musfuse.cli.typed import Typed\n"
        f"sys.exit(ended(lambda: [print('x', end=''), {own}][1], Typed()))"
    )
    with open("/dev/full", "w") as full:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        done = subprocess.run(
            [sys.executable, "-c", script], stdout=full, stderr=subprocess.PIPE, text=True, env=environment
        )
    assert done.returncode == code
    assert len(done.stderr.splitlines()) == lines
