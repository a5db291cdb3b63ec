"""Which tracks come behind one: in its album, or where that is not known in its folder of the drive."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.nodes import Nodes
from musfuse.library.names import name_key

_LIMIT = 1000
_ALBUM = """
SELECT i.id, m.disc, json_extract(coalesce(t.merged, t.embedded), '$.tracknumber[0]'), f.folder, d.source, f.name,
       i.part
  FROM member m JOIN item i ON i.id = m.item JOIN item_tags t ON t.item = i.id
  JOIN file f ON f.id = i.file JOIN folder d ON d.id = f.folder
 WHERE m.album = (SELECT album FROM member WHERE item = ?) AND m.album <> 0 AND i.hidden = 0 LIMIT ?
"""
_NUMBER = re.compile(r"\s*(\d{1,6})")


class _Track(NamedTuple):
    """`number` is 0 where its tags have none."""

    item: int
    disc: int
    number: int
    folder: int
    source: int
    name: bytes
    part: int


class AlbumOrder:
    """Of the tree that a view shows. May be used from many threads."""

    def __init__(self, database: Database, nodes: Nodes) -> None:
        self._db, self._nodes = database, nodes

    def after(self, item: int, count: int) -> list[int]:
        """So many items behind one, in order of disc and track number; of several copies of a track the one that lies
        beside it."""
        with self._db.read() as db:
            tracks = [_track(row) for row in db.execute(_ALBUM, (item, _LIMIT)).fetchall()]
        this = next((track for track in tracks if track.item == item), None)
        if this is None or not this.number:
            return list(islice(self._in_folder(item), count))
        return list(islice(_behind(tracks, this), count))

    def _in_folder(self, item: int) -> Iterator[int]:
        node = self._nodes.of_item(item)
        if node is not None and node.parent:
            behind = self._nodes.children(node.parent, name_key(node.name), page=50)
            yield from (other.track for other in behind if other.track)


def _behind(tracks: list[_Track], this: _Track) -> Iterator[int]:
    here = (this.disc, this.number)
    for track in sorted(tracks, key=lambda t: (*t[1:3], t.folder != this.folder, t.source != this.source, *t[5:])):
        if (track.disc, track.number) > here:
            here = (track.disc, track.number)
            yield track.item


def _track(row: Any) -> _Track:
    item, disc, number, *where = row
    found = _NUMBER.match(str(number or ""))
    return _Track(item, disc, int(found[1]) if found else 0, *where)
