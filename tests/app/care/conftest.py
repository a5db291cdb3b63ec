"""A library with something that was said of it."""

from pathlib import Path

import pytest
import sound
from cli.inprocess import run

from musfuse.app.state import StateFolder

SMALL = 3


@pytest.fixture
def state(tmp_path: Path, music: Path) -> StateFolder:
    """Some tracks, one of which has a genre that was set, and a backup that knows it."""
    for number in range(SMALL):
        sound.write(music / f"{number}.flac", 3000, artist="Ann", album=f"Best {number}", title=str(number))
    folder = tmp_path / "library"
    run("scan", "--library", folder, music)
    run("tag", "set", "--library", folder, "title:1", "genre=Rock")
    made = StateFolder(folder)
    back_up(made)
    return made


def back_up(state: StateFolder) -> Path:
    """Make an automatic backup now."""
    from musfuse.library.userdb.backups import Backups

    return Backups(state.user).make().path


def genres(state: StateFolder) -> list[str]:
    """What is served as the genre of each track, after a scan."""
    run("scan", "--library", state.path)
    return run("find", "--library", state.path, "--format", "$title ${genre|'-'}").out.splitlines()


KNOWN = ["0 -", "1 Rock", "2 -"]
