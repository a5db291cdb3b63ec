"""What a target means, as rows: tracks of a source's place, of a place on the drive, or all that may answer a query."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.nodes import MAIN, TREE, Node, Nodes
from musfuse.library.catalog.rows import from_blob, join, load_format, load_tags, to_blob
from musfuse.library.names import name_key
from musfuse.library.overlay.value import overlay_key
from musfuse.model import AudioFormat, NodeKind, Rendition, SourceFile, Stamp, TagSet
from musfuse.origins.places import place_in

_SELECT = """
SELECT i.id, i.public, i.part, i.facts, t.embedded, t.merged, p.serve, m.several_discs, m.various, o.uid, o.root,
       o.path, o.name, n.parent, n.name, o.size
  FROM item i JOIN item_tags t ON t.item = i.id JOIN original o ON o.file = i.file
  LEFT JOIN member m ON m.item = i.id LEFT JOIN place p ON p.item = i.id AND p.tree = {tree}
  LEFT JOIN node n ON n.item = i.id AND n.tree = {tree}
 WHERE +i.hidden = 0 AND i.id > ? AND {where} ORDER BY i.id LIMIT ?
"""
_PAGE = 500
_BEHIND_SLASH = "0"
"""The character that follows `/`: a range up to it holds everything below a folder."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A track: `inside` is the path of its original below its source, which `source_uid` names and whose `root` is;
    `path` its place on the drive, '' for none. `rendition`, `several_discs` and `various` are what it was named by."""

    id: int
    public: int
    source_uid: str
    part: int
    root: str
    inside: str
    path: str
    tags: TagSet
    embedded: TagSet
    format: AudioFormat
    rendition: Rendition
    several_discs: bool
    various: bool
    source_bytes: int

    @property
    def key(self) -> str:
        """The key under which its overlay is kept."""
        return overlay_key(SourceFile(self.source_uid, self.inside, Stamp(0, 0)), self.part)

    @property
    def source(self) -> str:
        """The place of its original as people write it: a path or a URI."""
        return place_in(self.root, self.inside)


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on the rows of _SELECT, with its values."""

    sql: str = "1"
    values: tuple[object, ...] = ()


class Targets:
    """Queries for tracks, with their places in a view; what it yields is read in pages and never held whole."""

    def __init__(self, database: Database, view: int = MAIN) -> None:
        self._db, self._nodes = database, Nodes(database, view)

    @property
    def place(self) -> str:
        """The path of the catalog, for messages."""
        return str(self._db.path.parent)

    def rows(self, where: Where) -> Iterator[Selected]:
        """The tracks for which a condition holds, in order of id."""
        after, folders, view = 0, dict[int, str](), self._nodes.view
        while True:
            with self._db.read() as db:
                rows = db.execute(
                    _SELECT.format(where=where.sql, tree=TREE), (view, view, after, *where.values, _PAGE)
                ).fetchall()
            for row in rows:
                yield self._selected(row, folders)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]
            folders.clear()

    def in_source(self, uid: str, path: str) -> Where | None:
        """A file of a source, or all below a folder of one; None where neither is known."""
        inside = to_blob(path)
        folder, _, name = inside.rpartition(b"/")
        with self._db.read() as db:
            row = db.execute("SELECT id FROM source WHERE uid = ?", (uid,)).fetchone()
            if row is None:
                return None
            source = row[0]
            if not inside:
                return Where("o.source = ?", (source,))
            file = "o.source = ? AND o.path = ? AND o.name = ?"
            if db.execute(f"SELECT 1 FROM original o WHERE {file}", (source, folder, name)).fetchone():
                return Where(file, (source, folder, name))
            if db.execute("SELECT 1 FROM folder WHERE source = ? AND path = ?", (source, inside)).fetchone() is None:
                return None
        below = (inside, inside + b"/", inside + _BEHIND_SLASH.encode())
        return Where("o.source = ? AND (o.path = ? OR (o.path > ? AND o.path < ?))", (source, *below))

    @staticmethod
    def known_as(publics: Sequence[int]) -> Where:
        """The tracks with these public ids."""
        return Where("i.public IN (SELECT value FROM json_each(?))", (json.dumps(list(publics)),))

    def on_drive(self, path: str, view: int = MAIN) -> Where | None:
        """A file of a view's drive, or all below a folder of it; None where there is neither."""
        nodes = Nodes(self._db, view)
        node = _node_at(nodes, path)
        if node is None:
            return None
        if node.kind is not NodeKind.FOLDER:
            return Where("i.id = ?", (node.track,))
        key = nodes.dir_key(node.id)
        if not key and view == MAIN:
            return Where()
        within = f"SELECT item FROM place WHERE tree = {TREE}"
        if not key:
            return Where(f"i.id IN ({within})", (view,))
        below = (key, key + "/", key + _BEHIND_SLASH)
        if view == MAIN:
            return Where("(p.dir_key = ? OR (p.dir_key > ? AND p.dir_key < ?))", below)
        return Where(f"i.id IN ({within} AND (dir_key = ? OR (dir_key > ? AND dir_key < ?)))", (view, *below))

    def track_on_drive(self, path: str) -> Where | None:
        """The track at a path of the view's drive; None for a folder, and where there is nothing."""
        node = _node_at(self._nodes, path)
        return Where("i.id = ?", (node.track,)) if node is not None and node.track is not None else None

    @staticmethod
    def these(items: Sequence[int]) -> Where:
        """These tracks, by id."""
        return Where("i.id IN (SELECT value FROM json_each(?))", (json.dumps(list(items)),))

    def _selected(self, row: Any, folders: dict[int, str]) -> Selected:
        (
            item,
            public,
            part,
            facts,
            tags,
            merged,
            rendition,
            several,
            various,
            uid,
            root,
            folder,
            name,
            parent,
            shown,
            size,
        ) = row
        embedded = load_tags(tags)
        if parent is not None and parent not in folders:
            folders[parent] = self._nodes.path(parent)
        return Selected(
            item, public or 0, uid, part, from_blob(root), join(from_blob(folder), from_blob(name)),
            join(folders[parent], shown) if parent is not None else "", load_tags(merged) if merged else embedded,
            embedded, load_format(facts), Rendition(rendition or Rendition.ORIGINAL), bool(several), bool(various),
            size,
        )  # fmt: skip


def _node_at(nodes: Nodes, path: str) -> Node | None:
    node = nodes.root()
    for part in filter(None, path.split("/")):
        child = nodes.child(node.id, name_key(part)) if node.kind is NodeKind.FOLDER else None
        if child is None:
            return None
        node = child
    return node
