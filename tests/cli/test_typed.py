"""Messages name paths as they were typed."""

from pathlib import Path

import pytest

from musfuse.cli.typed import Typed


@pytest.fixture
def typed() -> Typed:
    made = Typed()
    made.path(Path("/home/ann/Music"), "Music")
    made.path(Path("/home/ann/Music/new"), "~/Music/new")
    made.path(Path("/home/ann/lib"), "../lib")
    made.place("such", "/such")
    return made


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("/home/ann/Music: no such folder", "Music: no such folder"),
        ("/home/ann/Music/old/1.flac: gone", "Music/old/1.flac: gone"),
        ("/home/ann/Music/new: a file", "~/Music/new: a file"),
        ("/home/ann/Music2: a file", "/home/ann/Music2: a file"),
        ("/home/ann/Music.old: a file", "/home/ann/Music.old: a file"),
        ("/srv/home/ann/Music: a file", "/srv/home/ann/Music: a file"),
        ("make it: mkdir -p /home/ann/Music", "make it: mkdir -p Music"),
        ("ended; /home/ann/lib/musfuse.log says why", "ended; /home/ann/lib/musfuse.log says why"),
        (
            "/home/ann/lib: ended; /home/ann/lib/musfuse.log says why",
            "../lib: ended; /home/ann/lib/musfuse.log says why",
        ),
        ("such: no such file", "/such: no such file"),
        ("no such: file", "no such: file"),
    ],
)
def test_restore(typed: Typed, message: str, shown: str) -> None:
    assert typed.restore(message) == shown
