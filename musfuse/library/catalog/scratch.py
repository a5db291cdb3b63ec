"""A catalog for trial: a part of another one, copied into a database that nobody else sees and that leaves nothing.

What it holds of a view are the nodes and places of the main one.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.nodes import MAIN, TREE
from musfuse.library.catalog.rows import OF_FILE, at
from musfuse.library.catalog.trees import tree_of

_SCHEMA = """
PRAGMA foreign_keys = OFF;
-- Items and nodes that were copied; albums, compilations and folders whose items were written since.
CREATE TABLE copied (kind TEXT, id INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE touched (kind TEXT, key);
CREATE TRIGGER member_touched AFTER UPDATE ON member BEGIN
    INSERT INTO touched VALUES ('album', old.album), ('album', new.album),
        ('compilation', old.compilation_key), ('compilation', new.compilation_key);
END;
CREATE TRIGGER place_touched AFTER UPDATE ON place BEGIN
    INSERT INTO touched VALUES ('dir', old.dir_key), ('dir', new.dir_key);
END;
"""

_MAIN = TREE.replace("?", str(MAIN))

ITEMS = {
    "id": "i.id = ?",
    "album": "i.id IN (SELECT item FROM member WHERE album = ? AND album <> 0)",
    "compilation": "i.id IN (SELECT item FROM member WHERE compilation_key = ? AND compilation_key <> '')",
    "dir": f"i.id IN (SELECT item FROM place WHERE tree = {_MAIN} AND dir_key = ?)",
}
"""Conditions on i (item): one, or all that share something."""
_NODES = {
    "dir": (
        f"tree = {_MAIN} AND dir_key = ?",
        f"parent = (SELECT id FROM node WHERE tree = {_MAIN} AND dir_key = ?)",
    ),
    "top": (f"parent = (SELECT id FROM node WHERE tree = {_MAIN} AND dir_key = '') AND name_key = ?",),
}
_OF_ITEMS = {
    "item": "SELECT i.* FROM item i WHERE {}",
    "item_tags": "SELECT t.* FROM item i JOIN item_tags t ON t.item = i.id WHERE {}",
    "member": "SELECT m.* FROM item i JOIN member m ON m.item = i.id WHERE {}",
    "place": f"SELECT p.* FROM item i JOIN place p ON p.item = i.id AND p.tree = {_MAIN} WHERE {{}}",
    "arranged_item": (
        f"SELECT a.* FROM item i JOIN arranged_item a ON a.public = i.public AND a.view = {MAIN} WHERE {{}}"
    ),
    "rendition": "SELECT r.* FROM item i JOIN rendition r ON r.item = i.id WHERE {}",
    "file": "SELECT DISTINCT f.* FROM item i JOIN file f ON f.id = i.file WHERE {}",
    "folder": "SELECT DISTINCT d.* FROM item i JOIN file f ON f.id = i.file JOIN folder d ON d.id = f.folder WHERE {}",
}

_ARRANGED = {
    "arranged_folder": "id, {}, parent, name, kept, path, path_key",
    "arranged_base": "{}, key, folder",
    "arranged_item": "{}, public, folder, name, follows, gone",
    "arranged_copy": "id, {}, public, folder, name, follows, gone, key",
}
"""What is rearranged in a view, as that of another one."""

Group = tuple[str, str | int]
"""What rows share: (kind, key), the kinds being those of ITEMS, and `top`: entries of the root by their name keys."""


class Scratch(Database):
    """Made of rows of `original`, which is only read. What memory does not hold lies in a file without a name."""

    def __init__(self, original: Database) -> None:
        super().__init__(original.path, 1)
        self._original = original
        self._writer.executescript(_SCHEMA)
        with original.read() as real, self.write() as db:
            for table in ("view", "tree", "node"):
                db.execute(f"DELETE FROM {table}")
            for table, which in (
                ("source", "1"), ("watch", "1"), ("view", f"id = {MAIN}"), ("tree", f"id = {_MAIN}"),
                ("node", f"tree = {_MAIN} AND dir_key = ''"), ("arranged_folder", f"view = {MAIN}"),
                ("arranged_base", f"view = {MAIN}"), ("arranged_copy", f"view = {MAIN}"),
            ):  # fmt: skip
                self._insert(db, table, real.execute(f"SELECT * FROM {table} WHERE {which}").fetchall())

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The one connection that this database has."""
        with self.write() as db:
            yield db

    def copy(self, group: Group) -> None:
        """Copy items that share something, with all that is known of them, and the nodes of a folder."""
        kind, key = group
        with self._original.read() as real, self.write() as db:
            if kind in ITEMS:
                for table, select in _OF_ITEMS.items():
                    rows = real.execute(select.format(ITEMS[kind]), (key,)).fetchall()
                    self._insert(db, table, rows)
                    if table == "item":
                        db.executemany("INSERT OR IGNORE INTO copied VALUES ('item', ?)", [(r[0],) for r in rows])
            for condition in _NODES.get(kind, ()):
                rows = real.execute(f"SELECT * FROM node WHERE {condition}", (key,)).fetchall()
                self._insert(db, "node", rows)
                db.executemany("INSERT OR IGNORE INTO copied VALUES ('node', ?)", [(row[0],) for row in rows])

    def copy_view(self, view: int) -> None:
        """Copy all items that a view shows, with all that is known of them, as items of the main view without nodes,
        and what lies beside them."""
        shown = f"i.id IN (SELECT item FROM place WHERE tree = {TREE})"
        with self._original.read() as real, self.write() as db:
            for table, select in _OF_ITEMS.items():
                if table != "place":
                    self._insert(db, table, real.execute(select.format(shown), (view,)))
            for table, columns in _ARRANGED.items():
                db.execute(f"DELETE FROM {table}")
                rows = real.execute(f"SELECT {columns.format(MAIN)} FROM {table} WHERE view = ?", (view,))
                self._insert(db, table, rows)
            self._insert(db, "companion", real.execute("SELECT * FROM companion"))
            rows = real.execute(
                f"SELECT item, ?, serve, '', '', '', 0, 0, '' FROM place WHERE tree = {TREE}", (tree_of(db, MAIN), view)
            )
            self._insert(db, "place", rows)

    def lacks(self, group: Group) -> bool:
        """Whether an item or node that shares something was not copied."""
        kind, key = group
        queries = [("item", f"SELECT i.id FROM item i WHERE {ITEMS[kind]}")] if kind in ITEMS else []
        queries += [("node", f"SELECT id FROM node WHERE {condition}") for condition in _NODES.get(kind, ())]
        with self._original.read() as real, self.write() as db:
            return any(
                db.execute("SELECT 1 FROM copied WHERE kind = ? AND id = ?", (what, row[0])).fetchone() is None
                for what, query in queries
                for row in real.execute(query, (key,))
            )

    def touched(self) -> set[Group]:
        """The groups (album, compilation, folder, …) of items that were written, before and after."""
        with self.write() as db:
            return {
                (kind, key)
                for kind, key in db.execute("SELECT DISTINCT kind, key FROM touched")
                if key or kind == "dir"
            }

    def moved(self) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
        """Files of the drive, (folder, name) in the original and here."""
        with self._original.read() as real, self.write() as db:
            for item, parent, name in db.execute("SELECT item, parent, name FROM node WHERE item IS NOT NULL"):
                old = real.execute(
                    f"SELECT parent, name FROM node WHERE item = ? AND tree = {_MAIN}", (item,)
                ).fetchone()
                if old is not None:
                    yield old, (parent, name)

    def respelled(self) -> Iterator[int]:
        """Folders whose names are spelled in another way here."""
        with self._original.read() as real, self.write() as db:
            for node in db.execute("SELECT id, dir_key, name FROM node WHERE item IS NULL"):
                if real.execute("SELECT 1 FROM node WHERE id = ? AND dir_key = ? AND name <> ?", node).fetchone():
                    yield node[0]

    @staticmethod
    def _insert(db: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        each = iter(rows)
        first = next(each, None)
        if first is not None:
            insert = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(first))})"
            db.executemany(insert, chain([first], each))

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect("", check_same_thread=False, isolation_level=None)


def groups(database: Database, source_uid: str, path: str, part: int) -> Iterator[Group]:
    """The groups of the item of an original as they are now: first itself, then its album, its compilation and its
    folder."""
    with database.read() as db:
        row = db.execute(
            "SELECT i.id, m.album, m.compilation_key, p.dir_key FROM original o JOIN item i ON i.file = o.file"
            f" LEFT JOIN member m ON m.item = i.id LEFT JOIN place p ON p.item = i.id AND p.tree = {_MAIN}"
            f" WHERE {OF_FILE} AND i.part = ?",
            (*at(source_uid, path), part),
        ).fetchone()
    if row is not None:
        item, album, compilation, folder = row
        yield "id", item
        yield "album", album or 0
        yield "compilation", compilation or ""
        if folder is not None:
            yield "dir", folder


def any_in_root(database: Database) -> bool:
    """Whether a file lies in the root of the drive."""
    with database.read() as db:
        return db.execute(f"SELECT 1 FROM place WHERE tree = {_MAIN} AND dir_key = '' LIMIT 1").fetchone() is not None
