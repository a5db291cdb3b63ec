"""`musfuse log`."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import sound

from cli.inprocess import run, shared  # noqa: F401 - a fixture


def test_the_log_in_words_and_as_json(shared: Path) -> None:
    said = run("log", "--library", shared).out
    assert "INFO musfuse.app.scanning" in said
    lines = [json.loads(line) for line in run("log", "--library", shared, "--json").out.splitlines()]
    scan = next(line for line in lines if line["area"] == "musfuse.app.scanning")
    assert (scan["level"], scan["message"].startswith("scan of ")) == ("INFO", True)
    assert scan["job"].isdecimal()
    assert run("log", "--library", shared, "--level", "error").out == ""
    assert len(run("log", "--library", shared, "-n", "1").out.splitlines()) == 1


def test_where_there_is_none_it_says_how_one_begins(tmp_path: Path) -> None:
    assert "musfuse scan" in run("log", "--library", tmp_path / "none", code=2).err


def test_it_is_followed_until_somebody_has_enough(tmp_path: Path) -> None:
    sound.write(tmp_path / "music/1.flac", title="One")
    command = [sys.executable, "-m", "musfuse", "log", "--follow", "--library", str(tmp_path / "lib")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as follower:
        assert follower.stdout is not None
        run("scan", "--library", tmp_path / "lib", tmp_path / "music")
        assert "1 file, 1 read" in follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        assert follower.wait(30) == 130
