from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.library.catalog import Database, Nodes, arranged, byhand, places
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.catalog.settling import settle

TREE = 1


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A tree with two folders that somebody made, one in the other, and a third one beside."""
    made = Database(tmp_path / "catalog.db")
    with made.write() as db:
        for folder, parent, name in ((1, 0, "a"), (2, 1, "b"), (3, 0, "ab")):
            arranged.put_folder(db, MAIN, folder, parent, name, True)
        settle(db, TREE, {"A", "A/B", "AB"})
    yield made
    made.close()


def test_a_folder_moves_with_all_below_and_keeps_its_rows(database: Database) -> None:
    nodes = Nodes(database)
    with database.write() as db:
        node, other = (nodes.child(nodes.root().id, key) for key in ("A", "AB"))
        below = nodes.child(node.id, "B") if node else None
        assert node is not None
        assert other is not None
        assert below is not None
        before = arranged.below(db, MAIN, "A")
        arranged.put_folder(db, MAIN, 1, 3, "é", True)
        byhand.move(db, TREE, node.id, other.id, "é", before)
        assert byhand.folders_below(db, TREE, "AB") == ["AB", "AB/É", "AB/É/B"]
        assert byhand.dir_key(db, below.id) == "AB/É/B"
        assert byhand.has_entries(db, other.id)
        assert not byhand.has_entries(db, other.id, but=node.id)
        assert byhand.name_of(db, TREE, "AB/É") == "é"
        assert settle(db, TREE, {"AB/É", "AB/É/B", "A"}) == 0  # nothing is to be made of it that is not so already
    assert nodes.path(below.id) == "ab/é/b"


def test_who_stands_alone_and_leaves(database: Database) -> None:
    nodes = Nodes(database)
    with database.read() as db:
        assert not byhand.stands_alone(db, TREE, 999)
        node = nodes.child(nodes.root().id, "AB")
        assert node is not None
        assert byhand.stands_alone(db, TREE, node.id)
    with database.write() as db:
        places.add(db, places.settle_key(TREE), [""])
        assert not byhand.stands_alone(db, TREE, node.id)  # its folder is to be settled
        before = node.mtime_ns
        byhand.leave(db, TREE, "AB", [])
    found = nodes.by_id(node.id)
    assert found is not None
    assert found.mtime_ns > before


def test_what_is_not_there(database: Database) -> None:
    with database.write() as db:
        assert (byhand.name_of(db, TREE, "NONE"), byhand.dir_key(db, 999), byhand.public_of(db, 9)) == (None, "", None)
        assert byhand.tracks_in(db, TREE, "A") == 0
        assert places.items_below(db, TREE, "A") == []
        byhand.know(db, "abc")
    assert database.meta(arranged.META) == "abc"
