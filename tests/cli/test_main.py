"""How the program ends where the system fails it: one plain line, never a traceback unless it was asked for."""

import subprocess
import sys
from pathlib import Path

import pytest
import sound


def run(*args: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "musfuse", *map(str, args)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Path:
    sound.write(music / "1.flac", title="One")
    assert run("scan", "--library", tmp_path / "state", music).returncode == 0
    return tmp_path / "state"


def test_an_error_of_the_system_is_a_line(library: Path) -> None:
    done = run("tag", "export", "--library", library, "--to", "/nowhere/tags\n.csv")
    assert done.returncode == 1
    assert done.stderr == "musfuse: /nowhere/tags\u23ce.csv: No such file or directory\n"


def test_its_traceback_is_for_the_curious(library: Path) -> None:
    done = run("-vv", "tag", "export", "--library", library, "--to", "/nowhere/tags.csv")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.endswith("musfuse: /nowhere/tags.csv: No such file or directory\n")
    assert "Traceback" not in run("-v", "tag", "export", "--library", library, "--to", "/nowhere/tags.csv").stderr
