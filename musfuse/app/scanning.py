"""Scans of sources: one that is away stops no other, and names are given meanwhile."""

import logging
import threading
import time
from collections.abc import Callable, Container, Mapping, Sequence

from musfuse.app.build.library import Catalog
from musfuse.app.follower import Follower
from musfuse.app.sources import Sources
from musfuse.errors import NotFoundError, StoreError, UnavailableError
from musfuse.events import EventBus
from musfuse.events.originals import OriginConnected, OriginDisconnected, SyncCompleted, SyncStarted
from musfuse.library.catalog import SourceRow
from musfuse.library.corners import WHOLE, Corner
from musfuse.library.interest import Interest
from musfuse.library.lookout import Lookout
from musfuse.library.scanner import NOBODY, Scanner
from musfuse.library.walk import ScanResult

log = logging.getLogger(__name__)

_BUSY_SECONDS = 0.5
"""Until another scan may have ended."""
_CANCELLED_SECONDS = 60.0
"""Until what somebody cancelled is begun again, if he does not end the process."""


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


class Scans:
    """Scans of the sources of a library, one of each source at a time: no scan takes for gone what another moves. What
    `follower` follows is scanned with its lookout."""

    def __init__(self, sources: Sources, catalog: Catalog, events: EventBus, interest: Interest) -> None:
        self._sources, self._catalog, self._interest = sources, catalog, interest
        self._syncs = Syncs(events, {})
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self.follower: Follower | None = None

    def all(self, scanner: Scanner, everything: bool = False) -> list[ScanResult]:
        """Scan every source; a source that is away does not stop the others. What somebody looks at on the drive
        meanwhile comes first."""
        left, results = self._sources.rows(), list[ScanResult | None]()
        with self._interest.during_scan():
            while left:
                row = self._interest.first_of(left)
                left.remove(row)
                with self._turn(row.uid):
                    results.append(self._whole(scanner, row, everything))
        return [result for result in results if result is not None]

    def named(self, scanner: Scanner, corners: Mapping[str, Sequence[Corner]]) -> list[ScanResult]:
        """Scan corners of sources, by their uids, as somebody asks for: what is there now, also where it is still being
        written."""
        results = []
        for row in self._rows(corners):
            with self._turn(row.uid):
                results.append(self._scan(scanner, row, corners=corners[row.uid]))
        return [result for result in results if result is not None]

    def followed(self, scanner: Scanner) -> list[ScanResult]:
        """Scan what the follower noted. A source that another scan is under way in comes later, and is scanned there
        first where something was noted."""
        follower, results = self.follower, list[ScanResult | None]()
        if follower is None:
            return []
        taken = dict(follower.take())
        for row in self._rows(taken):
            corners, turn = taken[row.uid], self._turn(row.uid)
            if not turn.acquire(blocking=False):
                for corner in corners:
                    self._interest.want(row.uid, corner.path)
                follower.give_back(row.uid, corners, _BUSY_SECONDS)
                continue
            try:
                if WHOLE in corners:
                    results.append(self._whole(scanner, row, guess=True))
                else:
                    lookout = follower.lookout(row.uid, guess=True)
                    results.append(self._scan(scanner, row, corners=corners, lookout=lookout))
            finally:
                turn.release()
            if results[-1] is not None and results[-1].cancelled:
                follower.give_back(row.uid, corners, _CANCELLED_SECONDS)
        return [result for result in results if result is not None]

    def _rows(self, uids: Container[str]) -> list[SourceRow]:
        return [row for row in self._sources.rows() if row.uid in uids]

    def _turn(self, uid: str) -> threading.Lock:
        with self._lock:
            return self._turns.setdefault(uid, threading.Lock())

    def _whole(
        self, scanner: Scanner, row: SourceRow, everything: bool = False, guess: bool = False
    ) -> ScanResult | None:
        follower, began = self.follower, time.monotonic()
        lookout = follower.lookout(row.uid, guess=guess) if follower is not None else None
        result = self._scan(scanner, row, everything, lookout=lookout)
        if follower is not None:
            follower.scanned(row.uid, time.monotonic() - began)
        return result

    def _scan(
        self,
        scanner: Scanner,
        row: SourceRow,
        everything: bool = False,
        corners: Sequence[Corner] | None = None,
        lookout: Lookout | None = None,
    ) -> ScanResult | None:
        """Scan a source, or some corners of it; None for one that was removed meanwhile."""
        self._syncs.begin(row.uid)
        result = self._scanned(scanner, row, everything, corners, lookout or NOBODY)
        self._syncs.end(row.uid, result or ScanResult(row.root))
        return result

    def _scanned(
        self, scanner: Scanner, row: SourceRow, everything: bool, corners: Sequence[Corner] | None, lookout: Lookout
    ) -> ScanResult | None:
        try:
            origin = self._sources.origin(row.uid)
            return _logged(scanner.scan(row, origin, everything, corners, lookout), row.root, corners)
        except UnavailableError as error:
            self._catalog.files.unreachable(row.id, str(error))
            return _logged(ScanResult(row.root, problem=str(error)), row.root)
        except (NotFoundError, StoreError):  # its rows are gone, to which others would be added
            if row.id in (known.id for known in self._catalog.sources.rows()):  # before anybody is told
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


def _logged(result: ScanResult, uri: str, corners: Sequence[Corner] | None = None) -> ScanResult:
    """A scan's counts, for the log."""
    end = "cancelled" if result.cancelled else result.problem or "done"
    level = logging.WARNING if result.problem else logging.INFO
    where = uri if corners is None else f"{len(corners)} folders of {uri}"
    log.log(
        level, "scan of %s: %d files, %d read, %d skipped, %d removed; %s",
        where, result.seen, result.read, result.skipped, result.removed, end,
    )  # fmt: skip
    return result
