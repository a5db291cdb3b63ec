"""A library whose view may be rearranged, and what it shows."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.drive import Drive
from musfuse.library.catalog.nodes import MAIN
from musfuse.model import NodeKind

SONGS = {
    "1.flac": ("Ann", "Best", "One"), "2.flac": ("Ann", "Best", "Two"), "3.flac": ("Ann", "Rest", "Three"),
    "4.flac": ("Bob", "Best", "Four"), "5.flac": ("Bob", "", "Five"), "6.flac": ("Bob", "Best", "Four"),
}  # fmt: skip
"""Originals with artist, album and title; two want the same name."""


class Rearranged:
    """A library that is opened again and again over the same sources."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.folder, self.music = folder, folder / "music"
        self.music.mkdir()
        self._options = {"view.writable_view": True, "art.covers": False, "view.template": "$artist/[$album]/$title"}
        self._options |= {name.replace("__", "."): value for name, value in options.items()}
        self._closing = ExitStack()

    def open(self) -> Library:
        """Open the library, anew where it is open."""
        self.close()
        config = load_config(default_sections(), flags=self._options, env={}).config
        self.library = open_library(self.folder / "state", config, self._closing, sources=[self.music])
        return self.library

    def scan(self) -> None:
        self.library.scan_all(self.library.scanner())

    def close(self) -> None:
        self._closing.close()

    @property
    def drive(self) -> Drive:
        return self.library.drive

    def take_back(self) -> None:
        """Take back the last edit."""
        arranger = self.library.arranging.arranger(MAIN)
        self.library.arranging.named_again(lambda: arranger.take_back(1))

    def reset(self) -> None:
        self.library.arranging.named_again(self.library.arranging.arranger(MAIN).reset)

    def made_anew(self) -> None:
        """Have the tree that is shown made anew from what is kept, as after a change of the template."""
        with self.library.catalog.database.write() as db:
            db.execute("UPDATE tree SET rules = 'others' WHERE id = (SELECT tree FROM view WHERE id = 1)")
        assert self.library.trees.build() == 1

    def shown(self) -> dict[str, str]:
        """What the drive shows: paths of folders with '', of files with the names of their originals."""
        return dict(self._below(""))

    def _below(self, path: str) -> Iterator[tuple[str, str]]:
        for entry in self.drive.list(path):
            below = f"{path}/{entry.name}".lstrip("/")
            if entry.kind is NodeKind.FOLDER:
                yield below, ""
                yield from self._below(below)
            else:
                _, row = self.drive.row(below)
                assert row is not None
                yield below, row.track.file.path


MakeRearranged = Callable[..., Rearranged]


def write_songs(music: Path) -> None:
    """Write the originals."""
    for number, (name, (artist, album, title)) in enumerate(SONGS.items()):
        sound.write(music / name, 2000, seed=number, artist=artist, title=title, **({"album": album} if album else {}))


@pytest.fixture
def rearranged(tmp_path: Path) -> Iterator[Rearranged]:
    made = Rearranged(tmp_path)
    write_songs(made.music)
    made.open()
    made.scan()
    yield made
    made.close()
