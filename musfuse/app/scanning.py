"""Scans of sources: one that is away stops no other, and names are given meanwhile."""

import logging
import time
from collections.abc import Callable

from musfuse.app.sources import Sources
from musfuse.errors import NotFoundError, StoreError, UnavailableError
from musfuse.library.catalog import CatalogSources, Database, Files, SourceRow
from musfuse.library.scanner import Scanner
from musfuse.library.walk import ScanResult

log = logging.getLogger(__name__)


def scan_source(
    scanner: Scanner, sources: Sources, files: Files, database: Database, row: SourceRow, everything: bool
) -> ScanResult | None:
    """Scan a source; None for one that was removed meanwhile. `everything`: all files, changed or not."""
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
    """Names are made after the first batch of a scan, then at growing distances, so that naming never dominates, and
    where somebody waits for them."""

    def __init__(self, name_tracks: Callable[[], None]) -> None:
        self._name_tracks = name_tracks
        self._next = 0.0

    def after_batch(self, at_once: bool) -> None:
        """A batch was committed."""
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
