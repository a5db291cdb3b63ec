"""Whether the sources of a library can be reached now, and what they hold: what may be asked for often.

Lock order: `_lock` is innermost; nothing is looked at while it is held.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.app.library import Library
from musfuse.errors import MusfuseError, StoreError
from musfuse.service.requests.overview import SourceHealth, SourceOverview

_FRESH_SECONDS, _ANSWER_SECONDS, _MOMENT_SECONDS = 30.0, 5.0, 0.25
_PAUSES = 20
"""How many times as long as counting files takes lies between two counts of a library that keeps changing."""
_QUICK_SECONDS = 0.02
"""Counting that takes longer is done on a thread of its own, and what was counted before is told meanwhile."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found at a source at a moment of the monotonic clock, and of the calendar (ns since 1970)."""

    health: SourceHealth
    problem: str
    at: float
    time_ns: int


class SourcesAtAGlance:
    """Of one library. A source that does not answer costs one thread, however often it is looked at, and who asks waits
    for it for `seconds` at most. `clock` is a monotonic one, in seconds."""

    def __init__(
        self, library: Library, seconds: float = _ANSWER_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._library, self._seconds, self._clock = library, seconds, clock
        self._lock = threading.Lock()
        self._looks: dict[str, _Look] = {}
        self._looking: dict[str, tuple[threading.Thread, float]] = {}
        self._counts: dict[str, tuple[int, int]] = {}
        self._counted, self._due, self._took = -1, 0.0, 0.0
        self._counting: threading.Thread | None = None

    def all(self) -> tuple[SourceOverview, ...]:
        """All sources in order of priority, with what is known of their health within a moment."""
        holdings, uids = self._holdings(), [row.uid for row in self._library.sources.rows()]
        for uid in uids:  # side by side
            self._begin(uid)
        due = time.monotonic() + min(self._seconds, _MOMENT_SECONDS)
        return tuple(self._told(uid, holdings, self._look(uid, due)) for uid in uids)

    def one(self, uid: str, *, look: bool = True) -> SourceOverview:
        """A source by its id; without `look`, as it was when somebody looked last. Raises NotFoundError."""
        self._library.sources.row(uid)
        if look:
            found = self._look(uid, time.monotonic() + self._seconds)
        else:
            found = self._looks.get(uid) or self._found(SourceHealth.UNKNOWN, "")
        return self._told(uid, self._holdings(), found)

    def _told(self, uid: str, holdings: dict[str, tuple[int, int]], look: _Look) -> SourceOverview:
        root, spec = self._library.sources.row(uid).root, self._library.sources.spec(uid)
        files, size = holdings.get(uid, (0, 0))
        name = spec.name if spec is not None and spec.name else root.rstrip("/").rsplit("/", 1)[-1]
        kind = spec.scheme if spec is not None else ""
        return SourceOverview(uid, kind, name, root, files, size, look.health, look.problem, look.time_ns)

    def _begin(self, uid: str) -> _Look | None:
        """What was found a moment ago; else None, and a look is under way."""
        with self._lock:
            known = self._looks.get(uid)
            if known is not None and self._clock() - known.at < _FRESH_SECONDS:
                return known
            looking = self._looking.get(uid)
            if looking is None or not looking[0].is_alive():
                thread = threading.Thread(target=self._look_now, args=(uid,), name="source health", daemon=True)
                self._looking[uid] = thread, self._clock()
                thread.start()
        return None

    def _look(self, uid: str, due: float) -> _Look:
        """What was found a moment ago, or is found now; where that is not known when it is due, what was known."""
        known = self._begin(uid)
        if known is not None:
            return known
        thread, began = self._looking[uid]
        thread.join(max(due - time.monotonic(), 0.0))
        with self._lock:
            found = self._looks.get(uid)
            if thread.is_alive() and self._clock() - began >= self._seconds:
                found = self._looks[uid] = self._found(
                    SourceHealth.UNHEALTHY, f"does not answer within {self._seconds:.0f} s"
                )
        return found or self._found(SourceHealth.UNKNOWN, "")

    def _look_now(self, uid: str) -> None:
        try:
            self._library.sources.origin(uid).stat("")
            problem = self._doubt(uid)
            look = self._found(SourceHealth.DEGRADED if problem else SourceHealth.HEALTHY, problem)
        except MusfuseError as error:
            look = self._found(SourceHealth.UNHEALTHY, str(error))
        with self._lock:
            self._looks[uid] = look

    def _doubt(self, uid: str) -> str:
        """What is wrong with a source that can be reached, as whoever scans and follows it knows. Raises StoreError."""
        root = self._library.sources.row(uid).root
        away = self._library.catalog.sources.away().get(root, "")
        follower = self._library.follower
        told = follower.told() if follower is not None else ()
        return away or next((one.problem for one in told if one.root == root and one.problem), "")

    def _found(self, health: SourceHealth, problem: str) -> _Look:
        return _Look(health, problem, self._clock(), time.time_ns())

    def _holdings(self) -> dict[str, tuple[int, int]]:
        changes, now = self._library.catalog.nodes.changes(), self._clock()
        with self._lock:
            counting = self._counting is not None and self._counting.is_alive()
            if changes == self._counted or now < self._due or counting:
                return self._counts
            thread = threading.Thread(target=self._count, args=(changes,), name="source sizes", daemon=True)
            self._counting, quick = thread, self._took < _QUICK_SECONDS
            thread.start()
        if quick:
            thread.join(self._seconds)
        with self._lock:
            return self._counts

    def _count(self, changes: int) -> None:
        began = self._clock()
        try:
            counts = self._library.catalog.sources.holdings()
        except StoreError:
            return
        with self._lock:
            self._counts, self._counted, self._took = counts, changes, self._clock() - began
            self._due = self._clock() + _PAUSES * self._took
