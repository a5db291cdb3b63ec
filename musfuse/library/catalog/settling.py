"""The nodes of a tree, made what its places want: who gets a name that several want, how a folder is spelled.

Items are ranked by the position of their source, then by their path in it, then by their part, so that the result does
not depend on the order in which items came.

A folder has each name key once (UNIQUE in the schema, checked at every row that is written, not at the end of a
statement). Two items that change names would break that in the middle: so all that change are parked first under a key
that no name can have (`/` and the node's id; a name holds no slash), and then each gets its own.
"""

import json
import sqlite3
import time
from collections.abc import Iterable

from musfuse.library.catalog import copies
from musfuse.library.catalog.rows import from_blob, join
from musfuse.library.names import assign, name_key

_NUMBER = """(SELECT coalesce(n.number, n.id) FROM tree t JOIN view v ON v.id = t.view AND v.tree <> t.id
  JOIN node n ON n.item = ?5 AND n.tree = v.tree WHERE t.id = ?1)"""
"""The inode number that an item has in the tree which this one is made to replace; NULL for none."""
_ARRANGED = """SELECT f.name, f.kept FROM arranged_folder f JOIN tree t ON t.view = f.view
  WHERE t.id = ? AND f.path_key = ?"""
_NOBODY = "~"
"""In place of the owner of a folder in which no item is; behind all ranks."""


def settle(db: sqlite3.Connection, tree: int, dirty: Iterable[str]) -> int:
    """Make the nodes of these folders, by their keys, what their items want; how many nodes changed."""
    return _Settling(db, tree).settle(set(dirty))


def folder_names(db: sqlite3.Connection, tree: int, keys: Iterable[str]) -> dict[int, str]:
    """The names of these folders and all above them, by id, as far as there are such folders."""
    wanted = json.dumps(sorted({parent for key in keys for parent in _with_parents(key)}))
    return dict(
        db.execute(
            "SELECT id, name FROM node WHERE tree = ? AND dir_key IN (SELECT value FROM json_each(?))", (tree, wanted)
        )
    )


def raise_generation(db: sqlite3.Connection) -> None:
    """Count that the tree changed."""
    db.execute(
        "INSERT INTO meta VALUES ('generation', '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )


def _with_parents(key: str) -> list[str]:
    parts = key.split("/") if key else []
    return ["/".join(parts[:n]) for n in range(len(parts) + 1)]


class _Settling:
    def __init__(self, db: sqlite3.Connection, tree: int) -> None:
        self._db, self._tree = db, tree
        self._any_copies = copies.any_beside(db, tree)

    def settle(self, dirty: set[str]) -> int:
        changed = 0
        # In one order, whatever the set's is, so that the same nodes are made in the same order.
        for key in sorted(dirty, key=lambda k: (k.count("/"), k)):
            changed += self._settle_folder(key)
        # Then from the deepest up, once all files are in place: an emptied folder may empty the one that holds it, and
        # a folder is spelled as its best item wants, which may lie far below.
        todo = {parent for key in dirty for parent in _with_parents(key)}
        for key in sorted(todo, key=lambda k: -k.count("/") - bool(k)):
            changed += self._settle_spelling(key)
        return changed

    def _settle_folder(self, key: str) -> int:
        """Give the files of one folder their names, with a number where another item or a folder has the name; how many
        nodes changed. Names of folders are taken before those of files: a file gives way to a folder, never the other
        way, or a whole album would move for the name of a file."""
        db, tree = self._db, self._tree
        wants = db.execute(
            "SELECT p.item, p.name, p.name_limit, p.dir, o.position, o.path, o.name, i.part, p.fixed FROM place p"
            " JOIN item i ON i.id = p.item JOIN original o ON o.file = i.file WHERE p.tree = ? AND p.dir_key = ?",
            (tree, key),
        ).fetchall()
        known = folder = self._existing_folder(key)
        if folder is None and (wants or self._is_kept(key)):
            folder = self._folder(key, wants[0][3] if wants else key)
        if folder is None or not (wants or self._has_files(folder)):
            return int(folder is not None and known is None)
        wants.sort(key=lambda row: (-row[8], row[4], join(from_blob(row[5]), from_blob(row[6])), row[7]))
        # `+item`: else SQLite takes the index of items, and walks through all folders that there are.
        taken = {
            row[0] for row in db.execute("SELECT name_key FROM node WHERE parent = ? AND +item IS NULL", (folder,))
        }
        taken |= {copy.key for copy in copies.shown(db, folder)} if self._any_copies else set()
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
            return int(known is None)
        # Parked before anything else, wherever these nodes are: an item that comes from another folder brings its node.
        for item in changed:
            db.execute("UPDATE node SET name_key = '/' || id WHERE item = ? AND tree = ?", (item, tree))
        for node in gone:
            self._leave(node, key)
        for item in changed:
            name = names[item]
            db.execute(
                "INSERT INTO node (tree, parent, name, name_key, item, owner, mtime_ns, number)"
                f" VALUES (?1, ?2, ?3, ?4, ?5, '', 0, {_NUMBER})"
                " ON CONFLICT (item, tree) WHERE item IS NOT NULL DO UPDATE SET parent = excluded.parent,"
                " name = excluded.name, name_key = excluded.name_key",
                (tree, folder, name, name_key(name), item),
            )
        db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (time.time_ns(), folder))
        return len(changed) + len(gone)

    def _leave(self, node: int, key: str) -> None:
        """The item of a node does not want to be in this folder any more: remove the node, or leave it to the folder
        that the item wants. The node is kept then, because its id is the inode number of the file, the same for
        life."""
        wanted = self._db.execute(
            "SELECT p.dir_key FROM node n JOIN place p ON p.item = n.item AND p.tree = n.tree WHERE n.id = ?", (node,)
        ).fetchone()
        if wanted is None or wanted[0] == key:
            self._db.execute("DELETE FROM node WHERE id = ?", (node,))
        else:  # that folder takes the node over when it is settled; until then the node is parked here
            self._db.execute("UPDATE node SET name_key = '/' || id WHERE id = ?", (node,))

    def _has_files(self, folder: int) -> bool:
        """Whether a file is in a folder: one that has only folders, maybe many, is settled when each of them goes."""
        found = "SELECT 1 FROM node WHERE parent = ? AND +item IS NOT NULL LIMIT 1"
        return self._db.execute(found, (folder,)).fetchone() is not None

    def _existing_folder(self, key: str) -> int | None:
        row = self._db.execute("SELECT id FROM node WHERE tree = ? AND dir_key = ?", (self._tree, key)).fetchone()
        return row[0] if row else None

    def _folder(self, key: str, spelling: str) -> int:
        """The folder's node, made with its parents where they are missing."""
        found = self._existing_folder(key)
        if found is not None:
            return found
        parent_key, _, leaf_key = key.rpartition("/")
        parent_name, _, leaf = spelling.rpartition("/")
        arranged = self._db.execute(_ARRANGED, (self._tree, key)).fetchone()
        leaf = arranged[0] if arranged else leaf
        parent = self._folder(parent_key, parent_name)
        now, db = time.time_ns(), self._db
        # A file that has the name already makes room. It is parked while the folder's row goes in, and the parent is
        # settled again below, with the folder's name taken: that gives the file a number.
        squatter = db.execute("SELECT id FROM node WHERE parent = ? AND name_key = ?", (parent, leaf_key)).fetchone()
        if squatter:
            db.execute("UPDATE node SET name_key = '/' || id WHERE id = ?", squatter)
        folder = db.execute(
            "INSERT INTO node (tree, parent, name, name_key, dir_key, owner, mtime_ns) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " RETURNING id",
            (self._tree, parent, leaf, leaf_key, key, _NOBODY, now),
        ).fetchone()[0]
        db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (now, parent))
        if squatter:
            # No item wants an empty name, so settling sees that this one has to change.
            db.execute("UPDATE node SET name = '' WHERE id = ?", squatter)
            self._settle_folder(parent_key)
        return int(folder)

    def _is_kept(self, key: str) -> bool:
        """Whether a folder is shown with nothing in it."""
        row = self._db.execute(_ARRANGED, (self._tree, key)).fetchone()
        return bool(row and row[1])

    def _settle_spelling(self, key: str) -> int:
        """Remove a folder that became empty, unless somebody wants it so; else spell it as somebody did, or as its
        best-ranked item, at whatever depth below it, wants; how many nodes changed.

        `owner` holds that item's rank and the path of its folder as it wants it spelled. So the best of a folder is the
        least of its own files' ranks and of the owners of the folders in it, which are settled already; nothing further
        below is read. The rank is text that sorts as it should: the position with zeros in front, then the path as hex.
        """
        db = self._db
        row = db.execute(
            "SELECT id, parent, name, owner FROM node WHERE tree = ? AND dir_key = ?", (self._tree, key)
        ).fetchone()
        if row is None or not key:
            return 0
        node, parent, name, owner = row
        best = db.execute(
            "SELECT min(rank) FROM (SELECT min(owner) AS rank FROM node WHERE parent = ? AND +item IS NULL UNION ALL"
            " SELECT min(printf('%08d', o.position) || hex(o.path) || iif(o.path = x'', '', '2F') || hex(o.name)"
            " || printf('/%06d', i.part) || ' ' || p.dir) FROM place p JOIN item i ON i.id = p.item"
            " JOIN original o ON o.file = i.file WHERE p.tree = ? AND p.dir_key = ?)",
            (node, self._tree, key),
        ).fetchone()[0]
        arranged = db.execute(_ARRANGED, (self._tree, key)).fetchone()
        if best is None and not (arranged and arranged[1]):
            db.execute("DELETE FROM node WHERE id = ?", (node,))
            db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (time.time_ns(), parent))
            # The name is free: a file beside it that had a number for its sake may have the plain name now.
            return 1 + self._settle_folder(key.rpartition("/")[0])
        best = best or _NOBODY
        spelling = arranged[0] if arranged else _spelled(best, key, name)
        if best == owner and spelling == name:
            return 0
        db.execute("UPDATE node SET name = ?, owner = ? WHERE id = ?", (spelling, best, node))
        return int(spelling != name)


def _spelled(best: str, key: str, name: str) -> str:
    """How the owner of a folder spells it; as it is where it has none."""
    return name if best == _NOBODY else best.partition(" ")[2].split("/")[key.count("/")]
