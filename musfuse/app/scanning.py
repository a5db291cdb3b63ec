"""Scans of sources: one that is away stops no other, and names are given meanwhile."""

import logging
import time
from collections.abc import Callable

from musfuse.app.sources import Sources
from musfuse.errors import NotFoundError, StoreError, UnavailableError
from musfuse.events import EventBus
from musfuse.events.originals import OriginConnected, OriginDisconnected, SyncCompleted, SyncStarted
from musfuse.library.catalog import CatalogSources, Database, Files, SourceRow
from musfuse.library.scanner import Scanner
from musfuse.library.walk import ScanResult

log = logging.getLogger(__name__)


class Syncs:
    """Tells of scans of sources, and of sources that come and go. `away` holds the uids of those that were away when
    they were looked at last; it is kept from scan to scan."""

    def __init__(self, events: EventBus, away: dict[str, bool]) -> None:
        self._events, self._away = events, away

    def begin(self, uid: str) -> None:
        """Tell that a scan of a source begins."""
        self._events.publish(SyncStarted(uid))

    def end(self, uid: str, result: ScanResult) -> None:
        """Tell that the scan of a source ended, and whether the source was away."""
        away = bool(result.problem)
        if self._away.get(uid) is not away:
            self._away[uid] = away
            self._events.publish((OriginDisconnected if away else OriginConnected)(uid))
        self._events.publish(SyncCompleted(uid, result.read + result.removed))


def scan_source(
    scanner: Scanner, sources: Sources, files: Files, database: Database, row: SourceRow, everything: bool, syncs: Syncs
) -> ScanResult | None:
    """Scan a source; None for one that was removed meanwhile. `everything`: all files, changed or not."""
    syncs.begin(row.uid)
    result = _scanned(scanner, sources, files, database, row, everything)
    syncs.end(row.uid, result or ScanResult(row.root))
    return result


def _scanned(
    scanner: Scanner, sources: Sources, files: Files, database: Database, row: SourceRow, everything: bool
) -> ScanResult | None:
    try:
        return _logged(scanner.scan(row, sources.origin(row.uid), everything), row.root)
    except UnavailableError as error:
        files.unreachable(row.id, str(error))
        return _logged(ScanResult(row.root, problem=str(error)), row.root)
    except (NotFoundError, StoreError):  # its rows are gone, to which others would be added
        if row.id in (known.id for known in CatalogSources(database).rows()):  # before anybody is told
            raise
        return None


class Pace:
    """When names are given during a scan: after the first batch, then at growing distances, so that naming never
    dominates, and whenever somebody waits for them."""

    def __init__(self, name_tracks: Callable[[], None]) -> None:
        self._name_tracks = name_tracks
        self._next = 0.0

    def after_batch(self, at_once: bool) -> None:
        """Give names after a batch was committed, if it is time."""
        began = time.monotonic()
        if at_once or began >= self._next:
            self._name_tracks()
            ended = time.monotonic()
            self._next = ended + max(1.0, 5 * (ended - began))


def _logged(result: ScanResult, uri: str) -> ScanResult:
    """A scan's counts, for the log."""
    end = "cancelled" if result.cancelled else result.problem or "done"
    level = logging.WARNING if result.problem else logging.INFO
    log.log(
        level, "scan of %s: %d files, %d read, %d skipped, %d removed; %s",
        uri, result.seen, result.read, result.skipped, result.removed, end,
    )  # fmt: skip
    return result
