"""A library with something that was said of it."""

import shutil
from pathlib import Path

import pytest
import sound
from cli.inprocess import run

from musfuse.app.state import StateFolder

SMALL = 3


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with some tracks in `music`, and a `library` of them that is copied for each test."""
    folder = tmp_path_factory.mktemp("known")
    for number in range(SMALL):
        sound.write(folder / f"music/{number}.flac", 3000, artist="Ann", album=f"Best {number}", title=str(number))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSFUSE_RUNTIME_DIR", str(folder / "run"))
        run("scan", "--library", folder / "library", folder / "music")
        run("tag", "set", "--library", folder / "library", "title:1", "genre=Rock")
    back_up(StateFolder(folder / "library"))
    return folder


@pytest.fixture
def music(known: Path) -> Path:
    """The originals, which no test here changes."""
    return known / "music"


@pytest.fixture
def state(tmp_path: Path, known: Path) -> StateFolder:
    """A library of some tracks, one of which has a genre that was set, and a backup that knows it."""
    shutil.copytree(known / "library", tmp_path / "library")
    return StateFolder(tmp_path / "library")


def back_up(state: StateFolder) -> Path:
    """Make an automatic backup now."""
    from musfuse.library.userdb.backups import Backups

    return Backups(state.user).make().path


def genres(state: StateFolder) -> list[str]:
    """What is served as the genre of each track, after a scan."""
    run("scan", "--library", state.path)
    return run("find", "--library", state.path, "--format", "$title ${genre|'-'}").out.splitlines()


KNOWN = ["0 -", "1 Rock", "2 -"]
