"""Tracks that may be those of another program's library: by the files of a folder, by names of files, and all."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.nodes import MAIN, TREE
from musfuse.library.catalog.playlists import FoundPlaylists
from musfuse.library.catalog.rows import from_blob, join, load_fields, load_format, to_blob
from musfuse.library.names import name_key
from musfuse.library.overlay.value import overlay_key
from musfuse.model import SourceFile, Stamp
from musfuse.origins.places import place_in

_SELECT = """
SELECT f.name, i.id, i.public, i.part, t.embedded, t.merged, n.parent, n.name, i.facts, i.edited_ns,
       s.uid, d.path, s.root
  FROM folder d JOIN source s ON s.id = d.source JOIN file f ON f.folder = d.id JOIN item i ON i.file = f.id
  JOIN item_tags t ON t.item = i.id
  LEFT JOIN node n ON n.item = i.id AND n.tree = {tree}
 WHERE {where}
"""
_PAGE = 1000
_NO_TEXT = re.compile("[\ud800-\udfff]")
Fields = Mapping[str, tuple[str, ...]]


class Candidate(NamedTuple):
    """A track: the name of its file, and what is kept of its tags; where it is on the drive, `parent` the number of a
    folder there, None for nowhere. Something is said over its tags where it was edited (`edited_ns` is not 0)."""

    name: bytes
    id: int
    public: int | None
    part: int
    embedded_text: str
    merged_text: str | None
    parent: int | None
    shown: str | None
    facts: str
    edited_ns: int
    uid: str
    folder: bytes
    root: bytes

    @property
    def embedded(self) -> Fields:
        """The tags of its original."""
        return load_fields(self.embedded_text)

    @property
    def tags(self) -> Fields:
        """The tags that are served."""
        return load_fields(self.merged_text or self.embedded_text)

    @property
    def key(self) -> str:
        """The key of its overlay."""
        path = join(from_blob(self.folder), from_blob(self.name))
        return overlay_key(SourceFile(self.uid, path, Stamp(0, 0)), self.part)

    @property
    def source(self) -> str:
        """The place of its original as people write it."""
        return place_in(from_blob(self.root), join(from_blob(self.folder), from_blob(self.name)))

    @property
    def seconds(self) -> float | None:
        """Its length; None where it is not known."""
        duration = load_format(self.facts).duration_ns
        return None if duration is None else duration / 1e9


class Candidates(FoundPlaylists):
    """Queries over original and item. May be used from many threads."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    def of_folder(self, folder: int) -> list[Candidate]:
        """The tracks of the files of a folder, by its number."""
        return self._rows("d.id = ? AND i.hidden = 0", folder)

    def at(self, source: int, path: str) -> list[Candidate]:
        """The tracks of the files of a folder of a source, by its path; none where there is no such folder, too."""
        return self._rows("d.source = ? AND d.path = ? AND i.hidden = 0", source, to_blob(path))

    def these(self, items: Collection[int]) -> list[Candidate]:
        """These tracks, by id, as far as they are there."""
        return self._rows("i.id IN (SELECT value FROM json_each(?))", json.dumps(list(items)))

    def everything(self) -> Iterator[list[Candidate]]:
        """All tracks in order of id, some at a time."""
        after = 0
        while page := self._rows("i.id > ? AND +i.hidden = 0 ORDER BY i.id LIMIT ?", after, _PAGE):
            yield page
            after = page[-1].id

    def named(self, names: Collection[bytes], limit: int) -> list[tuple[bytes, str]]:
        """Files of these names: (name, folder as people write it), so many at most. It looks at every file."""
        with self._database.read() as db:
            rows = db.execute(
                "SELECT f.name, s.root, d.path FROM file f JOIN folder d ON d.id = f.folder JOIN source s"
                " ON s.id = d.source WHERE f.problem = '' AND f.name IN (SELECT CAST(value AS BLOB) FROM json_each(?))"
                " LIMIT ?",
                (json.dumps([name.decode("utf-8", "replace") for name in names]), limit),
            ).fetchall()
        return [(name, place_in(from_blob(root), from_blob(path))) for name, root, path in rows]

    def shown_as(self, names: Collection[str], limit: int) -> list[tuple[str, int]]:
        """Files of the drive of these names, whatever their case: (name, number of the folder), so many at most. It
        looks at every entry."""
        with self._database.read() as db:
            rows = db.execute(
                f"SELECT name, parent FROM node WHERE tree = {TREE} AND item IS NOT NULL"
                " AND name_key IN (SELECT value FROM json_each(?)) LIMIT ?",
                (MAIN, json.dumps([name_key(name) for name in names]), limit),
            ).fetchall()
        return [(name, parent) for name, parent in rows]

    def on_drive(self, folder: str, name: str) -> list[Candidate]:
        """The track of a file of the drive, by its folder and its name, whatever their case; none where there is no
        such, as where bytes of a path are no text."""
        if _NO_TEXT.search(folder) or _NO_TEXT.search(name):
            return []
        return self._rows(
            f"i.hidden = 0 AND n.name_key = ? AND n.parent = (SELECT id FROM node WHERE dir_key = ? AND tree = {TREE})",
            name_key(name), name_key(folder), MAIN,
        )  # fmt: skip

    def _rows(self, where: str, *values: object) -> list[Candidate]:
        with self._database.read() as db:
            rows: list[Any] = db.execute(_SELECT.format(where=where, tree=TREE), (MAIN, *values)).fetchall()
        return [Candidate._make(row) for row in rows]
