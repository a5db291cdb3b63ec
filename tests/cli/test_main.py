"""How the program ends where the system fails it: one plain line, never a traceback unless it was asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sound
from tests_support import fill, small_disk


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
