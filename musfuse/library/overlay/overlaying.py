"""Overlaying: what overlays say, brought into the catalog, where naming, listing and serving find it.

The catalog can be made again; what overlays say lies in user.db. `meta.overlay_seq` tells which change the catalog
knows, so that what a kill cut off is caught up with.
"""

import json
import logging
import sqlite3
from collections.abc import Iterable

from musfuse.errors import StoreError
from musfuse.library.catalog import Database
from musfuse.library.catalog.departures import Departures
from musfuse.library.catalog.rows import dump_art, from_blob, join, to_blob
from musfuse.library.overlay.collector import MetaCollector
from musfuse.library.overlay.value import Overlay, merge, overlay_key, split_key
from musfuse.model import SourceFile, Stamp, TagSet

log = logging.getLogger(__name__)

_BATCH = 1000
_SELECT = """
SELECT t.id, t.part, t.tags, t.merged, t.art, t.edited_ns, s.uid, d.path, f.name
  FROM track t JOIN file f ON f.id = t.file JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source
 WHERE t.overlaid = 0 LIMIT ?
"""


class Overlaying:
    """Keeps `merged`, `art`, `edited_ns` of the tracks what their overlays say."""

    def __init__(self, database: Database, collector: MetaCollector) -> None:
        self._db, self._collector = database, collector

    def catch_up(self) -> bool:
        """Have looked at what changed in user.db while the catalog was not told; whether there was anything."""
        known, last = int(self._db.meta("overlay_seq") or 0), self._collector.last()
        if known == last:
            return False
        if 0 < last - known <= 100 and known >= 0:
            for seq in range(known + 1, last + 1):
                self.mark(self._collector.keys_of(seq))
                self._settle(self._collector.change(seq).departures)
        else:  # user.db is another one than before, or much newer
            with self._db.write() as db:
                db.execute("UPDATE track SET overlaid = 0")
        self._db.set_meta("overlay_seq", str(last))
        return True

    def mark(self, keys: Iterable[str]) -> None:
        """The overlays of these tracks changed."""
        with self._db.write() as db:
            for key in keys:
                uid, path, part = split_key(key)
                folder, _, name = path.rpartition("/")
                db.execute(
                    "UPDATE track SET overlaid = 0 WHERE part = ? AND file IN (SELECT f.id FROM file f"
                    " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
                    " WHERE s.uid = ? AND d.path = ? AND f.name = ?)",
                    (part, uid, to_blob(folder), to_blob(name)),
                )

    def adopt(self, seq: int, keys: Iterable[str], departures: str = "") -> None:
        """A change of these tracks was just made, with which these departures are settled: look at them with the next
        `run`."""
        if int(self._db.meta("overlay_seq") or 0) != seq - 1:
            self.catch_up()  # an earlier change was cut off before the catalog heard of it
        with self._db.write():
            self.mark(keys)
            self._settle(departures)
            self._db.set_meta("overlay_seq", str(seq))

    def _settle(self, departures: str) -> None:
        if departures:
            Departures(self._db).settle(departures)

    def run(self) -> int:
        """Look at every track that is new or was marked; how many changed. Each batch is one transaction."""
        if next(iter(self._collector.keys()), None) is None:
            with self._db.write() as db:
                db.execute("UPDATE track SET overlaid = 1 WHERE overlaid = 0 AND merged IS NULL AND art IS NULL")
        changed = 0
        while True:
            with self._db.write() as db:
                rows = db.execute(_SELECT, (_BATCH,)).fetchall()
                changed += sum(self._overlay(db, row) for row in rows)
            if len(rows) < _BATCH:
                return changed

    def _overlay(self, db: sqlite3.Connection, row: tuple[object, ...]) -> bool:
        track, part, tags, merged, art, edited, uid, folder, name = row
        assert isinstance(folder, bytes)
        assert isinstance(name, bytes)
        file = SourceFile(str(uid), join(from_blob(folder), from_blob(name)), Stamp(0, 0))
        damage = ""
        try:
            overlay = self._collector.load_overlay(overlay_key(file, int(str(part))))
        except StoreError as error:  # one that cannot be read does not stop the others
            log.warning("%s: %s", file.path, error)
            overlay, damage = Overlay(), str(error)
        embedded = TagSet(json.loads(str(tags)))
        after = merge(embedded, overlay)
        wanted = json.dumps(dict(after)) if after != embedded else None
        wanted_art = dump_art(overlay.art())
        if (wanted, wanted_art, overlay.edited_ns) == (merged, art, edited):
            db.execute(
                "UPDATE track SET overlaid = 1, untagged = iif(?1 = '', untagged, ?1) WHERE id = ?2", (damage, track)
            )
            return False
        db.execute(
            "UPDATE track SET overlaid = 1, merged = ?, art = ?, edited_ns = ?, named = 0,"
            " version = version + 1, size = NULL, untagged = ? WHERE id = ?",
            (wanted, wanted_art, overlay.edited_ns, damage, track),
        )
        return True
