"""The tree of the drive as a table: lookups by name key, listings in one order, and a generation for caches."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.errors import NoEntryError
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.renditions import unsized
from musfuse.library.catalog.rows import OF_FILE, at, from_blob
from musfuse.model import NodeKind, Rendition, Stamp, version_name

MAIN = 1
"""The view that every library has."""
TREE = "(SELECT tree FROM view WHERE id = ?)"
"""The tree that a view shows now, in a statement."""
_LOOKED_BEHIND = 2000
"""Entries at which `folders_behind` looks: as many as a large artist has."""


@dataclass(frozen=True, slots=True)
class Node:
    """An entry of the drive.

    For a file, `size` is None where it is not known under `size_token`; `rendition` tells which token counts. `source`
    is the version of its original (SourceFile.version), `mtime_ns` that one's mtime or when something was said about it
    later; of a folder, when its entries changed last. `inode`: see `number`. A further entry of a track is as the
    track's node, but for its folder and name, and has the id of its `copy`.
    """

    id: int
    parent: int
    name: str
    kind: NodeKind
    mtime_ns: int
    track: int = 0
    rendition: Rendition = Rendition.ORIGINAL
    size: int | None = None
    size_token: str = ""
    source: str = ""
    inode: int = 0
    copy: int = 0

    @property
    def number(self) -> int:
        """Its inode number: a file keeps that when the tree is made anew."""
        return self.inode or self.id


_COLUMNS = """
SELECT n.id, n.parent, n.name, n.mtime_ns, n.item, p.serve, r.size, r.token, i.edited_ns, f.size, f.mtime_ns,
       f.tag, f.ident, n.number
  FROM node n LEFT JOIN item i ON i.id = n.item LEFT JOIN file f ON f.id = i.file
  LEFT JOIN place p ON p.item = n.item AND p.tree = n.tree
  LEFT JOIN rendition r ON r.item = n.item AND r.profile = p.serve
"""


_PATHS = """
WITH RECURSIVE up (begin, folder, path) AS (
    SELECT n.id, n.parent, n.name FROM node n WHERE n.id IN (SELECT value FROM json_each(?))
    UNION ALL SELECT u.begin, n.parent, n.name || '/' || u.path FROM up u JOIN node n ON n.id = u.folder
               WHERE n.parent <> 0
) SELECT begin, path FROM up
"""


class Nodes:
    """Reads of the tree of a view; Places writes it."""

    def __init__(self, database: Database, view: int = MAIN) -> None:
        self._db, self._view = database, view

    @property
    def view(self) -> int:
        """The view whose tree it reads."""
        return self._view

    def root(self) -> Node:
        """The root folder. Raises NoEntryError where there is no such view."""
        with self._db.read() as db:
            row = db.execute(f"{_COLUMNS} WHERE n.tree = {TREE} AND n.dir_key = ''", (self._view,)).fetchone()
        if row is None:
            raise NoEntryError(f"view {self._view}: there is none")
        return _node(row)

    def of_item(self, item: int) -> Node | None:
        """The node of an item in the view; None where it has none."""
        with self._db.read() as db:
            row = db.execute(f"{_COLUMNS} WHERE n.item = ? AND n.tree = {TREE}", (item, self._view)).fetchone()
        return _node(row) if row else None

    def of_items(self, items: Sequence[int]) -> dict[int, Node]:
        """The nodes of items in the view, by item, as far as they have any."""
        with self._db.read() as db:
            rows = db.execute(
                f"{_COLUMNS} WHERE n.item IN (SELECT value FROM json_each(?)) AND n.tree = {TREE}",
                (json.dumps(list(items)), self._view),
            ).fetchall()
        return {node.track: node for node in map(_node, rows)}

    def names_of(self, items: Sequence[int]) -> dict[int, str]:
        """The names of the nodes of items in the view, by item, as far as they have any."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT n.item, n.name FROM node n"
                f" WHERE n.item IN (SELECT value FROM json_each(?)) AND n.tree = {TREE}",
                (json.dumps(list(items)), self._view),
            ).fetchall()
        return dict(rows)

    def copied_to(self, item: int) -> set[int]:
        """The folders of the view in which further entries of an item are."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT d.id FROM item i JOIN arranged_copy c ON c.public = i.public AND c.view = ?2 AND NOT c.gone"
                " LEFT JOIN arranged_folder f ON f.id = c.folder"
                f" JOIN node d ON d.tree = {TREE.replace('?', '?2')} AND d.dir_key = coalesce(f.path_key, '')"
                " WHERE i.id = ?1",
                (item, self._view),
            ).fetchall()
        return {folder for (folder,) in rows}

    def of_original(self, source_uid: str, path: str, part: int) -> Node | None:
        """The node of a part of an original (0: all of it) in the view; None where it has none."""
        with self._db.read() as db:
            row = db.execute(
                f"{_COLUMNS} WHERE n.tree = {TREE} AND n.item = (SELECT i.id FROM original o"
                " JOIN item i ON i.file = o.file"
                f" AND i.part = ? WHERE {OF_FILE})",
                (self._view, part, *at(source_uid, path)),
            ).fetchone()
        return _node(row) if row else None

    def dir_key(self, folder: int) -> str | None:
        """The key of a folder's path, '' for the root; None where it is gone."""
        with self._db.read() as db:
            row = db.execute("SELECT dir_key FROM node WHERE id = ?", (folder,)).fetchone()
        return row[0] if row else None

    def by_id(self, node: int) -> Node | None:
        """A node by its id; None where it is gone."""
        with self._db.read() as db:
            row = db.execute(f"{_COLUMNS} WHERE n.id = ?", (node,)).fetchone()
        return _node(row) if row else None

    def child(self, parent: int, key: str) -> Node | None:
        """The entry of a folder with this name key; a name that is no text is nowhere on the drive."""
        if any("\ud800" <= char <= "\udfff" for char in key):
            return None
        with self._db.read() as db:
            row = db.execute(f"{_COLUMNS} WHERE n.parent = ? AND n.name_key = ?", (parent, key)).fetchone()
        return _node(row) if row else None

    def children(self, parent: int, after_key: str = "", page: int = 500) -> Iterator[Node]:
        """The entries of a folder in order of name key, read in pages so that no folder is held whole.

        The first page, of `page` entries, is about what a kernel's buffer takes; later ones are larger.
        """
        while True:
            with self._db.read() as db:
                rows = db.execute(
                    f"{_COLUMNS.replace('SELECT', 'SELECT n.name_key,')} WHERE n.parent = ? AND n.name_key > ?"
                    " ORDER BY n.name_key LIMIT ?",
                    (parent, after_key, page),
                ).fetchall()
            for row in rows:
                yield _node(row[1:])
            if len(rows) < page:
                return
            after_key, page = rows[-1][0], 2000

    def folders(self, after: int, limit: int) -> list[int]:
        """Folders of the view in order of id, beginning after an id, so many at most."""
        with self._db.read() as db:
            rows = db.execute(
                f"SELECT id FROM node WHERE tree = {TREE} AND item IS NULL AND id > ? ORDER BY id LIMIT ?",
                (self._view, after, limit),
            ).fetchall()
        return [row[0] for row in rows]

    def unsized(self, parent: int, tokens: Mapping[Rendition, str]) -> list[int]:
        """Tracks in a folder whose size is not known under these tokens, in order of name key."""
        wanted, values = unsized(tokens)
        with self._db.read() as db:
            rows = db.execute(
                "SELECT n.item FROM node n JOIN place p ON p.item = n.item AND p.tree = n.tree"
                " JOIN rendition r ON r.item = n.item AND r.profile = p.serve"
                f" WHERE n.parent = ? AND {wanted} ORDER BY n.name_key",
                (parent, *values),
            ).fetchall()
        return [row[0] for row in rows]

    def folders_behind(self, node: int) -> list[tuple[str, str]]:
        """The folders, (uid of the source, path), that originals of a folder of the drive lie in, in order; of a large
        folder those of its first entries, since only so many are looked at."""
        left, folders, items = _LOOKED_BEHIND, [node], list[int]()
        with self._db.read() as db:
            while folders and left > 0:
                rows = db.execute(
                    "SELECT id, item FROM node WHERE parent = ? ORDER BY name_key LIMIT ?", (folders.pop(), left)
                ).fetchall()
                left -= 1 + len(rows)
                folders += [child for child, item in reversed(rows) if item is None]
                items += [item for _, item in rows if item is not None]
            found = db.execute(
                "SELECT DISTINCT o.uid, o.path FROM json_each(?) j CROSS JOIN item i ON i.id = j.value"
                " JOIN original o ON o.file = i.file ORDER BY o.position, o.path",
                (json.dumps(items),),
            ).fetchall()
        return [(uid, from_blob(path)) for uid, path in found]

    def by_number(self, number: int) -> int:
        """The id of the node with an inode number in the view, 0 for none."""
        with self._db.read() as db:
            row = db.execute(
                f"SELECT id FROM node WHERE number = ?1 AND tree = {TREE.replace('?', '?2')} UNION ALL"
                f" SELECT id FROM node WHERE id = ?1 AND number IS NULL AND tree = {TREE.replace('?', '?2')}",
                (number, self._view),
            ).fetchone()
        return int(row[0]) if row else 0

    def path(self, node: int) -> str:
        """A node's path on the drive, `/`-separated, without a slash in front."""
        names: list[str] = []
        with self._db.read() as db:
            while True:
                row = db.execute("SELECT parent, name FROM node WHERE id = ?", (node,)).fetchone()
                if row is None:
                    return ""
                if not row[0]:
                    return "/".join(reversed(names))
                node = row[0]
                names.append(row[1])

    def paths(self, nodes: Iterable[int]) -> dict[int, str]:
        """As `path`, of many at once, by node; those that are gone are left out."""
        with self._db.read() as db:
            rows = db.execute(_PATHS, (json.dumps(list(nodes)),)).fetchall()
        return dict(rows)  # of each node the longest comes last

    def above(self, node: int) -> tuple[int, str] | None:
        """The folder, 0 for a root, and the name of a node; None where it is gone."""
        with self._db.read() as db:
            row = db.execute("SELECT parent, name FROM node WHERE id = ?", (node,)).fetchone()
        return (row[0], row[1]) if row else None

    def generation(self) -> int:
        """The global counter, raised at each commit that changes the tree."""
        return int(self._db.meta("generation") or 0)

    def changes(self) -> int:
        """A number that changes whenever anything in the catalog, sizes included, may have changed."""
        return self._db.commits

    def counts(self) -> tuple[int, int]:
        """Folders and files on the drive."""
        with self._db.read() as db:
            row = db.execute(
                f"SELECT count(*) FILTER (WHERE item IS NULL), count(item) FROM node WHERE tree = {TREE}", (self._view,)
            ).fetchone()
        return row[0] - 1, row[1]

    def known_bytes(self) -> int:
        """The sum of the sizes that are known of the files on the drive."""
        with self._db.read() as db:
            row = db.execute(
                "SELECT coalesce(sum(CASE p.serve WHEN 'original' THEN f.size ELSE r.size END), 0)"
                " FROM place p JOIN item i ON i.id = p.item JOIN file f ON f.id = i.file"
                f" LEFT JOIN rendition r ON r.item = p.item AND r.profile = p.serve WHERE p.tree = {TREE}",
                (self._view,),
            ).fetchone()
        return int(row[0])


def _node(row: Any) -> Node:
    """A row of _COLUMNS. Listings of large folders spend most of their time here."""
    node, parent, name, mtime_ns, item, serve, size, token, edited_ns, file_size, file_mtime_ns, tag, ident, number = (
        row
    )
    if item is None:
        return Node(node, parent, name, NodeKind.FOLDER, mtime_ns)
    rendition = Rendition(serve) if serve else Rendition.ORIGINAL
    stamp = Stamp(file_size or 0, file_mtime_ns or 0, tag or "")
    return Node(
        node, parent, name, NodeKind.FILE, max(stamp.mtime_ns, edited_ns or 0), item, rendition,
        file_size if rendition is Rendition.ORIGINAL else size, token or "", version_name(stamp, ident or ""),
        number or 0,
    )  # fmt: skip
