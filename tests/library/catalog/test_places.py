"""Where items want to be, by view."""

from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog import Nodes, places, trees
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.catalog.places import Place
from musfuse.library.catalog.todo import due
from musfuse.library.names import name_key
from musfuse.model import Rendition

A, B = name_key("A"), name_key("B")


def place(rendition: Rendition, folder: str = "A") -> Place:
    return Place(rendition, folder, name_key(folder), "name", 100)


def item_of(desk: Desk, path: str = "1.wav") -> int:
    row = desk.tracks.at(desk.source().uid, path, 0)
    assert row is not None
    return row.track.id


def test_a_view_is_made_once_with_its_root(desk: Desk) -> None:
    with desk.database.write() as db:
        other = trees.add_view(db, "other")
        assert trees.add_view(db, "other") == other != MAIN
        assert trees.add_view(db, "main") == MAIN
    assert Nodes(desk.database).root().id == 1
    root = Nodes(desk.database, other).root()
    assert root.id != 1
    assert root.parent == 0
    assert Nodes(desk.database, other).counts() == (0, 0)


def test_the_folders_that_an_item_comes_to_and_leaves_are_settled(desk: Desk) -> None:
    desk.put("1.wav")
    item = item_of(desk)
    with desk.database.write() as db:
        db.execute("DELETE FROM todo")
        other = trees.add_view(db, "other")
        places.put(db, other, {item: place(Rendition.WAV, "A")})
        assert due(db, places.settle_key(other), 9) == [A]
        assert due(db, places.settle_key(MAIN), 9) == []
        db.execute("DELETE FROM todo")
        places.put(db, other, {item: place(Rendition.WAV, "B")})
        assert due(db, places.settle_key(other), 9) == [A, B]
        db.execute("DELETE FROM todo")
        places.put(db, other, {item: None})
        assert due(db, places.settle_key(other), 9) == [B]


def test_candidates_are_what_names_are_made_from(desk: Desk) -> None:
    desk.put("x/1.wav", tags(title="T", artist="A"))
    item = item_of(desk, "x/1.wav")
    with desk.database.write() as db:
        (found,) = places.candidates(db, [item, 999_999])
    assert (found.id, found.root, found.path, found.tags.first("title")) == (item, "/src", "x/1.wav", "T")
    assert not any((found.edited, found.hidden, found.cut, found.various, found.several_discs, found.fails))
