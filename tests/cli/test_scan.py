"""`musfuse scan`: what it says, as words and as JSON, and its exit codes."""

import json
from pathlib import Path

import pytest
import sound

from cli.inprocess import run


@pytest.fixture
def music(tmp_path: Path) -> Path:
    for n in (1, 2):
        sound.write(tmp_path / f"originals/{n}.flac", 100, title=f"T{n}")
    return tmp_path / "originals"


@pytest.fixture
def lib(tmp_path: Path) -> Path:
    return tmp_path / "lib"


def test_what_changed_is_read_and_counted(lib: Path, music: Path) -> None:
    assert run("scan", "--library", lib, music).out.endswith("2 files, 2 read, 0 skipped, 0 removed\n")
    assert run("scan", "--library", lib).out == "2 files, 0 read, 0 skipped, 0 removed\n"
    (music / "1.flac").unlink()
    (music / "broken.flac").write_bytes(b"fLaC")
    assert run("scan", "--library", lib).out == "2 files, 1 read, 1 skipped, 1 removed\n"
    assert run("scan", "--library", lib, "--all").out == "2 files, 2 read, 1 skipped, 0 removed\n"


def test_as_json_it_says_the_same_and_no_more(lib: Path, music: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    done = run("scan", "--json", "--library", lib, music, tmp_path / "none")
    said = json.loads(done.out)
    counts = {key: said[key] for key in ("seen", "read", "skipped", "removed", "problems")}
    assert counts == {"seen": 2, "read": 2, "skipped": 0, "removed": 0, "problems": []}
    assert said["empty"] == [str(tmp_path / "none")]


def test_a_source_that_is_away_is_named_and_the_others_are_scanned(lib: Path, music: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    sound.write(other / "3.flac", 100, title="T3")
    run("scan", "--library", lib, music, other)
    music.rename(tmp_path / "unplugged")
    sound.write(other / "4.flac", 100, title="T4")
    done = run("scan", "--library", lib, code=1)
    assert "1 read" in done.out
    assert "0 removed" in done.out
    assert done.err.startswith(f"not scanned: {music}: ")


def test_a_source_without_music_is_told_of(lib: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    done = run("scan", "--library", lib, tmp_path / "none")
    assert "no music" in done.out + done.err
    assert str(tmp_path / "none") in done.out + done.err


def test_without_a_library_and_without_a_source_there_is_nothing_to_scan(lib: Path) -> None:
    done = run("scan", "--library", lib, code=2)
    assert "no library there" in done.err
    assert not lib.exists()
