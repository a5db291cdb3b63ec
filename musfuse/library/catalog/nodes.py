"""The tree of the drive as a table: lookups by name key, listings in one order, and a generation for caches."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import from_blob
from musfuse.model import NodeKind, Serve, Stamp, version_name

ROOT = 1
_LOOKED_BEHIND = 2000
"""Entries at which `folders_behind` looks: as many as a large artist has."""


@dataclass(frozen=True, slots=True)
class Node:
    """An entry of the drive.

    For a file, `size` is None where it is not known under `size_token`; `serve` tells which token counts. `source` is
    the version of its original (SourceFile.version), `mtime_ns` that one's mtime or when something was said about it
    later; of a folder, when its entries changed last.
    """

    id: int
    parent: int
    name: str
    kind: NodeKind
    mtime_ns: int
    track: int = 0
    serve: Serve = Serve.ORIGINAL
    size: int | None = None
    size_token: str = ""
    source: str = ""


_COLUMNS = """
SELECT n.id, n.parent, n.name, n.mtime_ns, n.track, t.serve, t.size, t.size_token, f.mtime_ns, f.size, t.edited_ns,
       f.tag, f.ident
  FROM node n LEFT JOIN track t ON t.id = n.track LEFT JOIN file f ON f.id = t.file
"""


class Nodes:
    """Reads of the tree; `Naming` writes it."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def root(self) -> Node:
        """The root folder."""
        node = self.by_id(ROOT)
        assert node is not None
        return node

    def by_id(self, node: int) -> Node | None:
        """A node by its id."""
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

    def unsized(self, parent: int, tokens: Mapping[Serve, str]) -> list[int]:
        """Tracks in a folder whose size is not known under these tokens, in order of name key."""
        wanted = " OR ".join("(t.serve = ? AND (t.size IS NULL OR t.size_token IS NOT ?))" for _ in tokens)
        values = [v for serve, token in tokens.items() for v in (serve.value, token)]
        with self._db.read() as db:
            rows = db.execute(
                f"SELECT t.id FROM node n JOIN track t ON t.id = n.track WHERE n.parent = ? AND ({wanted})"
                " ORDER BY n.name_key",
                (parent, *values),
            ).fetchall()
        return [row[0] for row in rows]

    def folders_behind(self, node: int) -> list[tuple[str, str]]:
        """The folders, (uid of the source, path), that originals of a folder of the drive lie in, in order; of a large
        folder those of its first entries, since only so many are looked at."""
        left, folders, tracks = _LOOKED_BEHIND, [node], list[int]()
        with self._db.read() as db:
            while folders and left > 0:
                rows = db.execute(
                    "SELECT id, track FROM node WHERE parent = ? ORDER BY name_key LIMIT ?", (folders.pop(), left)
                ).fetchall()
                left -= 1 + len(rows)
                folders += [child for child, track in reversed(rows) if track is None]
                tracks += [track for _, track in rows if track is not None]
            found = db.execute(
                "SELECT DISTINCT s.uid, d.path FROM json_each(?) j CROSS JOIN track t ON t.id = j.value"
                " JOIN file f ON f.id = t.file JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
                " ORDER BY s.position, d.path",
                (json.dumps(tracks),),
            ).fetchall()
        return [(uid, from_blob(path)) for uid, path in found]

    def path(self, node: int) -> str:
        """A node's path on the drive, `/`-separated, without a slash in front."""
        names: list[str] = []
        with self._db.read() as db:
            while node != ROOT:
                row = db.execute("SELECT parent, name FROM node WHERE id = ?", (node,)).fetchone()
                if row is None:
                    return ""
                node = row[0]
                names.append(row[1])
        return "/".join(reversed(names))

    def generation(self) -> int:
        """The global counter, raised at each commit that changes the tree."""
        return int(self._db.meta("generation") or 0)

    def changes(self) -> int:
        """Another number than before where anything in the catalog, sizes included, may have changed."""
        return self._db.commits

    def counts(self) -> tuple[int, int]:
        """Folders and files on the drive."""
        with self._db.read() as db:
            row = db.execute("SELECT count(*) FILTER (WHERE track IS NULL), count(track) FROM node").fetchone()
        return row[0] - 1, row[1]

    def known_bytes(self) -> int:
        """The sum of the sizes that are known of the files on the drive."""
        with self._db.read() as db:
            row = db.execute(
                "SELECT coalesce(sum(CASE t.serve WHEN 'original' THEN f.size ELSE t.size END), 0)"
                " FROM node n JOIN track t ON t.id = n.track JOIN file f ON f.id = t.file"
            ).fetchone()
        return int(row[0])


def _node(row: tuple[object, ...]) -> Node:
    node, parent, name, mtime, track, serve, size, token, file_mtime, file_size, edited, tag, ident = row
    if track is None:
        return Node(int(str(node)), int(str(parent)), str(name), NodeKind.FOLDER, int(str(mtime)))
    served = Serve(str(serve or "original"))
    exact = file_size if served is Serve.ORIGINAL else size
    stamp = Stamp(int(str(file_size or 0)), int(str(file_mtime or 0)), str(tag or ""))
    return Node(
        int(str(node)),
        int(str(parent)),
        str(name),
        NodeKind.FILE,
        max(stamp.mtime_ns, int(str(edited or 0))),
        int(str(track)),
        served,
        None if exact is None else int(str(exact)),
        str(token or ""),
        version_name(stamp, str(ident or "")),
    )
