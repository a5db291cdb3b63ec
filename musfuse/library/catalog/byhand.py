"""Rows of the tree that is shown, as an edit by hand needs and changes them without anything being named anew."""

import json
import sqlite3
import time
from collections.abc import Sequence

from musfuse.library.catalog import arranged, copies
from musfuse.library.catalog.arranged import FolderRow
from musfuse.library.catalog.rows import from_blob, join
from musfuse.library.names import name_key
from musfuse.library.overlay.value import overlay_key
from musfuse.model import SourceFile, Stamp

_FOLDERS = """
SELECT dir_key FROM node WHERE tree = ?1 AND (dir_key = ?2 OR (dir_key > ?2 || '/' AND dir_key < ?2 || '0'))
 ORDER BY dir_key
"""

_LONG = 100


def know(db: sqlite3.Connection, token: str) -> None:
    """Note of which edits of user.db the catalog has a copy."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (arranged.META, token))


def public_of(db: sqlite3.Connection, item: int) -> int | None:
    """The public id of an item; None where it has none yet, or is gone."""
    row = db.execute("SELECT public FROM item WHERE id = ?", (item,)).fetchone()
    return row[0] if row else None


def overlay_keys(db: sqlite3.Connection, items: Sequence[int]) -> dict[int, str]:
    """The keys of items' overlays, as far as they are there."""
    rows = db.execute(
        "SELECT i.id, o.uid, o.path, o.name, i.part FROM item i JOIN original o ON o.file = i.file"
        " WHERE i.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(items)),),
    )
    return {
        item: overlay_key(SourceFile(uid, join(from_blob(path), from_blob(name)), Stamp(0, 0), ""), part)
        for item, uid, path, name, part in rows
    }


def dir_key(db: sqlite3.Connection, node: int) -> str:
    """The key of a folder's path, '' for the root."""
    row = db.execute("SELECT dir_key FROM node WHERE id = ?", (node,)).fetchone()
    return str(row[0]) if row else ""


def name_of(db: sqlite3.Connection, tree: int, key: str) -> str | None:
    """How a folder with a path's key is spelled; None where there is none."""
    row = db.execute("SELECT name FROM node WHERE tree = ? AND dir_key = ?", (tree, key)).fetchone()
    return row[0] if row else None


def has_entries(db: sqlite3.Connection, folder: int, but: int = 0, but_copy: int = 0) -> bool:
    """Whether anything but one node, or one copy, is in a folder."""
    found = "SELECT 1 FROM node WHERE parent = ? AND id <> ? LIMIT 1"
    if db.execute(found, (folder, but)).fetchone() is not None:
        return True
    return any(copy.id != but_copy for copy in copies.shown(db, folder))


def stands_alone(db: sqlite3.Connection, tree: int, node: int) -> bool:
    """Whether no other file of a file's folder has a number for the sake of its name, and nothing is to be settled
    there: it can leave without anybody looking through the folder."""
    found = db.execute(
        "SELECT n.parent, n.name_key, d.dir_key FROM node n JOIN node d ON d.id = n.parent WHERE n.id = ?", (node,)
    ).fetchone()
    if found is None:
        return False
    folder, key, above = found
    due = "SELECT 1 FROM todo WHERE stage = 'settle.' || ? AND key = ?"
    return not gives_numbers(db, folder, key) and db.execute(due, (tree, above)).fetchone() is None


def gives_numbers(db: sqlite3.Connection, folder: int, key: str) -> bool:
    """Whether a file of a folder may have a number for the sake of a name, by its key, or that name itself one."""
    if " (" in key or len(key) > _LONG:  # it may have a number itself, or others one behind a shortened name
        return True
    stem = key.rpartition(".")[0] or key
    numbered = "SELECT 1 FROM node WHERE parent = ?1 AND name_key > ?2 || ' (' AND name_key < ?2 || ' )' LIMIT 1"
    return db.execute(numbered, (folder, stem)).fetchone() is not None


def leave(db: sqlite3.Connection, tree: int, key: str, items: Sequence[int]) -> None:
    """Items leave a folder, by its key: those that want no place any more have no node, others are moved by who settles
    the folder to which they go."""
    db.execute(
        "DELETE FROM node WHERE tree = ?1 AND item IN (SELECT value FROM json_each(?2))"
        " AND NOT EXISTS (SELECT 1 FROM place p WHERE p.item = node.item AND p.tree = ?1)",
        (tree, json.dumps(list(items))),
    )
    db.execute("UPDATE node SET mtime_ns = ? WHERE tree = ? AND dir_key = ?", (time.time_ns(), tree, key))


def touch(db: sqlite3.Connection, folder: int) -> None:
    """The entries of a folder, by its node, changed just now."""
    db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (time.time_ns(), folder))


def remove(db: sqlite3.Connection, node: int) -> None:
    """Remove the node of an empty folder, whose name is to be another one's."""
    db.execute("DELETE FROM node WHERE id = ?", (node,))


def folders_below(db: sqlite3.Connection, tree: int, key: str) -> list[str]:
    """The keys of a folder and of all below it, the ones above first."""
    return [row[0] for row in db.execute(_FOLDERS, (tree, key))]


def tracks_in(db: sqlite3.Connection, tree: int, key: str) -> int:
    """How many items want to be in a folder."""
    (count,) = db.execute("SELECT count(*) FROM place WHERE tree = ? AND dir_key = ?", (tree, key)).fetchone()
    return int(count)


def move(db: sqlite3.Connection, tree: int, node: int, parent: int, name: str, before: Sequence[FolderRow]) -> None:
    """Move a folder's node, by the rows that it and all folders below it had, which are arranged otherwise by now:
    their places and keys follow."""
    for row in before:
        now = arranged.by_id(db, row.id)
        if now is not None and now.path != row.path:
            db.execute(
                "UPDATE place SET dir = ?, dir_key = ? WHERE tree = ? AND dir_key = ?",
                (now.path, now.key, tree, row.key),
            )
    key, moved = before[0].key, arranged.by_id(db, before[0].id)
    to = moved.key if moved else key
    db.execute(
        "UPDATE node SET parent = ?, name = ?, name_key = ?, dir_key = ? WHERE id = ?",
        (parent, name, name_key(name), to, node),
    )
    if to != key:
        db.execute(
            "UPDATE node SET dir_key = ?1 || substr(dir_key, ?2) WHERE tree = ?3 AND dir_key > ?4 || '/'"
            " AND dir_key < ?4 || '0'",
            (to, len(key) + 1, tree, key),
        )
