"""Entries of any branch are entries of the drive: names, numbers, bytes, handles, changes."""

from contextlib import suppress
from pathlib import Path

import pytest
import sound
from originals import Originals
from tests_support import describe
from toybranch import FOLDER, SONG, ToyBranch, toy_branch

from drive.albums import ME, names, read, target
from drive.conftest import Make, Place
from musfuse.app.library import Library
from musfuse.drive import CacheHint
from musfuse.errors import IsAFolderError, NoEntryError, NotAFolderError, SourceChangedError
from musfuse.library.naming import Settled
from musfuse.model import NodeKind

TAGS = {"artist": "A", "album": "B"}
ALIAS = f"{FOLDER}/{SONG}.flac"


def toy_of(library: Library) -> ToyBranch:
    (toy,) = (branch for branch in library.drive.tree._branches if isinstance(branch, ToyBranch))
    return toy


def test_its_files_are_on_the_drive(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", **TAGS, title="One")
    library = make_library(branches=[toy_branch])
    drive, toy = library.drive, toy_of(library)
    assert names(library, "") == [FOLDER, "A"]
    assert names(library, FOLDER) == ["a.txt", f"{SONG}.flac", "Zwei.bin"]
    assert drive.attr(FOLDER).kind is NodeKind.FOLDER
    for name, data in toy.files.items():
        assert read(library, f"{FOLDER}/{name}") == data
    listed = {entry.name: entry for entry in drive.list(FOLDER, sized=True)}
    for name, entry in listed.items():
        attr = drive.attr(f"{FOLDER}/{name}")
        assert (entry.node, entry.size, entry.mtime_ns) == (attr.node, attr.size, attr.mtime_ns)
    for path in (f"{FOLDER}/none", f"{FOLDER}/A.TXT", f"{FOLDER}/{FOLDER}", f"{FOLDER}/A"):
        with pytest.raises(NoEntryError):
            drive.attr(path)
    with pytest.raises(NotAFolderError):
        drive.list(f"{FOLDER}/a.txt")
    with pytest.raises(IsAFolderError):
        drive.open(FOLDER)


def test_a_track_under_another_name_is_another_file_of_the_same_bytes(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", **TAGS, title="One")
    library = make_library(branches=[toy_branch], index__background=False)
    assert library.drive.entry(ALIAS).size is None
    alias = read(library, ALIAS)
    assert library.drive.entry(ALIAS).size == library.drive.entry("A/B/One.flac").size == len(alias)
    assert read(library, "A/B/One.flac") == alias
    assert library.drive.attr(ALIAS).node != library.drive.attr("A/B/One.flac").node


def test_it_is_hidden_as_long_as_the_track_is(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", **TAGS, title="One")
    library = make_library(branches=[toy_branch], view__unindexed="hide", index__background=False)
    with pytest.raises(NoEntryError):
        library.drive.attr("A/B/One.flac")
    assert names(library, FOLDER) == ["a.txt", "Zwei.bin"]
    with pytest.raises(NoEntryError):
        library.drive.attr(ALIAS)


def test_a_track_that_changes_is_another_one_under_each_name(
    make_library: Make, music: Path, kept_at: Originals
) -> None:
    path = sound.write(music / "1.flac", 200_000, **TAGS, title="One")
    library = make_library(branches=[toy_branch])
    drive = library.drive
    before = path.read_bytes()
    opened = drive.open(ALIAS)
    assert drive.read_at(opened.handle, 0, 1000) == before[:1000]
    sound.write(music.parent / "new.flac", 400_000, seed=2, **TAGS, title="One").replace(path)
    with suppress(*kept_at.older):
        assert drive.read_at(opened.handle, 50_000, 1000) == before[50_000:51_000]
    drive._items.freshness.forget()
    again = drive.open(ALIAS)
    assert (again.node, again.hint) == (opened.node, CacheHint.BYPASS)
    assert again.size == path.stat().st_size
    assert drive.read_at(again.handle, 0, again.size) == path.read_bytes() == read(library, "A/B/One.flac")
    with pytest.raises(SourceChangedError):
        drive.read_at(opened.handle, len(before) - 10, 100)
    drive.close(opened.handle)
    drive.close(again.handle)


def test_tags_that_change_show_under_each_name(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", **TAGS, title="One")
    library = make_library(branches=[toy_branch])
    before = read(library, ALIAS)
    node = library.drive.attr(ALIAS).node
    library.tagging.set(target("title:One"), ["title=Other", "comment=" + "long " * 20_000], ME)
    library.drive.forget_folders({library.drive.attr(FOLDER).node})
    after = read(library, ALIAS)
    assert library.drive.attr(ALIAS).node == node
    assert len(after) > len(before)
    assert after == read(library, "A/B/Other.flac")


def test_a_branch_that_changes_is_looked_up_again_where_it_says_so(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", **TAGS, title="One")
    library = make_library(branches=[toy_branch])
    drive, toy = library.drive, toy_of(library)
    opened = drive.open(f"{FOLDER}/a.txt")
    kept = drive.attr("A/B/One.flac")
    toy.files["a.txt"] = b"other words\n"
    assert drive.attr(f"{FOLDER}/a.txt").size == opened.size
    toy.forgotten.clear()
    drive.forget_folders({drive.attr(FOLDER).node})
    assert toy.forgotten == [{drive.attr(FOLDER).node}]
    assert drive.attr(f"{FOLDER}/a.txt").size == len(b"other words\n")
    assert read(library, f"{FOLDER}/a.txt") == b"other words\n"
    with pytest.raises(SourceChangedError):
        drive.read_at(opened.handle, 0, 100)
    drive.close(opened.handle)
    assert drive.attr("A/B/One.flac") == kept
    del toy.files["a.txt"]
    drive.forget(Settled(everywhere=True))
    with pytest.raises(NoEntryError):
        drive.attr(f"{FOLDER}/a.txt")


@pytest.mark.parametrize("everywhere", [False, True])
def test_what_is_looked_up_while_it_is_forgotten_is_not_kept(
    make_library: Make, music: Path, monkeypatch: pytest.MonkeyPatch, everywhere: bool
) -> None:
    sound.write(music / "1.flac", **TAGS, title="One")
    library = make_library(branches=[toy_branch])
    drive, toy = library.drive, toy_of(library)

    def forget(folders: object) -> None:
        assert drive.attr(f"{FOLDER}/a.txt").size == 6  # as another thread would, a moment before
        toy.files["a.txt"] = b"other words\n"

    folder = drive.attr(FOLDER).node
    monkeypatch.setattr(toy, "forget", forget)
    drive.invalidate() if everywhere else drive.forget_folders({folder})
    assert drive.attr(f"{FOLDER}/a.txt").size == 12


def test_the_library_comes_first_where_both_have_a_name(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", artist=FOLDER, album="B", title="One")
    library = make_library(branches=[toy_branch])
    assert names(library, "") == [FOLDER]
    assert names(library, FOLDER) == ["B"]
    assert read(library, f"{FOLDER}/B/One.flac")


def test_info_tells_what_a_branch_tells(make_library: Make, music: Path, place: Place) -> None:
    sound.write(music / "1.flac", **TAGS, title="One")
    library = make_library(branches=[toy_branch])
    facts = describe(library, f"{FOLDER}/a.txt")
    assert (facts["kind"], facts["size"], facts["more"]) == ("file", 6, {"toy": True})
    assert facts["layout"] == [{"bytes": 6, "what": "hello"}]
    assert describe(library, FOLDER)["entries"] == 3
    assert describe(library, ALIAS)["source"] == place(music / "1.flac")
