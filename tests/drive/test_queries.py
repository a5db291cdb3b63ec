"""What the kernel asks for most costs next to no queries: an open of what was listed, and an open once more."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sound

from drive.albums import ME, read, retag, target
from drive.conftest import Make
from musfuse.app.library import Library

SONGS = ("A/B/1.flac", "A/B/2.flac", "A/B/3.mp3")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that is asked of any database that is opened from now on."""
    statements: list[str] = []

    class Counting(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            statements.append(sql)
            return super().execute(sql, *values)

    connect = sqlite3.connect

    def counted(database: Any, *args: Any, **more: Any) -> sqlite3.Connection:
        own = "chunks" in str(database)  # what is kept of far originals, and asked along with each read of them
        return connect(database, *args, **(more if own else {**more, "factory": Counting}))

    monkeypatch.setattr(sqlite3, "connect", counted)
    return statements


@contextmanager
def at_most(statements: list[str], count: int) -> Iterator[None]:
    statements.clear()
    yield
    assert len(statements) <= count, statements


def open_and_close(library: Library, path: str) -> None:
    opened = library.drive.open(path)
    assert library.drive.read_at(opened.handle, 0, 16)
    library.drive.close(opened.handle)


@pytest.fixture
def library(asked: list[str], make_library: Make, music: Path) -> Library:
    for number, suffix in ((1, "wav"), (2, "flac"), (3, "mp3")):
        path = sound.write(music / f"{number}.{suffix}", seed=number)
        retag(path, artist="A", album="B", title=str(number))
    made = make_library(index__background=False, view__template="$artist/$album/$title")
    made.drive.attr(SONGS[0])  # its index is built
    return made


def test_an_open_of_what_was_listed_asks_once(asked: list[str], library: Library, where: str) -> None:
    list(library.drive.list("A/B"))
    far = where != "local"  # whose file may be indexed by what is read of it
    for song in SONGS[1:]:
        with at_most(asked, 1 + far):
            open_and_close(library, song)
    with at_most(asked, 2 + far):  # and for the index
        open_and_close(library, SONGS[0])


def test_an_open_once_more_asks_nothing(asked: list[str], library: Library) -> None:
    for song in SONGS:
        open_and_close(library, song)
        with at_most(asked, 0):
            open_and_close(library, song)
        library.drive._items.freshness.forget()  # the original is looked at again, the catalog is not asked
        with at_most(asked, 0):
            open_and_close(library, song)


def test_a_stat_of_what_was_listed_asks_nothing(asked: list[str], library: Library) -> None:
    sizes = {entry.name: entry.size for entry in library.drive.list("A/B")}
    with at_most(asked, 0):
        assert [library.drive.attr(song).size for song in SONGS] == [sizes[song[4:]] for song in SONGS]


def test_what_is_written_is_seen_at_once(library: Library) -> None:
    before = {song: read(library, song) for song in SONGS}
    library.tagging.set(target("artist:A"), ["genre=Jazz"], ME)
    assert all(read(library, song) != data for song, data in before.items())
