"""Where the tracks of a change lie on the drive before it is adopted, so that it can be told where they went."""

from collections.abc import Iterable
from itertools import islice

from musfuse.library.catalog import Database, Nodes
from musfuse.library.catalog.rows import to_blob
from musfuse.library.moves import Moves
from musfuse.library.overlay.value import split_key

_LOOKED_AT = 5000
"""Tracks of a change that are looked at: what is told of it is bounded, and so is what that costs."""


OF_KEY = """
  FROM track t JOIN file f ON f.id = t.file JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source
  LEFT JOIN node n ON n.track = t.id
 WHERE s.uid = ? AND d.path = ? AND f.name = ? AND t.part = ?
"""
"""The track with the key of an overlay, `catalog_place(key)` bound to it."""


def catalog_place(key: str) -> tuple[str, bytes, bytes, int]:
    """Source, folder, name and part of a track with this key, as the catalog has them."""
    uid, path, part = split_key(key)
    folder, _, name = path.rpartition("/")
    return uid, to_blob(folder), to_blob(name), part


class Places:
    """Notes where tracks are; `moves` tells where they are when it is called."""

    def __init__(self, database: Database, keys: Iterable[str]) -> None:
        self._database, self._nodes = database, Nodes(database)
        self._files: list[tuple[int, int, str]] = []
        with database.read() as db:
            for key in islice(keys, _LOOKED_AT):
                self._files += db.execute(
                    f"SELECT n.id, n.parent, n.name {OF_KEY} AND n.id IS NOT NULL", catalog_place(key)
                ).fetchall()
        self._folders = {parent: self._nodes.path(parent) for parent in {file[1] for file in self._files}}

    def moves(self) -> Moves:
        """What moved since."""
        found = Moves(self._folders.__getitem__, self._nodes.path, lambda node: self._nodes.by_id(node) is not None)
        with self._database.read() as db:
            for node, parent, name in self._files:
                now = db.execute("SELECT parent, name FROM node WHERE id = ?", (node,)).fetchone()
                if now is not None:
                    found.note((parent, name), now)
        return found
