"""Which tracks a TARGET means: a path of a source, a path on the drive, or a query."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from musfuse.errors import NotFoundError
from musfuse.library.catalog import Database, Nodes
from musfuse.library.catalog.rows import from_blob, join, to_blob
from musfuse.library.names import name_key
from musfuse.library.overlay import overlay_key
from musfuse.library.query import Query, Subject, parse_query
from musfuse.library.vocabulary import CatalogVocabulary
from musfuse.model import AudioFormat, NodeKind, Serve, SourceFile, Stamp, TagSet
from musfuse.origins import scheme_of

_SELECT = """
SELECT t.id, t.part, t.format, t.tags, t.merged, t.serve, t.several_discs, t.various,
       s.uid, s.root, d.path, f.name, n.parent, n.name
  FROM track t JOIN file f ON f.id = t.file JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source
  LEFT JOIN node n ON n.track = t.id
 WHERE t.hidden = 0 AND t.id > ? AND {where} ORDER BY t.id LIMIT ?
"""
_PAGE = 500
_BEHIND_SLASH = "0"
"""The character that follows `/`: a range up to it holds everything below a folder."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A track: `key` of its overlay, `inside` the path of its original below its source, `root`; `path` its place on
    the drive. `serve`, `several_discs` and `various` are what it was named by."""

    id: int
    key: str
    part: int
    root: str
    inside: str
    path: str
    tags: TagSet
    embedded: TagSet
    format: AudioFormat
    serve: Serve
    several_discs: bool
    various: bool

    @property
    def source(self) -> str:
        """The absolute path of its original."""
        return join(self.root, self.inside)


class Selection:
    """Resolves targets against the catalog; what it yields is read in pages and never held whole.

    `place` tells which source an absolute text lies in, (uid, path inside), None for none.
    """

    def __init__(self, database: Database, place: Callable[[str], tuple[str, str] | None]) -> None:
        self._db, self._nodes, self._place = database, Nodes(database), place

    def of(self, targets: Sequence[tuple[str, str]]) -> Iterator[Selected]:
        """The tracks of targets, each (text as it was typed, absolute path of it): paths name what they name, and all
        that is no path makes one query. Raises NotFoundError where a target means nothing, QueryError."""
        wheres: list[tuple[str, tuple[object, ...]]] = []
        terms: list[str] = []
        for text, absolute in targets:
            place = self._source_place(absolute) or self._drive_place(text)
            if place is not None:
                wheres.append(place)
            elif text.startswith(("/", "./", "../", "~")) or Path(text).is_absolute() or scheme_of(text):
                raise NotFoundError(
                    f"{text}: neither in a source of the library {self._db.path.parent} nor on its drive; "
                    "`musfuse source list` and `musfuse ls` show what is"
                )
            else:
                terms.append(text)
        query = parse_query(" ".join(terms), CatalogVocabulary(self._db)) if terms else None
        return self._checked(wheres, query, " ".join(terms))

    def vocabulary(self) -> CatalogVocabulary:
        """The fields that there are."""
        return CatalogVocabulary(self._db)

    def everything(self) -> Iterator[Selected]:
        """All tracks."""
        return self._rows("1", ())

    def _checked(
        self, wheres: Sequence[tuple[str, tuple[object, ...]]], query: Query | None, text: str
    ) -> Iterator[Selected]:
        seen: set[int] = set()
        several = len(wheres) + bool(query) > 1
        for where, values in wheres:
            for row in self._rows(where, values):
                if row.id not in seen:
                    if several:
                        seen.add(row.id)
                    yield row
        if query is not None:
            found = False
            for row in self._answers(query):
                found = True
                if row.id not in seen:
                    yield row
            if not found:
                raise NotFoundError(f"{text}: no track answers this, and it is no path on the drive or in a source")

    def _answers(self, query: Query) -> Iterator[Selected]:
        needles = query.needles()
        where = " AND ".join(["coalesce(t.merged, t.tags) LIKE ? ESCAPE '\\'"] * len(needles)) or "1"
        escaped = [n.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for n in needles]
        for row in self._rows(where, tuple(f"%{n}%" for n in escaped)):
            if query.matches(Subject(row.tags, row.source, row.format.codec, row.format.container)):
                yield row

    def _rows(self, where: str, values: Sequence[object]) -> Iterator[Selected]:
        after, folders = 0, dict[int, str]()
        while True:
            with self._db.read() as db:
                rows = db.execute(_SELECT.format(where=where), (after, *values, _PAGE)).fetchall()
            for row in rows:
                yield self._selected(row, folders)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]
            folders.clear()

    def _selected(self, row: tuple[object, ...], folders: dict[int, str]) -> Selected:
        track, part, fmt, tags, merged, serve, several, various, uid, root, folder, name, parent, shown = row
        assert isinstance(root, bytes)
        assert isinstance(folder, bytes)
        assert isinstance(name, bytes)
        path = join(from_blob(folder), from_blob(name))
        embedded = TagSet(json.loads(str(tags)))
        number = int(str(part))
        return Selected(
            int(str(track)),
            overlay_key(SourceFile(str(uid), path, Stamp(0, 0)), number),
            number,
            from_blob(root),
            path,
            join(self._folder(int(str(parent)), folders), str(shown)) if parent is not None else "",
            TagSet(json.loads(str(merged))) if merged else embedded,
            embedded,
            AudioFormat(*json.loads(str(fmt))),
            Serve(str(serve)) if serve else Serve.ORIGINAL,
            bool(several),
            bool(various),
        )

    def _folder(self, parent: int, folders: dict[int, str]) -> str:
        if parent not in folders:
            folders[parent] = self._nodes.path(parent)
        return folders[parent]

    def _source_place(self, absolute: str) -> tuple[str, tuple[object, ...]] | None:
        """A file or folder of a source."""
        found = self._place(absolute) if absolute else None
        if found is None:
            return None
        uid, inside = found[0], to_blob(found[1])
        with self._db.read() as db:
            row = db.execute("SELECT id FROM source WHERE uid = ?", (uid,)).fetchone()
            if row is None:
                return None
            source = row[0]
            folder, _, name = inside.rpartition(b"/")
            where = "d.source = ? AND d.path = ? AND f.name = ?"
            values: tuple[object, ...] = (source, folder, name)
            if db.execute(f"SELECT 1 FROM file f JOIN folder d ON d.id = f.folder WHERE {where}", values).fetchone():
                return where, values
            if not inside:
                return "d.source = ?", (source,)
            known = db.execute("SELECT 1 FROM folder WHERE source = ? AND path = ?", (source, inside)).fetchone()
        if not known:
            return None
        where = "d.source = ? AND (d.path = ? OR (d.path > ? AND d.path < ?))"
        return where, (source, inside, inside + b"/", inside + _BEHIND_SLASH.encode())

    def _drive_place(self, text: str) -> tuple[str, tuple[object, ...]] | None:
        """A file or folder on the drive."""
        node = self._nodes.root()
        for part in filter(None, text.replace("\\", "/").split("/")):  # no name on the drive has a backslash
            child = self._nodes.child(node.id, name_key(part)) if node.kind is NodeKind.FOLDER else None
            if child is None:
                return None
            node = child
        if node.kind is not NodeKind.FOLDER:
            return "t.id = ?", (node.track,)
        with self._db.read() as db:
            (key,) = db.execute("SELECT dir_key FROM node WHERE id = ?", (node.id,)).fetchone()
        if not key:
            return "1", ()
        return "(t.dir_key = ? OR (t.dir_key > ? AND t.dir_key < ?))", (key, key + "/", key + _BEHIND_SLASH)
