"""Figures about a view of the library as a whole, counted no more often than counting is worth."""

import json
import logging
import threading
import time
from contextlib import suppress

from musfuse.drive.answers import VolumeInfo
from musfuse.errors import StoreError
from musfuse.library.catalog import Database, Nodes

log = logging.getLogger(__name__)

_PAUSES = 10
"""How many times as long as counting takes, at least, lies between two counts of a drive that keeps changing."""
_MANY = 50_000
"""Files whose counting nobody is to wait for: a million take seconds. They are counted on a thread of their own, and
the figures of the last count are told meanwhile, also those of an earlier mount."""


class Volume:
    """Counts the folders, files and bytes of a view; entries of other branches than the library's are left out."""

    def __init__(self, nodes: Nodes, database: Database) -> None:
        self._nodes, self._db, self._key = nodes, database, f"volume.{nodes.view}"
        self._counted = -1, 0.0, VolumeInfo(0, 0, 0)
        self._lock = threading.Lock()
        self._recall()
        self._counting: threading.Thread | None = None

    def info(self) -> VolumeInfo:
        """The figures as of now, or as of a moment ago, so that asking often costs little."""
        known, due, volume = self._counted
        if known == self._nodes.changes() or time.monotonic() < due:
            return volume
        if volume.files < _MANY:
            return self._count()
        with self._lock:
            if self._counting is None or not self._counting.is_alive():
                self._counting = threading.Thread(target=self._count_quietly, name="volume", daemon=True)
                with suppress(RuntimeError):  # no thread can be had just now; the next one who asks tries again
                    self._counting.start()
        return volume

    def close(self) -> None:
        """Wait for a count that goes on."""
        counting = self._counting
        if counting is not None and counting.ident is not None:
            counting.join()

    def _count(self) -> VolumeInfo:
        changes, began = self._nodes.changes(), time.monotonic()
        folders, files = self._nodes.counts()
        volume = VolumeInfo(files, folders, self._nodes.known_bytes())
        ended = time.monotonic()
        self._counted = changes, ended + _PAUSES * (ended - began), volume
        if files >= _MANY:
            self._keep(volume)
        return volume

    def _count_quietly(self) -> None:
        try:
            self._count()
        except StoreError as error:
            log.debug("the drive could not be counted: %s", error)

    def _keep(self, volume: VolumeInfo) -> None:
        """Note the figures for the next mount, which counts as no change."""
        changes, due, _ = self._counted
        with suppress(StoreError):
            self._db.set_meta(self._key, json.dumps([volume.files, volume.folders, volume.bytes]))
            if self._nodes.changes() == changes + 1:
                self._counted = changes + 1, due, volume

    def _recall(self) -> None:
        """Take up the figures of an earlier mount."""
        text = self._db.meta(self._key)
        if text is not None:
            self._counted = -1, 0.0, VolumeInfo(*json.loads(text))
