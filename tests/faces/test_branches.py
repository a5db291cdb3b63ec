"""Entries of a branch that only tests know, through every face."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from drive.conftest import Make
from toybranch import FOLDER, SONG, ToyBranch, toy_branch

from faces.conftest import FACES, Show
from faces.shown import Shown, manifest

FILES = ToyBranch(None, lambda: None).files  # type: ignore[arg-type]


@pytest.fixture
def original(music: Path) -> Path:
    return sound.write(music / "1.wav", 60_000, artist="Ann", album="Album", title="One")


def test_what_it_shows_can_be_read(show: Show, original: Path) -> None:
    shown = show(branches=[toy_branch])
    assert sorted(shown.entries("")) == [FOLDER, "Ann"]
    entries = shown.entries(FOLDER)
    assert sorted(entries) == sorted([*FILES, f"{SONG}.flac"])
    for name, data in FILES.items():
        assert entries[name] == shown.stat(f"{FOLDER}/{name}")
        with shown.open(f"{FOLDER}/{name}") as (size, read):
            assert (size, read(0, size), read(100, 50)) == (len(data), data, data[100:150])
    with shown.open(f"{FOLDER}/{SONG}.flac") as (size, read), shown.open("Ann/Album/One.flac") as (_, expected):
        assert size == entries[f"{SONG}.flac"].size
        assert read(0, size) == expected(0, size)
    with pytest.raises(FileNotFoundError):
        shown.stat(f"{FOLDER}/none")


def test_no_write_is_let_through(show: Show, original: Path) -> None:
    shown = show(branches=[toy_branch])
    for refused in shown.refusals(f"{FOLDER}/a.txt"):
        with pytest.raises(OSError) as caught:
            refused()
        assert caught.value.errno in (errno.EROFS, errno.EACCES, errno.EPERM)
    assert sorted(shown.entries(FOLDER)) == sorted([*FILES, f"{SONG}.flac"])


def test_the_same_manifest_from_every_face(
    simulation: object, show_as: Callable[..., Shown], make_library: Make, original: Path
) -> None:
    (original.parent / "cover.png").write_bytes(sound.picture(500))
    library = make_library(branches=[toy_branch])
    seen = [list(manifest(show_as(face, library))) for face in FACES]
    assert len(seen[0]) == 1 + 3 + 1 + 1 + 4
    assert seen[0] == seen[1] == seen[2]
