"""Folders of state come and go with libraries; nothing else in them is touched."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound

from musfuse.app.library import open_library
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.errors import ConfigError, StoreError
from musfuse.service.requests.library import FindTracks


def test_a_mistyped_library_makes_nothing(tmp_path: Path) -> None:
    for folder in (tmp_path / "typo", tmp_path / "a/b/c"):
        with pytest.raises(ConfigError, match=r"typo|a/b/c: no library there"):
            open_library(folder, Config(), make=False)
        assert list(tmp_path.iterdir()) == []


def test_a_library_whose_source_cannot_be_one_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        open_library(tmp_path / "a/b/state", Config(), sources=[tmp_path / "nowhere"])
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "mine").write_text("1")
    with pytest.raises(ConfigError):
        open_library(folder, Config(), sources=[tmp_path / "nowhere"])
    assert (folder / "mine").read_text() == "1"
    made = tmp_path / "made"
    with pytest.raises(RuntimeError), StateFolder(made).made():
        (made / "catalog.db-wal").write_text("1")
        (made / "somebody else's").write_text("1")
        raise RuntimeError
    assert [path.name for path in made.iterdir()] == ["somebody else's"]


def test_a_library_that_was_made_exists(tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    with ExitStack() as closing:
        open_library(tmp_path / "state", Config(), closing, sources=[tmp_path / "music"])
    StateFolder(tmp_path / "state").check_exists()


def test_a_file_in_its_place_is_told_of(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.touch()
    for folder, said in (
        (file, f"{file}: cannot be made: a file;"),
        (file / "x", f"{file}/x: cannot be made: {file} is a"),
    ):
        with pytest.raises(StoreError, match=re.escape(said)), StateFolder(folder).made():
            raise AssertionError


def test_all_of_a_library_goes_where_it_was_made_in_vain(tmp_path: Path) -> None:
    """Whatever a library put there while it was at work."""
    sound.write(tmp_path / "music/1.wav", 50_000, title="One")
    state, names = StateFolder(tmp_path / "state"), set()
    with pytest.raises(RuntimeError), state.made():
        with ExitStack() as closing:
            library = open_library(state.path, Config(), closing, sources=[tmp_path / "music"])
            library.scan_all(library.scanner())
            (name,) = (track.path for track in library.handlers().rows(FindTracks()))
            library.drive.attr(name)
            names = {path.name for path in state.path.iterdir()}
        raise RuntimeError
    assert names >= {"catalog.db", "user.db", "owner.lock", "musfuse.log", "cache", "runs"}
    assert not state.path.exists()
