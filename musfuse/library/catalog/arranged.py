"""What somebody rearranged in a view: a copy of what user.db says, and what that makes of places.

An edit wins over the template: a track that was put somewhere stays there, a folder that was moved takes along what the
template would put into it, and all else is where the template says.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.nodes import TREE
from musfuse.library.catalog.places import Place
from musfuse.library.names import name_key, units

META = "arranged"
"""In the table meta: of which edits it is the copy."""
_TABLES = ("arranged_folder", "arranged_base", "arranged_item", "arranged_hidden", "arranged_copy")
_MAX_UNITS = 255


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder that is arranged: `path` from the root and its name key `key`."""

    id: int
    parent: int
    name: str
    kept: bool
    path: str
    key: str


_FOLDER = "SELECT id, parent, name, kept, path, path_key FROM arranged_folder"


def by_key(db: sqlite3.Connection, view: int, key: str) -> FolderRow | None:
    """The arranged folder with a path's name key."""
    row = db.execute(f"{_FOLDER} WHERE view = ? AND path_key = ?", (view, key)).fetchone()
    return _row(row) if row else None


def by_id(db: sqlite3.Connection, folder: int) -> FolderRow | None:
    """An arranged folder by its id."""
    row = db.execute(f"{_FOLDER} WHERE id = ?", (folder,)).fetchone()
    return _row(row) if row else None


def below(db: sqlite3.Connection, view: int, key: str) -> list[FolderRow]:
    """The arranged folder with a path's name key and all below it, the ones above first."""
    rows = db.execute(
        f"{_FOLDER} WHERE view = ?1 AND (path_key = ?2 OR (path_key > ?2 || '/' AND path_key < ?2 || '0'))"
        " ORDER BY path_key",
        (view, key),
    )
    return [_row(row) for row in rows]


def kept(db: sqlite3.Connection, view: int) -> Iterator[str]:
    """Keys of folders that are shown with nothing in them."""
    return (key for (key,) in db.execute("SELECT path_key FROM arranged_folder WHERE view = ? AND kept", (view,)))


def folders(db: sqlite3.Connection, view: int) -> list[FolderRow]:
    """All arranged folders of a view."""
    return [_row(row) for row in db.execute(f"{_FOLDER} WHERE view = ? ORDER BY id", (view,))]


def bases(db: sqlite3.Connection, view: int) -> list[tuple[str, int]]:
    """Folders of the template by their keys, and which folders show them."""
    return db.execute("SELECT key, folder FROM arranged_base WHERE view = ?", (view,)).fetchall()


def stays(db: sqlite3.Connection, view: int, page: int = 1000) -> Iterator[tuple[int, tuple[int, str, bool, bool]]]:
    """Tracks in order of public id, and where they stay: folder, name, whether that follows, whether it is gone."""
    after: int | None = None
    while True:
        rows = db.execute(
            "SELECT public, folder, name, follows, gone FROM arranged_item"
            " WHERE view = ?1 AND (?2 IS NULL OR public > ?2) ORDER BY public LIMIT ?3",
            (view, after, page),
        ).fetchall()
        for public, folder, name, follows, gone in rows:
            yield public, (folder, name, bool(follows), bool(gone))
        if len(rows) < page:
            return
        after = rows[-1][0]


def items_of(db: sqlite3.Connection, publics: Sequence[int]) -> list[int]:
    """Items by their public ids, as far as they are there."""
    found = "SELECT id FROM item WHERE public IN (SELECT value FROM json_each(?))"
    return [item for (item,) in db.execute(found, (json.dumps(list(publics)),))]


def shown_key(db: sqlite3.Connection, view: int, template: str) -> str:
    """The key of the folder of the drive that shows a folder of the template."""
    found = _based(db, view, {template}).get(template)
    return _joined(found.key, template, found.names) if found else template


def replace_hidden(db: sqlite3.Connection, view: int, rows: Sequence[tuple[int, str]]) -> None:
    """Hide these companions, (folder, name key), and no others."""
    db.execute("DELETE FROM arranged_hidden WHERE view = ?", (view,))
    db.executemany("INSERT INTO arranged_hidden VALUES (?, ?, ?)", [(view, folder, key) for folder, key in rows])


def put_folder(db: sqlite3.Connection, view: int, folder: int, parent: int, name: str, is_kept: bool) -> None:
    """Make a folder or change one; the paths of all below it follow."""
    above, before = by_id(db, parent), by_id(db, folder)
    path = f"{above.path}/{name}" if above else name
    key = f"{above.key}/{name_key(name)}" if above else name_key(name)
    if before is not None and (before.path, before.key) != (path, key):
        db.execute(
            "UPDATE arranged_folder SET path = ?1 || substr(path, ?2), path_key = ?3 || substr(path_key, ?4)"
            " WHERE view = ?5 AND path_key > ?6 || '/' AND path_key < ?6 || '0'",
            (path, len(before.path) + 1, key, len(before.key) + 1, view, before.key),
        )
    db.execute(
        "INSERT OR REPLACE INTO arranged_folder VALUES (?, ?, ?, ?, ?, ?, ?)",
        (folder, view, parent, name, int(is_kept), path, key),
    )


def arranges_at(db: sqlite3.Connection, view: int, key: str) -> bool:
    """Whether a folder, by its key, or one above it is arranged by hand."""
    row = db.execute(
        "SELECT 1 FROM arranged_folder WHERE view = ? AND path_key IN (SELECT value FROM json_each(?)) LIMIT 1",
        (view, json.dumps(_prefixes(key))),
    ).fetchone()
    return row is not None


def bases_of(db: sqlite3.Connection, folder: int) -> list[str]:
    """Folders of the template, by their keys, that a folder shows."""
    rows = db.execute("SELECT key FROM arranged_base WHERE folder = ? ORDER BY key", (folder,))
    return [key for (key,) in rows]


def base_above(db: sqlite3.Connection, view: int, key: str) -> str | None:
    """The nearest folder of the template at or above one that is shown as another; None where there is none."""
    row = db.execute(
        "SELECT key FROM arranged_base WHERE view = ? AND key IN (SELECT value FROM json_each(?))"
        " ORDER BY length(key) DESC LIMIT 1",
        (view, json.dumps(_prefixes(key))),
    ).fetchone()
    return row[0] if row else None


def put_base(db: sqlite3.Connection, view: int, key: str, folder: int) -> None:
    """Have a folder of the template shown as another one."""
    db.execute("INSERT OR REPLACE INTO arranged_base VALUES (?, ?, ?)", (view, key, folder))


def put_stay(
    db: sqlite3.Connection, view: int, public: int, folder: int, name: str, *, follows: bool, gone: bool
) -> None:
    """Have a track stay somewhere."""
    db.execute(
        "INSERT OR REPLACE INTO arranged_item VALUES (?, ?, ?, ?, ?, ?)",
        (view, public, folder, name, int(follows), int(gone)),
    )


def pin(db: sqlite3.Connection, view: int, folder: int, publics: Sequence[int]) -> None:
    """Have tracks stay in a folder, as far as nothing was said of them."""
    db.execute(
        "INSERT OR IGNORE INTO arranged_item SELECT ?, value, ?, '', 0, 0 FROM json_each(?)",
        (view, folder, json.dumps(list(publics))),
    )


def unsaid(db: sqlite3.Connection, view: int, tree: int, dir_key: str) -> list[int]:
    """Tracks, by public id, whose place is in a folder and of whom nobody said so."""
    rows = db.execute(
        "SELECT i.public FROM place p JOIN item i ON i.id = p.item WHERE p.tree = ? AND p.dir_key = ?"
        " AND i.public IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM arranged_item a WHERE a.view = ? AND a.public = i.public)",
        (tree, dir_key, view),
    )
    return [public for (public,) in rows]


def staying_in(db: sqlite3.Connection, view: int, folder: int) -> list[tuple[int, bool]]:
    """Tracks that stay in a folder, by public id, and whether they are gone from there."""
    rows = db.execute("SELECT public, gone FROM arranged_item WHERE view = ? AND folder = ?", (view, folder))
    return [(public, bool(gone)) for public, gone in rows]


def follows(db: sqlite3.Connection, view: int, public: int) -> bool:
    """Whether the extension of a track's name follows what it is served as: where somebody named it, that depends."""
    row = db.execute(
        "SELECT name = '' OR follows FROM arranged_item WHERE view = ? AND public = ?", (view, public)
    ).fetchone()
    return row is None or bool(row[0])


def drop_stay(db: sqlite3.Connection, view: int, public: int) -> None:
    """Have a track go where the template says."""
    db.execute("DELETE FROM arranged_item WHERE view = ? AND public = ?", (view, public))


def hide(db: sqlite3.Connection, view: int, folder: int, key: str) -> None:
    """Hide a companion."""
    db.execute("INSERT OR IGNORE INTO arranged_hidden VALUES (?, ?, ?)", (view, folder, key))


def unhide(db: sqlite3.Connection, view: int, folder: int, key: str) -> None:
    """Show a companion again."""
    db.execute("DELETE FROM arranged_hidden WHERE view = ? AND folder = ? AND name_key = ?", (view, folder, key))


def hidden_in(db: sqlite3.Connection, view: int, folder: int) -> list[str]:
    """Name keys of companions that a folder hides."""
    rows = db.execute("SELECT name_key FROM arranged_hidden WHERE view = ? AND folder = ?", (view, folder))
    return [key for (key,) in rows]


def drop_folder(db: sqlite3.Connection, view: int, folder: int) -> None:
    """Forget a folder, what it shows of the template, and what it hides."""
    db.execute("DELETE FROM arranged_folder WHERE id = ?", (folder,))
    db.execute("DELETE FROM arranged_base WHERE folder = ?", (folder,))
    db.execute("DELETE FROM arranged_hidden WHERE view = ? AND folder = ?", (view, folder))


def clear_folders(db: sqlite3.Connection, view: int) -> None:
    """Forget all folders of a view, and what they show of the template."""
    for table in ("arranged_folder", "arranged_base"):
        db.execute(f"DELETE FROM {table} WHERE view = ?", (view,))


def clear(db: sqlite3.Connection, view: int) -> None:
    """Forget all that is arranged in a view."""
    for table in _TABLES:
        db.execute(f"DELETE FROM {table} WHERE view = ?", (view,))


def merge(database: Database, old: int, new: int) -> None:
    """The public ids `old` and `new` are the same track, as user.db has it by now: who has the one has the other."""
    with database.write() as db:
        db.execute("UPDATE OR IGNORE arranged_item SET public = ? WHERE public = ?", (new, old))
        db.execute("DELETE FROM arranged_item WHERE public = ?", (old,))
        db.execute("UPDATE arranged_copy SET public = ? WHERE public = ?", (new, old))
        db.execute(
            "DELETE FROM arranged_item WHERE public = ?1 AND gone AND EXISTS (SELECT 1 FROM arranged_copy c"
            " WHERE c.view = arranged_item.view AND c.public = ?1 AND NOT c.gone)",
            (new,),
        )


def arranges(db: sqlite3.Connection, view: int) -> bool:
    """Whether anything is arranged in a view."""
    found = " UNION ALL ".join(f"SELECT 1 FROM {table} WHERE view = ?1" for table in _TABLES)
    return bool(db.execute(f"SELECT EXISTS ({found})", (view,)).fetchone()[0])


def arranged(db: sqlite3.Connection, view: int, wanted: Mapping[int, Place | None]) -> dict[int, Place | None]:
    """Places of items as somebody arranged them, from those that they want by the template."""
    places = dict(wanted)
    if not arranges(db, view):
        return places
    left = {item: place for item, place in places.items() if place is not None}
    for item, stays in _stays(db, view, left):
        places[item] = stays.place(left.pop(item))
    based = _based(db, view, {place.key for place in left.values()})
    for item, place in left.items():
        found = based.get(place.key)
        if found is not None:
            places[item] = found.place(place)
    return places


def hidden(database: Database, view: int, dir_key: str) -> frozenset[str]:
    """Name keys of companions that a folder of the drive, by its key, does not show."""
    with database.read() as db:
        rows = db.execute(
            "SELECT h.name_key FROM arranged_hidden h WHERE h.view = ?1 AND h.folder = coalesce("
            "(SELECT id FROM arranged_folder WHERE view = ?1 AND path_key = ?2), iif(?2 = '', 0, -1))",
            (view, dir_key),
        ).fetchall()
    return frozenset(key for (key,) in rows)


@dataclass(frozen=True, slots=True)
class _Stay:
    path: str
    key: str
    name: str
    follows: bool
    gone: bool

    def place(self, wanted: Place) -> Place | None:
        if self.gone:
            return None
        if not self.name:
            return wanted._replace(dir=self.path, key=self.key)
        name = self.name
        if self.follows and "." in wanted.name:
            name += wanted.name[wanted.name.rindex(".") :]
        limit = max(wanted.limit, min(_MAX_UNITS, units(name)))
        return wanted._replace(dir=self.path, key=self.key, name=name, limit=limit, fixed=True)


@dataclass(frozen=True, slots=True)
class _Base:
    """A folder that shows one of the template, whose path has so many names."""

    path: str
    key: str
    names: int

    def place(self, wanted: Place) -> Place:
        return wanted._replace(
            dir=_joined(self.path, wanted.dir, self.names), key=_joined(self.key, wanted.key, self.names)
        )


def _joined(path: str, rest: str, without: int) -> str:
    return "/".join([*filter(None, [path]), *rest.split("/")[without:]])


def _stays(db: sqlite3.Connection, view: int, items: Iterable[int]) -> Iterator[tuple[int, _Stay]]:
    """Where items stay, as far as somebody said it and the folder is there."""
    rows = db.execute(
        # CROSS JOIN: else SQLite walks through all that stay, once for each item
        "SELECT i.id, a.folder, a.name, a.follows, a.gone, f.path, f.path_key FROM json_each(?2) j"
        " CROSS JOIN item i ON i.id = j.value CROSS JOIN arranged_item a ON a.view = ?1 AND a.public = i.public"
        " LEFT JOIN arranged_folder f ON f.id = a.folder",
        (view, json.dumps(list(items))),
    ).fetchall()
    for item, folder, name, follows, gone, path, key in rows:
        if gone or not folder or path is not None:
            yield item, _Stay(path or "", key or "", name, bool(follows), bool(gone))


def _based(db: sqlite3.Connection, view: int, keys: set[str]) -> dict[str, _Base]:
    """For folders of the template, by their keys, what shows them, as far as they are not shown as they are."""
    prefixes = {key: _prefixes(key) for key in keys}
    wanted = {prefix for found in prefixes.values() for prefix in found}
    rows = db.execute(
        "SELECT b.key, f.path, f.path_key FROM arranged_base b JOIN arranged_folder f ON f.id = b.folder"
        " WHERE b.view = ? AND b.key IN (SELECT value FROM json_each(?))",
        (view, json.dumps(sorted(wanted))),
    )
    known = {base: _Base(path, key, base.count("/") + 1) for base, path, key in rows}
    nearest = ((key, next((p for p in reversed(found) if p in known), None)) for key, found in prefixes.items())
    return {key: known[base] for key, base in nearest if base is not None}


def _prefixes(key: str) -> list[str]:
    """A key and those of all folders above it but the root, the root's side first."""
    parts = key.split("/") if key else []
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _row(row: tuple[int, int, str, int, str, str]) -> FolderRow:
    return FolderRow(row[0], row[1], row[2], bool(row[3]), row[4], row[5])


COMPANIONS_OF = f"""
SELECT p.item AS item FROM place p WHERE p.tree = {TREE.replace("?", "?1")} AND p.dir_key = ?2
UNION ALL
SELECT i.id FROM arranged_folder f JOIN arranged_item a ON a.view = f.view AND a.folder = f.id AND a.gone
  JOIN item i ON i.public = a.public WHERE f.view = ?1 AND f.path_key = ?2
"""
"""Items whose covers and files beside them a folder of a view may show: those in it, and those that were removed from
it, since who removes the tracks of a folder one by one finds the rest where it was."""
