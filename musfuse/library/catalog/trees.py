"""Views and their trees, as rows. A view shows one tree; another one may be made to take its place, in one transaction.

So a reader always finds a whole tree, and a kill leaves the old one or the new one. A tree that is replaced stays for
a while: who remembers names of it can tell which. Then it goes in pieces, since nobody looks for it any more.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from musfuse.library.catalog import arranged
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.places import settle_key
from musfuse.library.catalog.settling import raise_generation
from musfuse.library.catalog.todo import add
from musfuse.library.names import name_key
from musfuse.model import NodeKind

NOTHING = "-"
"""In place of rules: no item has a place in the tree of a view that is new to a library."""

_TREES = """
SELECT t.id, t.view, t.rules, t.upto, v.tree = t.id FROM tree t JOIN view v ON v.id = t.view ORDER BY t.id
"""


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of a view: that which is `shown`, or one that is being made, in which the items up to `upto` have their
    places. `rules` are those by which it is made."""

    id: int
    view: int
    rules: str
    upto: int | None
    shown: bool


def trees(db: sqlite3.Connection) -> list[Tree]:
    """The trees of all views, those that are shown and those that are being made."""
    return [Tree(tree, view, rules, upto, bool(shown)) for tree, view, rules, upto, shown in db.execute(_TREES)]


def views(db: sqlite3.Connection) -> dict[str, int]:
    """The ids of the views that there are, by name."""
    return dict(db.execute("SELECT name, id FROM view ORDER BY id"))


def add_view(db: sqlite3.Connection, name: str) -> int:
    """The id of the view with this name; where there is none, it is made, with nothing in it."""
    row = db.execute("SELECT id FROM view WHERE name = ?", (name,)).fetchone()
    if row is not None:
        return int(row[0])
    view = db.execute("INSERT INTO view (name, tree) VALUES (?, 0) RETURNING id", (name,)).fetchone()[0]
    rules = NOTHING if has_items(db) else ""
    db.execute("UPDATE view SET tree = ? WHERE id = ?", (_add_tree(db, view, rules, None), view))
    return int(view)


def tree_of(db: sqlite3.Connection, view: int) -> int:
    """The tree that a view shows, 0 where there is no such view."""
    row = db.execute("SELECT tree FROM view WHERE id = ?", (view,)).fetchone()
    return int(row[0]) if row else 0


def has_items(db: sqlite3.Connection) -> bool:
    """Whether there is any item, so that a tree has to be made of them."""
    return db.execute("SELECT 1 FROM item LIMIT 1").fetchone() is not None


def remove_view(db: sqlite3.Connection, view: int) -> None:
    """Remove a view; its trees are gone for everybody, and `drop_some` removes them."""
    db.execute("DELETE FROM view WHERE id = ?", (view,))
    arranged.clear(db, view)
    _abandon(db, "view = ?", view)


def begin(db: sqlite3.Connection, view: int, rules: str) -> int:
    """Begin a tree that is to take the place of a view's, in place of any that was begun before; its id."""
    abandon(db, view)
    tree = _add_tree(db, view, rules, 0)
    add(db, settle_key(tree), list(arranged.kept(db, view)))
    return tree


def abandon(db: sqlite3.Connection, view: int) -> None:
    """What was begun to take the place of a view's tree is not wanted any more."""
    _abandon(db, "view = ? AND id <> (SELECT v.tree FROM view v WHERE v.id = tree.view)", view)


def adopt(db: sqlite3.Connection, tree: int, rules: str) -> None:
    """Note that a tree is made by these rules."""
    db.execute("UPDATE tree SET rules = ? WHERE id = ?", (rules, tree))


def reached(db: sqlite3.Connection, tree: int, item: int) -> None:
    """Note that all items up to this one have their places in a tree that is being made."""
    db.execute("UPDATE tree SET upto = ? WHERE id = ?", (item, tree))


def show(db: sqlite3.Connection, tree: int) -> int:
    """Show a tree in place of the one that its view shows; that one's id."""
    (before,) = db.execute("SELECT v.tree FROM view v JOIN tree t ON t.view = v.id WHERE t.id = ?", (tree,)).fetchone()
    db.execute("UPDATE tree SET view = 0 WHERE id = ?", (before,))
    db.execute("UPDATE tree SET upto = NULL WHERE id = ?", (tree,))
    db.execute("UPDATE view SET tree = ?1 WHERE id = (SELECT view FROM tree WHERE id = ?1)", (tree,))
    raise_generation(db)
    return int(before)


def drop_some(db: sqlite3.Connection, limit: int) -> bool:
    """Remove some of a tree that is gone, with the renditions that only it wanted; whether there was any."""
    row = db.execute("SELECT id FROM tree WHERE view = 0 LIMIT 1").fetchone()
    if row is None:
        return False
    tree = row[0]
    db.execute("DELETE FROM todo WHERE stage = ?", (settle_key(tree),))  # nobody settles its folders
    places = db.execute("SELECT item, serve FROM place WHERE tree = ? LIMIT ?", (tree, limit)).fetchall()
    items = [(item, tree) for item, _ in places]
    db.executemany("DELETE FROM node WHERE item = ? AND tree = ?", items)
    db.executemany("DELETE FROM place WHERE item = ? AND tree = ?", items)
    db.executemany(
        "DELETE FROM rendition WHERE item = ?1 AND profile = ?2 AND problem = ''"
        " AND NOT EXISTS (SELECT 1 FROM place WHERE item = ?1 AND serve = ?2)",
        places,
    )
    if not places:  # what is left are folders, and files that lost their places before anybody settled that
        folders = "SELECT id FROM node WHERE tree = ? AND dir_key IS NOT NULL LIMIT ?"
        gone = [row[0] for row in db.execute(folders, (tree, limit))]
        for folder in gone:
            db.execute("DELETE FROM node WHERE parent = ? AND +item IS NOT NULL", (folder,))
            db.execute("DELETE FROM node WHERE id = ?", (folder,))
        if not gone:
            db.execute("DELETE FROM tree WHERE id = ?", (tree,))
    return True


def _add_tree(db: sqlite3.Connection, view: int, rules: str, upto: int | None) -> int:
    (tree,) = db.execute(
        "INSERT INTO tree (view, rules, upto) VALUES (?, ?, ?) RETURNING id", (view, rules, upto)
    ).fetchone()
    db.execute(
        "INSERT INTO node (tree, parent, name, name_key, dir_key, owner, mtime_ns) VALUES (?, 0, '', ?, '', '', 0)",
        (tree, str(tree)),
    )
    return int(tree)


def _abandon(db: sqlite3.Connection, which: str, view: int) -> None:
    """Give up the trees of a condition, and what is to be done for them."""
    for (tree,) in db.execute(f"SELECT id FROM tree WHERE {which}", (view,)).fetchall():
        db.execute("UPDATE tree SET view = 0 WHERE id = ?", (tree,))
        db.execute("DELETE FROM todo WHERE stage = ?", (settle_key(tree),))


class TreeNames:
    """The names in the folders of one tree, whether anybody shows it or not, as long as it is there."""

    def __init__(self, database: Database, tree: int) -> None:
        self._db, self._tree = database, tree

    def __call__(self, path: str) -> Iterator[tuple[str, NodeKind]]:
        """The names in a folder by its path, '' for the root, and what they are; none where there is no such folder."""
        key = "/".join(map(name_key, path.split("/"))) if path else ""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT name, item IS NULL FROM node"
                " WHERE parent = (SELECT id FROM node WHERE tree = ? AND dir_key = ?)",
                (self._tree, key),
            ).fetchall()
        return ((name, NodeKind.FOLDER if is_folder else NodeKind.FILE) for name, is_folder in rows)


def items_after(db: sqlite3.Connection, item: int, limit: int) -> list[int]:
    """The next items in order of id."""
    return [row[0] for row in db.execute("SELECT id FROM item WHERE id > ? ORDER BY id LIMIT ?", (item, limit))]


def progress(db: sqlite3.Connection, item: int) -> tuple[int, int]:
    """How many items there are up to this one, and in all."""
    (done, total) = db.execute("SELECT count(*) FILTER (WHERE id <= ?), count(*) FROM item", (item,)).fetchone()
    return int(done), int(total)


def any_gone(db: sqlite3.Connection) -> bool:
    """Whether a tree is to be removed."""
    return db.execute("SELECT 1 FROM tree WHERE view = 0 LIMIT 1").fetchone() is not None
