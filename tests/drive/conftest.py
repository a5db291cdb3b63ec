"""A whole library over a folder of originals, without a mount."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from tests_support import needs_program

from drive.albums import retag
from musfuse.app.build.drive import MakeBranch
from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config

Make = Callable[..., Library]
Place = Callable[[Path], str]


@pytest.fixture
def make_library(tmp_path: Path, add_music: Callable[[Library], object]) -> Iterator[Make]:
    """Opens the library over `music` and scans it; options by name, with `__` for the dot. `branches` make more."""
    with ExitStack() as closing:

        def make(scan: bool = True, branches: Sequence[MakeBranch] = (), **options: object) -> Library:
            flags = {k.replace("__", "."): v for k, v in {"winfsp__list_seconds": 100, **options}.items()}
            config = load_config(default_sections(), flags=flags).config
            library = open_library(tmp_path / "state", config, closing, branches=branches)
            add_music(library)
            if scan:
                library.scan_all(library.scanner())
            return library

        yield make


@pytest.fixture
def album(music: Path) -> Path:
    """An album with a file of several kinds."""
    folder = music / "Album"
    folder.mkdir()
    needs_program("ffmpeg")
    sound.write(folder / "1.wav", seed=1)
    for number, suffix in ((2, "flac"), (3, "mp3"), (4, "m4a"), (5, "ogg"), (6, "opus")):
        sound.convert(folder / "1.wav", folder / f"{number}.{suffix}")
    for number, path in enumerate(sorted(folder.iterdir()), 1):
        retag(path, title=f"Song {number}", artist="Band", album="Album", tracknumber=str(number))
    return folder
