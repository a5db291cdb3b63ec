"""A part of the catalog, copied for trial: what it holds, what it lacks, and that nothing of it reaches the original."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from library.catalog.test_places import item_of
from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog.scratch import Group, Scratch, any_in_root, groups
from musfuse.library.names import name_key

A, BEST = name_key("A"), name_key("A") + "/" + name_key("Best")
TABLES = ("item", "item_tags", "member", "place", "rendition", "file", "folder")


@pytest.fixture
def albums(desk: Desk) -> Desk:
    for title in ("One", "Two"):
        desk.put(f"x/{title}.wav", tags(artist="A", album="Best", title=title))
    desk.put("z/Four.wav", tags(artist="B", title="Four"))  # of no album
    desk.put("y/Three.wav", tags(artist="A", album="Rest", title="Three"))
    desk.naming.run()
    return desk


@pytest.fixture
def scratch(albums: Desk) -> Iterator[Scratch]:
    made = Scratch(albums.database)
    yield made
    made.close()


def of(desk: Desk, path: str) -> list[Group]:
    return list(groups(desk.database, desk.source().uid, path, 0))


def counts(scratch: Scratch) -> list[int]:
    with scratch.read() as db:
        return [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]


def test_what_an_item_belongs_to(albums: Desk) -> None:
    (item, album, compilation, folder) = of(albums, "x/One.wav")
    assert item == ("id", item_of(albums, "x/One.wav"))
    assert (album[0], folder) == ("album", ("dir", BEST))
    assert of(albums, "x/Two.wav")[1:] == [album, compilation, folder]
    assert of(albums, "y/Three.wav")[1] != album
    assert of(albums, "x/none.wav") == []
    assert not any_in_root(albums.database)


def test_a_copy_holds_all_that_is_known_of_what_shares_something(albums: Desk, scratch: Scratch) -> None:
    item, album, *_ = of(albums, "x/One.wav")
    assert counts(scratch) == [0] * 7
    scratch.copy(item)
    assert counts(scratch) == [1] * 7
    scratch.copy(album)
    scratch.copy(album)
    assert counts(scratch) == [2, 2, 2, 2, 2, 2, 1]


def test_what_was_not_copied_is_missed(albums: Desk, scratch: Scratch) -> None:
    item, album, _, folder = of(albums, "x/One.wav")
    assert scratch.lacks(album)
    scratch.copy(item)
    assert not scratch.lacks(item)
    assert scratch.lacks(album)  # Two is in it
    scratch.copy(album)
    assert not scratch.lacks(album)
    assert scratch.lacks(folder)  # its node
    scratch.copy(folder)
    assert not scratch.lacks(folder)
    assert scratch.lacks(("top", A))
    scratch.copy(("dir", ""))
    assert not scratch.lacks(("top", A))
    assert not scratch.lacks(("top", name_key("nobody")))
    assert not scratch.lacks(("album", 0))


def test_what_items_shared_before_and_share_now_is_touched(albums: Desk, scratch: Scratch) -> None:
    item, album, _, folder = of(albums, "x/One.wav")
    scratch.copy(item)
    assert scratch.touched() == set()
    with scratch.write() as db:
        db.execute("UPDATE place SET dir_key = 'elsewhere'")
        db.execute("UPDATE member SET album = 7, compilation_key = ''")
    touched = scratch.touched()
    assert {folder, ("dir", "elsewhere"), album, ("album", 7)} <= touched
    assert ("compilation", "") not in touched  # nothing in common
    assert ("album", 0) not in touched


def test_files_and_spellings_that_differ_from_the_original(albums: Desk, scratch: Scratch) -> None:
    for group in (*of(albums, "x/One.wav"), ("dir", A)):
        scratch.copy(group)
    with scratch.write() as db:
        db.execute("UPDATE node SET name = 'Eins.flac' WHERE name = 'One.flac'")
        db.execute("UPDATE node SET name = 'BEST' WHERE name = 'Best'")
        best = db.execute("SELECT id FROM node WHERE name = 'BEST'").fetchone()[0]
    moved = dict(scratch.moved())
    assert moved[best, "One.flac"] == (best, "Eins.flac")
    assert moved[best, "Two.flac"] == (best, "Two.flac")
    assert list(scratch.respelled()) == [best]


def test_nothing_is_written_to_the_original_or_left_on_disk(albums: Desk, scratch: Scratch, tmp_path: Path) -> None:
    before, tree, files = albums.database.commits, albums.tree(), set(tmp_path.rglob("*"))
    scratch.copy(of(albums, "x/One.wav")[1])
    with scratch.write() as db:
        db.execute("DELETE FROM item")
        db.execute("UPDATE source SET root = 'x'")
    scratch.set_meta("a", "x" * 1_000_000)
    assert (albums.database.commits, albums.tree()) == (before, tree)
    assert set(tmp_path.rglob("*")) == files
    assert albums.database.meta("a") is None
