"""`musfuse events`."""

import json
from pathlib import Path

import pytest
import sound

from cli.inprocess import run

KEEP = "[events]\nkeep = true\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    sound.write(tmp_path / "music/1.flac", title="One")
    (tmp_path / "musfuse.toml").write_text(KEEP)
    run("scan", "--library", tmp_path / "lib", "--config", tmp_path / "musfuse.toml", tmp_path / "music")
    return tmp_path / "lib"


def test_what_happened_in_words_and_as_json(library: Path) -> None:
    assert "file_added  path=1.flac" in run("events", "--library", library).out
    (line,) = run("events", "--library", library, "--type", "file_added", "--json").out.splitlines()
    added = json.loads(line)
    assert (added["event"], added["data"]["path"]) == ("file_added", "1.flac")
    assert run("events", "--library", library, "--after", str(added["seq"]), "--type", "file_added").out == ""
    assert run("events", "--library", library, "--since", "2999-01-01").out == ""
    assert len(run("events", "--library", library, "--since", "1d", "-n", "1").out.splitlines()) == 1


def test_a_kind_that_there_is_not_is_said(library: Path) -> None:
    assert "there are" in run("events", "--library", library, "--type", "loud", code=2).err


def test_where_nothing_is_kept_it_says_how(tmp_path: Path) -> None:
    sound.write(tmp_path / "music/1.flac", title="One")
    run("scan", "--library", tmp_path / "lib", tmp_path / "music")
    done = run("events", "--library", tmp_path / "lib")
    assert (done.out, "events.keep = true" in done.err) == ("", True)
