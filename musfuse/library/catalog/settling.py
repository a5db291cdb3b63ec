"""The nodes of a view, made what its places want: who gets a name that several want, how a folder is spelled.

Ranks are source position, then source path. Two steps wherever names may change hands within a folder: first all that
change get a name key that nobody wants, then each its own.
"""

import json
import sqlite3
import time
from collections.abc import Iterable

from musfuse.library.catalog.rows import from_blob, join
from musfuse.library.names import assign, name_key


def settle(db: sqlite3.Connection, view: int, dirty: Iterable[str]) -> int:
    """Make the nodes of these folders, by their keys, what their items want; how many nodes changed."""
    return _Settling(db, view).settle(set(dirty))


def folder_names(db: sqlite3.Connection, view: int, keys: Iterable[str]) -> dict[int, str]:
    """The names of these folders and all above them, by id, as far as there are such folders."""
    wanted = json.dumps(sorted({parent for key in keys for parent in _with_parents(key)}))
    return dict(
        db.execute(
            "SELECT id, name FROM node WHERE view = ? AND dir_key IN (SELECT value FROM json_each(?))", (view, wanted)
        )
    )


def raise_generation(db: sqlite3.Connection) -> None:
    """The tree changed."""
    db.execute(
        "INSERT INTO meta VALUES ('generation', '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )


def _with_parents(key: str) -> list[str]:
    parts = key.split("/") if key else []
    return ["/".join(parts[:n]) for n in range(len(parts) + 1)]


class _Settling:
    def __init__(self, db: sqlite3.Connection, view: int) -> None:
        self._db, self._view = db, view

    def settle(self, dirty: set[str]) -> int:
        changed = 0
        for key in sorted(dirty, key=lambda k: (k.count("/"), k)):
            changed += self._settle_folder(key)
        # Deepest first: an emptied folder may empty its parent; spelling travels upward.
        todo = {parent for key in dirty for parent in _with_parents(key)}
        for key in sorted(todo, key=lambda k: -k.count("/") - bool(k)):
            changed += self._settle_spelling(key)
        return changed

    def _settle_folder(self, key: str) -> int:
        """Files of one folder: each item's node gets its name, numbered where taken."""
        db, view = self._db, self._view
        wants = db.execute(
            "SELECT p.item, p.name, p.name_limit, p.dir, o.position, o.path, o.name, i.part FROM place p"
            " JOIN item i ON i.id = p.item JOIN original o ON o.file = i.file WHERE p.view = ? AND p.dir_key = ?",
            (view, key),
        ).fetchall()
        folder = self._folder(key, wants[0][3]) if wants else self._existing_folder(key)
        if folder is None:
            return 0
        wants.sort(key=lambda row: (row[4], join(from_blob(row[5]), from_blob(row[6])), row[7]))
        # `+item`: else SQLite takes the index of items, and walks through all folders that there are.
        taken = {
            row[0] for row in db.execute("SELECT name_key FROM node WHERE parent = ? AND +item IS NULL", (folder,))
        }
        names = assign([(row[0], row[1], row[2]) for row in wants], taken)
        have = {
            item: (node, name)
            for item, node, name in db.execute(
                "SELECT item, id, name FROM node WHERE parent = ? AND +item IS NOT NULL", (folder,)
            )
        }
        changed = [item for item, name in names.items() if item not in have or have[item][1] != name]
        gone = [node for item, (node, _) in have.items() if item not in names]
        if not changed and not gone:
            return 0
        for item in changed:
            db.execute("UPDATE node SET name_key = '/' || id WHERE item = ? AND view = ?", (item, view))
        for node in gone:
            self._leave(node, key)
        for item in changed:
            name = names[item]
            db.execute(
                "INSERT INTO node (view, parent, name, name_key, item, owner, mtime_ns) VALUES (?, ?, ?, ?, ?, '', 0)"
                " ON CONFLICT (item, view) WHERE item IS NOT NULL DO UPDATE SET parent = excluded.parent,"
                " name = excluded.name, name_key = excluded.name_key",
                (view, folder, name, name_key(name), item),
            )
        db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (time.time_ns(), folder))
        return len(changed) + len(gone)

    def _leave(self, node: int, key: str) -> None:
        """A node's item wants to be in this folder no more."""
        wanted = self._db.execute(
            "SELECT p.dir_key FROM node n JOIN place p ON p.item = n.item AND p.view = n.view WHERE n.id = ?", (node,)
        ).fetchone()
        if wanted is None or wanted[0] == key:
            self._db.execute("DELETE FROM node WHERE id = ?", (node,))
        else:  # its new folder takes it over when that is settled
            self._db.execute("UPDATE node SET name_key = '/' || id WHERE id = ?", (node,))

    def _existing_folder(self, key: str) -> int | None:
        row = self._db.execute("SELECT id FROM node WHERE view = ? AND dir_key = ?", (self._view, key)).fetchone()
        return row[0] if row else None

    def _folder(self, key: str, spelling: str) -> int:
        """The folder's node, made with its parents where they are missing."""
        found = self._existing_folder(key)
        if found is not None:
            return found
        parent_key, _, leaf_key = key.rpartition("/")
        parent_name, _, leaf = spelling.rpartition("/")
        parent = self._folder(parent_key, parent_name)
        now, db = time.time_ns(), self._db
        # A file that has the name already makes room; its folder is settled again below.
        squatter = db.execute("SELECT id FROM node WHERE parent = ? AND name_key = ?", (parent, leaf_key)).fetchone()
        if squatter:
            db.execute("UPDATE node SET name_key = '/' || id WHERE id = ?", squatter)
        folder = db.execute(
            "INSERT INTO node (view, parent, name, name_key, dir_key, owner, mtime_ns) VALUES (?, ?, ?, ?, ?, '', ?)"
            " RETURNING id",
            (self._view, parent, leaf, leaf_key, key, now),
        ).fetchone()[0]
        db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (now, parent))
        if squatter:
            db.execute("UPDATE node SET name = '' WHERE id = ?", squatter)
            self._settle_folder(parent_key)
        return int(folder)

    def _settle_spelling(self, key: str) -> int:
        """Remove a folder that became empty; else show the spelling that its best-ranked item wants."""
        db = self._db
        row = db.execute(
            "SELECT id, parent, name, owner FROM node WHERE view = ? AND dir_key = ?", (self._view, key)
        ).fetchone()
        if row is None or not key:
            return 0
        node, parent, name, owner = row
        best = db.execute(
            "SELECT min(rank) FROM (SELECT min(owner) AS rank FROM node WHERE parent = ? AND +item IS NULL UNION ALL"
            " SELECT min(printf('%08d', o.position) || hex(o.path) || iif(o.path = x'', '', '2F') || hex(o.name)"
            " || printf('/%06d', i.part) || ' ' || p.dir) FROM place p JOIN item i ON i.id = p.item"
            " JOIN original o ON o.file = i.file WHERE p.view = ? AND p.dir_key = ?)",
            (node, self._view, key),
        ).fetchone()[0]
        if best is None:
            db.execute("DELETE FROM node WHERE id = ?", (node,))
            db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (time.time_ns(), parent))
            return 1 + self._settle_folder(key.rpartition("/")[0])
        spelling = best.partition(" ")[2].split("/")[key.count("/")]
        if best == owner and spelling == name:
            return 0
        db.execute("UPDATE node SET name = ?, owner = ? WHERE id = ?", (spelling, best, node))
        return int(spelling != name)
