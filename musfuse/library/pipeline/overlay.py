"""Overlay: what overlays say, brought into the catalog, where naming, listing and serving find it.

The catalog can be made again; what overlays say lies in user.db, which commits first. `meta.overlay_seq` tells which
change the catalog knows, so that what a kill cut off is caught up with.
"""

import logging
import sqlite3
from collections.abc import Iterable

from musfuse.errors import StoreError
from musfuse.library.catalog import overlays
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.departures import Departures
from musfuse.library.catalog.rows import dump_art
from musfuse.library.catalog.todo import Watch, done, due
from musfuse.library.overlay.collector import MetaCollector
from musfuse.library.overlay.value import Overlay, merge, overlay_key, split_key
from musfuse.model import SourceFile, Stamp

log = logging.getLogger(__name__)

_BATCH = 1000


class Overlaying:
    """The stage that keeps what items carry what their overlays say."""

    name = overlays.STAGE
    after = ("cue", "identity")
    watches = (Watch.ITEM,)
    rules = "1"

    def __init__(self, database: Database, collector: MetaCollector) -> None:
        self._db, self._collector, self._overlays = database, collector, overlays.Overlays(database)

    def catch_up(self) -> bool:
        """Have the items looked at that changed in user.db while the catalog was not told; whether there were any."""
        known, last = self._overlays.known(), self._collector.last()
        if known == last:
            return False
        if 0 < last - known <= 100 and known >= 0:
            for seq in range(known + 1, last + 1):
                self.mark(self._collector.keys_of(seq))
                self._settle(self._collector.change(seq).departures)
        else:  # user.db is another one than before, or much newer
            self._overlays.mark_all()
        self._db.set_meta("overlay_seq", str(last))
        return True

    def mark(self, keys: Iterable[str]) -> None:
        """Have the items with these keys looked at: their overlays changed."""
        self._overlays.mark(split_key(key) for key in keys)

    def adopt(self, seq: int, keys: Iterable[str], departures: str = "") -> None:
        """A change of these tracks was just made, with which these departures are settled: look at them with the next
        `run`."""
        if self._overlays.known() != seq - 1:
            self.catch_up()  # an earlier change was cut off before the catalog heard of it
        with self._db.write():
            self.mark(keys)
            self._settle(departures)
            self._db.set_meta("overlay_seq", str(seq))

    def batch(self) -> bool:
        """Bring the overlays of some items, new or marked, into the catalog."""
        nothing = next(iter(self._collector.keys()), None) is None
        with self._db.write() as db:
            if nothing:
                overlays.none_said(db)
            items = due(db, self.name, _BATCH)
            for found in overlays.overlaid(db, items):
                self._overlay(db, found)
            done(db, self.name, items)
        return bool(items)

    def _settle(self, departures: str) -> None:
        if departures:
            Departures(self._db).settle(departures)

    def _overlay(self, db: sqlite3.Connection, item: overlays.Overlaid) -> None:
        damage = ""
        try:
            file = SourceFile(item.source_uid, item.path, Stamp(0, 0))
            overlay = self._collector.load_overlay(overlay_key(file, item.part))
        except StoreError as error:  # one that cannot be read does not stop the others
            log.warning("%s: %s", item.path, error)
            overlay, damage = Overlay(), str(error)
        merged = merge(item.embedded, overlay)
        overlays.put(db, item, merged if merged != item.embedded else None, dump_art(overlay.art()), overlay.edited_ns)
        overlays.note_damage(db, item, damage)
