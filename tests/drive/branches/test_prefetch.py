"""`.prefetch`: whoever looks at a file below it has that made ready, and nobody comes upon it."""

from pathlib import Path

import pytest
import sound

from drive.conftest import Make
from drive.test_changes import Hearer
from musfuse.app.library import Library
from musfuse.drive.branches.prefetch import PrefetchBranch
from musfuse.drive.changes import Change
from musfuse.errors import NoEntryError, NotAFolderError
from musfuse.model import NodeKind

SONGS = ("Ann/Best/One.flac", "Ann/Best/Two.flac")


@pytest.fixture
def asked() -> list[int]:
    return []


@pytest.fixture
def library(make_library: Make, music: Path, asked: list[int]) -> Library:
    for title in ("One", "Two"):
        sound.write(music / f"{title}.flac", 9000, artist="Ann", album="Best", title=title)
    library = make_library(view__policy="original", art__covers=False)
    branch = library.drive.tree._branches[2]
    assert isinstance(branch, PrefetchBranch)
    branch._ask = lambda item, _: asked.append(item)
    return library


def items(library: Library) -> list[int]:
    return [library.drive.row(song)[0].item for song in SONGS]


def test_nobody_comes_upon_it(library: Library, asked: list[int]) -> None:
    drive = library.drive
    assert [entry.name for entry in drive.list("")] == ["Ann"]
    assert drive.attr(".prefetch").kind is NodeKind.FOLDER
    assert list(drive.list(".prefetch")) == []
    assert list(drive.names(".prefetch")) == []
    assert drive.attr(".prefetch/Ann").kind is NodeKind.FOLDER
    assert [entry.name for entry in drive.list(".prefetch/Ann")] == ["Best"]
    assert asked == []


def test_a_look_at_a_file_asks_for_it_and_gives_the_same(library: Library, asked: list[int]) -> None:
    drive = library.drive
    one, _ = items(library)
    same, plain = drive.attr(f".prefetch/{SONGS[0]}"), drive.attr(SONGS[0])
    assert asked == [one]
    assert (same.size, same.mtime_ns, same.version, same.kind) == (
        plain.size,
        plain.mtime_ns,
        plain.version,
        plain.kind,
    )
    assert same.node != plain.node
    opened, other = drive.open(f".prefetch/{SONGS[0]}"), drive.open(SONGS[0])
    assert drive.read_at(opened.handle, 0, plain.size) == drive.read_at(other.handle, 0, plain.size)
    assert asked == [one, one]
    drive.close(opened.handle)
    drive.close(other.handle)


def test_a_listing_of_a_folder_asks_for_all_of_it(library: Library, asked: list[int]) -> None:
    entries = list(library.drive.list(".prefetch/Ann/Best"))
    assert [entry.name for entry in entries] == ["One.flac", "Two.flac"]
    assert asked == items(library)
    assert list(library.drive.list(".prefetch/Ann/Best", after="One.flac", sized=True)) == entries[1:]


def test_what_is_not_in_the_library_is_not_there(library: Library, asked: list[int]) -> None:
    for path in ("none", "Ann/none", "Ann/Best/none.flac", ".prefetch", "Ann/.prefetch", "Ann/Best/\udcff"):
        with pytest.raises(NoEntryError):
            library.drive.attr(f".prefetch/{path}")
    with pytest.raises(NoEntryError):
        library.drive.attr("Ann/.prefetch")
    with pytest.raises(NotAFolderError):
        library.drive.attr(f".prefetch/{SONGS[0]}/x")
    assert len(asked) == 1


def test_what_changes_in_the_library_changes_here(library: Library) -> None:
    from musfuse.service.tagging import Who

    drive, me = library.drive, Who("tester")
    assert drive.attr(f".prefetch/{SONGS[0]}").size
    library.tagging.set([(SONGS[0], "")], ["title=Three"], me)
    with pytest.raises(NoEntryError):
        drive.attr(f".prefetch/{SONGS[0]}")
    assert drive.attr(".prefetch/Ann/Best/Three.flac").size == drive.attr("Ann/Best/Three.flac").size
    library.tagging.set([(SONGS[1], "")], ["album=Other"], me)
    with pytest.raises(NoEntryError):
        drive.attr(f".prefetch/{SONGS[1]}")
    assert drive.attr(".prefetch/Ann/Other/Two.flac").size


def test_who_was_told_a_path_hears_that_it_is_gone(library: Library, asked: list[int]) -> None:
    from musfuse.service.tagging import Who

    drive = library.drive
    assert drive.visit("Ann/Best")
    assert not drive.visit(".prefetch/Ann/Best")  # each listing asks, so none is kept
    assert len(list(drive.list(".prefetch/Ann/Best"))) == 2
    told = Hearer()
    drive.changes.listen(told)
    library.tagging.set([(SONGS[0], "")], ["title=Three"], Who("tester"))
    gone = [path for change in told.heard if isinstance(change, Change) for path in change.gone]
    assert gone.count(f".prefetch/{SONGS[0]}") == 1
    library.tagging.set([("Ann/Best/Three.flac", "")], ["title=Four"], Who("tester"))
    gone = [path for change in told.heard if isinstance(change, Change) for path in change.gone]
    assert gone.count(f".prefetch/{SONGS[0]}") == 1  # nobody looked again


def test_it_is_found_where_case_does_not_count(library: Library) -> None:
    assert library.drive.ignoring_case().attr(".PREFETCH/ann/BEST/one.FLAC").size


def test_it_is_not_there_where_it_is_turned_off(make_library: Make, music: Path) -> None:
    sound.write(music / "One.flac", 9000, artist="Ann", album="Best", title="One")
    library = make_library(view__policy="original", prefetch__enabled=False)
    with pytest.raises(NoEntryError):
        library.drive.attr(".prefetch")
