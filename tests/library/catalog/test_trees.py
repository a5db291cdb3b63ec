"""Views and trees as rows: one is shown, another one takes its place, and what is gone leaves nothing."""

from library.catalog.test_places import item_of, place
from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog import Nodes, places, trees
from musfuse.library.catalog.settling import settle
from musfuse.library.catalog.todo import Todo, due
from musfuse.library.names import name_key
from musfuse.model import NodeKind, Rendition


def tables(desk: Desk, tree: int) -> list[int]:
    """How many places, nodes and marks a tree has."""
    with desk.database.read() as db:
        return [
            db.execute(f"SELECT count(*) FROM {table}", (value,)).fetchone()[0]
            for table, value in (
                ("place WHERE tree = ?", tree), ("node WHERE tree = ?", tree),
                ("todo WHERE stage = ?", places.settle_key(tree)),
            )
        ]  # fmt: skip


def test_a_view_without_items_has_nothing_to_wait_for(desk: Desk) -> None:
    with desk.database.write() as db:
        early = trees.add_view(db, "early")
        assert not trees.has_items(db)
    desk.put("1.wav")
    with desk.database.write() as db:
        late = trees.add_view(db, "late")
        by_view = {tree.view: tree for tree in trees.trees(db)}
        assert (by_view[early].rules, by_view[late].rules) == ("", trees.NOTHING)
        assert trees.views(db) == {"main": 1, "early": early, "late": late}
        assert trees.tree_of(db, 99) == 0


def test_one_takes_the_place_of_another_with_the_numbers_of_its_files(desk: Desk) -> None:
    desk.put("1.wav", tags(title="T", artist="A", album="B"))
    desk.naming.run()
    item, before = item_of(desk), desk.nodes.of_item(item_of(desk))
    assert before is not None
    with desk.database.write() as db:
        old = trees.tree_of(db, 1)
        tree = trees.begin(db, 1, "rules")
        places.put(db, tree, {item: place(Rendition.FLAC, "New")})
        settle(db, tree, {str(key) for key in due(db, places.settle_key(tree), 9)})
    assert Todo(desk.database).any() is False  # what is made does not keep a start waiting
    assert desk.nodes.of_item(item) == before
    with desk.database.write() as db:
        db.execute("DELETE FROM todo")
    generation = desk.nodes.generation()
    with desk.database.write() as db:
        assert trees.show(db, tree) == old
        assert [found.id for found in trees.trees(db) if found.shown] == [tree]
        assert trees.any_gone(db)
    assert desk.nodes.generation() > generation
    after = desk.nodes.of_item(item)
    assert after is not None
    assert after.id != before.id
    assert after.number == before.number
    assert desk.nodes.by_number(before.number) == after.id
    assert desk.nodes.by_number(before.parent) == 0
    assert list(trees.TreeNames(desk.database, old)("A")) == [("B", NodeKind.FOLDER)]
    assert list(trees.TreeNames(desk.database, old)("A/B")) == [("T.flac", NodeKind.FILE)]
    assert list(trees.TreeNames(desk.database, old)("none")) == []
    with desk.database.write() as db:
        while trees.drop_some(db, 1):
            pass
    assert tables(desk, old) == [0, 0, 0]
    assert desk.nodes.of_item(item) == after
    assert Nodes(desk.database).counts() == (1, 1)


def test_what_was_begun_is_given_up_and_a_view_goes_with_all_its_trees(desk: Desk) -> None:
    desk.put("1.wav", tags(title="T"))
    desk.naming.run()
    item = item_of(desk)
    with desk.database.write() as db:
        car = trees.add_view(db, "car")
        first = trees.begin(db, car, "1")
        places.put(db, first, {item: place(Rendition.WAV, "A")})
        second = trees.begin(db, car, "2")
        trees.reached(db, second, item)
        assert [(tree.id, tree.upto) for tree in trees.trees(db) if not tree.shown] == [(second, item)]
        assert trees.progress(db, item) == (1, 1)
        trees.remove_view(db, car)
        assert [tree.view for tree in trees.trees(db)] == [1]
        while trees.drop_some(db, 10):
            pass
        assert db.execute("SELECT count(*) FROM tree").fetchone() == (1,)
        assert db.execute("SELECT profile FROM rendition").fetchall() == [("flac",)]
    assert tables(desk, first) == [0, 0, 0]


def test_a_file_that_lost_its_place_before_its_tree_was_given_up_goes_with_the_tree(desk: Desk) -> None:
    """The folder that it left is settled by nobody any more."""
    desk.put("1.wav", tags(title="T"))
    desk.naming.run()
    item = item_of(desk)
    with desk.database.write() as db:
        begun = trees.begin(db, 1, "rules")
        places.put(db, begun, {item: place(Rendition.FLAC, "A")})
        settle(db, begun, {name_key("A")})
        places.put(db, begun, {item: None})
        trees.abandon(db, 1)
        while trees.drop_some(db, 1):
            pass
    assert tables(desk, begun) == [0, 0, 0]
    assert Nodes(desk.database).counts()[1] == 1


def test_rules_are_noted(desk: Desk) -> None:
    with desk.database.write() as db:
        trees.adopt(db, 1, "text")
        assert trees.trees(db)[0].rules == "text"
        trees.begin(db, 1, "other")
        trees.abandon(db, 1)
        assert len(trees.trees(db)) == 1
