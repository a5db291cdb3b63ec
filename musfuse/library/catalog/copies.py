"""Further entries of tracks in a view: what somebody copied to another folder, as user.db says it.

They are no nodes. An item has one place and one node in each tree, whatever it is shown as beside that; who lists a
folder adds its copies, and who gives names takes theirs for given away.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import from_blob
from musfuse.library.names import name_key, rendition_extension
from musfuse.library.userdb.arrangement import Copy
from musfuse.model import Rendition

_FOLDER = """coalesce((SELECT a.id FROM arranged_folder a WHERE a.view = t.view AND a.path_key = d.dir_key),
  iif(d.dir_key = '', 0, -1))"""
FOLDER_OF = """coalesce((SELECT id FROM arranged_folder WHERE view = ?1 AND path_key = ?2), iif(?2 = '', 0, -1))"""
"""The arranged folder of a view (?1) at a folder's key (?2), in a statement."""
_SHOWN = f"""
SELECT c.id, i.id, c.public, c.name, c.follows, p.serve, f.name FROM node d JOIN tree t ON t.id = d.tree
  JOIN arranged_copy c ON c.view = t.view AND c.folder = {_FOLDER}
  JOIN item i ON i.public = c.public JOIN place p ON p.item = i.id AND p.tree = d.tree JOIN file f ON f.id = i.file
 WHERE d.id = ? AND NOT c.gone ORDER BY c.id
"""

_NAMED = _SHOWN.replace("NOT c.gone", "NOT c.gone AND c.key IN (?, ?)")
"""Those whose names, with or without an extension, have one of two keys."""


@dataclass(frozen=True, slots=True)
class CopyShown:
    """A copy that a folder shows: of which item, and under what name."""

    id: int
    item: int
    public: int
    name: str
    follows: bool

    @property
    def key(self) -> str:
        """The key of its name."""
        return name_key(self.name)


def shown(db: sqlite3.Connection, folder: int, key: str | None = None) -> list[CopyShown]:
    """The copies that a folder shows, by its node; those with a name key, if one is given."""
    values = (folder,) if key is None else (folder, key, key.rpartition(".")[0])
    found = [
        CopyShown(number, item, public, named(name, bool(follows), Rendition(serve), from_blob(file)), bool(follows))
        for number, item, public, name, follows, serve, file in db.execute(_SHOWN if key is None else _NAMED, values)
    ]
    return found if key is None else [copy for copy in found if copy.key == key]


def named(name: str, follows: bool, rendition: Rendition, path: str) -> str:
    """The name of a copy as it is shown: one that follows has the extension of what it is served as."""
    served = rendition_extension(rendition, path) if follows else ""
    return f"{name}.{served}" if served else name


def extension(db: sqlite3.Connection, node: int) -> str:
    """The extension, without its dot, of what a track is served as, by its node."""
    row = db.execute(
        "SELECT p.serve, f.name FROM node n JOIN place p ON p.item = n.item AND p.tree = n.tree"
        " JOIN item i ON i.id = n.item JOIN file f ON f.id = i.file WHERE n.id = ?",
        (node,),
    ).fetchone()
    return rendition_extension(Rendition(row[0]), from_blob(row[1])) if row else ""


def every(db: sqlite3.Connection, view: int) -> dict[int, Copy]:
    """All copies of a view by their ids."""
    rows = db.execute("SELECT id, public, folder, name, follows, gone FROM arranged_copy WHERE view = ?", (view,))
    return {row[0]: Copy(row[1], row[2], row[3], bool(row[4]), bool(row[5])) for row in rows}


def known(db: sqlite3.Connection, number: int) -> Copy | None:
    """A copy by its id; None where it is gone."""
    row = db.execute("SELECT public, folder, name, follows, gone FROM arranged_copy WHERE id = ?", (number,)).fetchone()
    return Copy(row[0], row[1], row[2], bool(row[3]), bool(row[4])) if row else None


def of_track(db: sqlite3.Connection, view: int, public: int) -> tuple[int, Copy] | None:
    """The first copy of a track that is in the view, by the track's public id."""
    row = db.execute(
        "SELECT c.id, c.public, c.folder, c.name, c.follows FROM arranged_copy c"
        " WHERE c.view = ? AND c.public = ? AND NOT c.gone ORDER BY c.id LIMIT 1",
        (view, public),
    ).fetchone()
    return (row[0], Copy(row[1], row[2], row[3], bool(row[4]))) if row else None


def in_folder(db: sqlite3.Connection, view: int, folder: int) -> list[int]:
    """All copies that are, or were, in an arranged folder."""
    rows = db.execute("SELECT id FROM arranged_copy WHERE view = ? AND folder = ?", (view, folder))
    return [number for (number,) in rows]


def companion_names(database: Database, view: int, dir_key: str) -> frozenset[str]:
    """Name keys of the companions that somebody copied to a folder of the drive, by its key."""
    with database.read() as db:
        rows = db.execute(
            f"SELECT c.key FROM arranged_copy c WHERE c.view = ?1 AND c.public = 0 AND c.folder = {FOLDER_OF}",
            (view, dir_key),
        ).fetchall()
    return frozenset(key for (key,) in rows)


def companion(db: sqlite3.Connection, view: int, folder: int, key: str) -> int | None:
    """The id of a companion that was copied to an arranged folder, by its name key; None where there is none."""
    row = db.execute(
        "SELECT id FROM arranged_copy WHERE view = ? AND folder = ? AND key = ? AND public = 0", (view, folder, key)
    ).fetchone()
    return int(row[0]) if row else None


def folders_of(db: sqlite3.Connection, view: int, items: Sequence[int]) -> set[str]:
    """The keys of the folders in which copies of items are."""
    rows = db.execute(
        "SELECT DISTINCT coalesce(f.path_key, '') FROM json_each(?1) j CROSS JOIN item i ON i.id = j.value"
        " CROSS JOIN arranged_copy c ON c.public = i.public AND c.view = ?2"
        " LEFT JOIN arranged_folder f ON f.id = c.folder",
        (json.dumps(list(items)), view),
    )
    return {key for (key,) in rows}


def any_in(db: sqlite3.Connection, view: int) -> bool:
    """Whether anything was copied in a view."""
    return db.execute("SELECT 1 FROM arranged_copy WHERE view = ? LIMIT 1", (view,)).fetchone() is not None


def any_beside(db: sqlite3.Connection, tree: int) -> bool:
    """Whether anything was copied in the view of a tree."""
    found = "SELECT 1 FROM tree t JOIN arranged_copy c ON c.view = t.view WHERE t.id = ? LIMIT 1"
    return db.execute(found, (tree,)).fetchone() is not None


def put(db: sqlite3.Connection, view: int, number: int, copy: Copy) -> None:
    """Make a copy or change one."""
    db.execute(
        "INSERT OR REPLACE INTO arranged_copy VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (number, view, copy.track, copy.folder, copy.name, int(copy.follows), int(copy.gone), name_key(copy.name)),
    )


def drop(db: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Forget copies."""
    db.executemany("DELETE FROM arranged_copy WHERE id = ?", [(number,) for number in numbers])


class Copies:
    """Reads copies of a view, for who shows them."""

    def __init__(self, database: Database, view: int) -> None:
        self._db, self._view = database, view

    def of_folder(self, folder: int, key: str | None = None) -> list[CopyShown]:
        """The copies that a folder shows, by its node, in order of name key; those with a name key, if one is given."""
        with self._db.read() as db:
            found = shown(db, folder, key) if any_in(db, self._view) else []
        return sorted(found, key=lambda copy: copy.key)
