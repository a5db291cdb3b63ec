"""Scans of sources: one that is away stops no other, and names are given meanwhile."""

import logging
import threading
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager

from musfuse.app.build.library import Catalog
from musfuse.app.follower import Follower
from musfuse.app.outages import Outages
from musfuse.app.sources import Sources
from musfuse.errors import NotFoundError, StoreError, UnavailableError
from musfuse.events import EventBus
from musfuse.events.originals import SyncCompleted, SyncStarted
from musfuse.library.catalog import SourceRow
from musfuse.library.corners import WHOLE, Corner
from musfuse.library.interest import Interest
from musfuse.library.lookout import Lookout
from musfuse.library.scanner import NOBODY, Scanner
from musfuse.library.walk import ScanResult
from musfuse.sources.urgency import Urgency
from musfuse.wording import counted

log = logging.getLogger(__name__)

_AGAIN_SECONDS = 60.0
"""Until what failed, or was cancelled by somebody who does not end the process, is begun again."""


class Syncs:
    """Tells of scans of sources, and of sources that come and go."""

    def __init__(self, events: EventBus, outages: Outages | None) -> None:
        self._events, self._outages = events, outages

    def begin(self, uid: str) -> None:
        """Tell that a scan of a source begins."""
        self._events.publish(SyncStarted(uid))

    def end(self, uid: str, result: ScanResult) -> None:
        """Tell that the scan of a source ended, and whether the source was away."""
        if self._outages is not None:
            self._outages.found(uid, away=bool(result.problem))
        self._events.publish(SyncCompleted(uid, result.read + result.removed))


class Scans:
    """Scans of the sources of a library, one of each source at a time: no scan takes for gone what another moves. What
    `follower` follows is scanned with its lookout."""

    def __init__(self, sources: Sources, catalog: Catalog, events: EventBus, interest: Interest) -> None:
        self._sources, self._catalog, self._interest = sources, catalog, interest
        self._syncs = Syncs(events, sources.outages)
        self._turns = threading.Condition()
        self._under_way = set[str]()
        self._behind: dict[str, set[Corner]] = {}
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
        """Scan what the follower noted. A source that another scan is under way in comes behind that, which goes first
        where something was noted. What cannot be scanned now is noted again."""
        follower, results = self.follower, list[ScanResult]()
        if follower is None:
            return []
        taken = follower.take()
        left = {row.uid: taken[row.uid] for row in self._rows(taken)}
        try:
            for row in self._rows(left):
                result = self._followed(scanner, row, left[row.uid])
                if result is None or not result.cancelled:
                    del left[row.uid]
                if result is not None:
                    results.append(result)
        finally:
            for uid, corners in left.items():
                follower.give_back(uid, corners, _AGAIN_SECONDS)
        return results

    def _followed(self, scanner: Scanner, row: SourceRow, corners: Sequence[Corner]) -> ScanResult | None:
        if not self._begin(row.uid, corners):
            for corner in corners:
                self._interest.want(row.uid, corner.path)
            return None
        try:
            if WHOLE in corners:
                return self._whole(scanner, row, guess=True)
            return self._scan(scanner, row, corners=corners, lookout=self._lookout(row.uid, guess=True))
        finally:
            self._end(row.uid)

    def _rows(self, uids: Container[str]) -> list[SourceRow]:
        return [row for row in self._sources.rows() if row.uid in uids]

    @contextmanager
    def _turn(self, uid: str) -> Iterator[None]:
        """Within the block no other scan of a source is under way."""
        with self._turns:
            self._turns.wait_for(lambda: uid not in self._under_way)
            self._under_way.add(uid)
        try:
            yield
        finally:
            self._end(uid)

    def _begin(self, uid: str, corners: Sequence[Corner]) -> bool:
        """Take the turn of a source, until `_end`; where another has it, its end has these corners noted again."""
        with self._turns:
            if uid in self._under_way:
                self._behind.setdefault(uid, set()).update(corners)
                return False
            self._under_way.add(uid)
            return True

    def _end(self, uid: str) -> None:
        with self._turns:
            self._under_way.remove(uid)
            behind = self._behind.pop(uid, set())
            self._turns.notify_all()
        if behind and self.follower is not None:
            self.follower.give_back(uid, sorted(behind), 0)

    def _lookout(self, uid: str, *, guess: bool) -> Lookout | None:
        return self.follower.lookout(uid, guess=guess) if self.follower is not None else None

    def _whole(
        self, scanner: Scanner, row: SourceRow, everything: bool = False, guess: bool = False
    ) -> ScanResult | None:
        began = time.monotonic()
        result = self._scan(scanner, row, everything, lookout=self._lookout(row.uid, guess=guess))
        if self.follower is not None:
            self.follower.scanned(row.uid, time.monotonic() - began)
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
        told = result or ScanResult(row.root)
        if self.follower is not None:
            whole = corners is None and not told.cancelled
            self.follower.found(row.uid, whole=whole, problem=told.problem or told.unmounted)
        self._syncs.end(row.uid, told)
        return result

    def _scanned(
        self, scanner: Scanner, row: SourceRow, everything: bool, corners: Sequence[Corner] | None, lookout: Lookout
    ) -> ScanResult | None:
        try:
            whole = corners is None
            origin = self._sources.scanned_origin(row.uid) if whole else self._sources.origin(row.uid, Urgency.SCAN)
            try:
                return _logged(scanner.scan(row, origin, everything, corners, lookout), row.root, corners)
            finally:
                if origin.traits.expects:
                    origin.let_go()
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
    where = uri if corners is None else f"{counted(len(corners), 'folder')} of {uri}"
    log.log(
        level, "scan of %s: %s, %d read, %d skipped, %d removed; %s",
        where, counted(result.seen, "file"), result.read, result.skipped, result.removed, end,
    )  # fmt: skip
    return result
