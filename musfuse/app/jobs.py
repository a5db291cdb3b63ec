"""What the owner does in the background: scan, settle sizes, index, sweep; one after the other, cancellable."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from musfuse.app.library import READER_PAUSE, Library
from musfuse.errors import MusfuseError
from musfuse.events import ScanProgress, TagsChanged
from musfuse.library.sizes import Backlog
from musfuse.media.indexing.options import IndexOptions
from musfuse.media.indexing.pool import Priority

if TYPE_CHECKING:
    from musfuse.library.collecting import Sweeper
    from musfuse.library.hearing import Hearing
    from musfuse.library.scanner import Scanner

log = logging.getLogger(__name__)

_EVERYTHING = 0
"""In place of the number of a change."""


@dataclass
class JobState:
    """A job as `status` shows it. `done` and `total` count files; `total` is 0 where it is not known.

    Each request has a ticket, a number: `asked` is the last one given, and all up to `completed` are done, the last of
    them with `result`.
    """

    state: str = "never"
    done: int = 0
    total: int = 0
    began: float = 0.0
    ended: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    completed: int = 0
    result: dict[str, Any] = field(default_factory=dict)

    def begin(self) -> None:
        """The job starts now."""
        self.state, self.done, self.total, self.began, self.ended = "running", 0, 0, time.time(), 0.0
        self.details = {}

    def end(self, state: str = "done") -> None:
        """The job ended."""
        self.state, self.ended = state, time.time()
        self.result = {"state": state, "files": self.done, **self.details}

    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None where there is no telling."""
        spent = time.time() - self.began
        if self.state != "running" or not self.total or not self.done or spent < 0.5:
            return None
        return spent / self.done * (self.total - self.done)

    def to_json(self) -> dict[str, Any]:
        """For the control channel."""
        left = self.seconds_left()
        return asdict(self) | {"seconds_left": None if left is None else round(left, 1)}


class Jobs:
    """Runs requested jobs. A request that comes while the same job waits is the same request."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.scan, self.sizes, self.index, self.identity = JobState(), JobState(), JobState(), JobState()
        self._swept = JobState()
        self._jobs = {  # the first that is wanted comes next
            "scan": (self.scan, self._scan),
            "sizes": (self.sizes, self._settle),
            "index": (self.index, self._index),
            "identity": (self.identity, self._hear),
            "sweep": (self._swept, self._sweep),
        }
        self._changes: set[int] = set()
        self._wake = threading.Condition()
        self._wanted: set[str] = set()
        self._urgent_index = self._everything = False
        self._stopping = threading.Event()
        self._scanner: Scanner | None = None
        self._backlog: Backlog | None = None
        self._hearing: Hearing | None = None
        self._sweeper: Sweeper | None = None
        self._unreached: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        library.events.listen(ScanProgress, self._scan_progress)
        library.events.listen(TagsChanged, lambda change: self.settle(change.seq))

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def request(self, job: str, urgent: bool = False) -> int:
        """Have `scan`, `scan all` (of what did not change as well) or `index` done; an urgent index does not give way
        to readers. The ticket of the request: one that waits already is the same, one that runs has begun without it.
        """
        kind = job.split(" ", maxsplit=1)[0]
        state, _ = self._jobs[kind]
        with self._wake:
            if kind not in self._wanted:
                self._wanted.add(kind)
                state.asked += 1
            self._everything = self._everything or job == "scan all"
            self._urgent_index = self._urgent_index or (job == "index" and urgent)
            if state.state != "running":
                state.state = "queued"
            self._wake.notify()
            return state.asked

    def settle(self, change: int = _EVERYTHING) -> None:
        """Have sizes that need no new index noted, after a change of tags or for everything."""
        with self._wake:
            self._changes.add(change)
        self.request("sizes")

    def stop(self) -> None:
        """Stop what runs, as soon as its current file is done."""
        self._stopping.set()
        with self._wake:
            self._wake.notify()
        if self._scanner:
            self._scanner.cancel()
        if self._backlog:
            self._backlog.stop()
        if self._hearing:
            self._hearing.stop()
        if self._sweeper:
            self._sweeper.stop()

    def join(self) -> None:
        """Wait for the thread to end."""
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._wanted and not self._stopping.is_set():
                    self._wake.wait()
                if self._stopping.is_set():
                    return
                kind = next(kind for kind in self._jobs if kind in self._wanted)
                self._wanted.discard(kind)
                state, work = self._jobs[kind]
                ticket = state.asked
            state.begin()
            try:
                work(state)
            except MusfuseError as error:
                log.error("%s: %s", kind, error)
                self._fail(state, str(error))
            except Exception as error:
                log.exception("%s failed", kind)
                self._fail(state, f"{type(error).__name__}: {error}")
            with self._wake:
                state.completed = ticket
                if kind in self._wanted:
                    state.state = "queued"

    @staticmethod
    def _fail(state: JobState, reason: str) -> None:
        state.details["error"] = reason
        state.end("failed")

    def _scan(self, state: JobState) -> None:
        with self._wake:
            everything, self._everything = self._everything, False
            self._wanted.discard("sweep")  # what it was to spare is known anew after this
        self._library.warm_up()
        self._scanner = scanner = self._library.scanner()
        results = self._library.scan_all(scanner, everything)
        self._scanner = None
        state.details = {
            "read": sum(r.read for r in results),
            "skipped": sum(r.skipped for r in results),
            "removed": sum(r.removed for r in results),
            "problems": [r.problem for r in results if r.problem],
            "empty": self._library.catalog.sources.empty(),
        }
        state.done = state.total = sum(r.seen for r in results)
        state.end("cancelled" if any(r.cancelled for r in results) else "done")
        if self._stopping.is_set():
            return
        if self._library.config[IndexOptions].background:
            self.request("index")
        else:
            self.settle()
        self.request("identity")
        self._unreached = {r.source for r in results if r.unreached}
        if results and not any(r.problem or r.cancelled for r in results) and self._library.sweeper().is_due():
            self.request("sweep")

    def _scan_progress(self, event: ScanProgress) -> None:
        self.scan.done, self.scan.total = event.seen, event.total
        self.scan.details = {"source": event.source, "read": event.read, "skipped": event.skipped}

    def _index(self, state: JobState) -> None:
        backlog = self._new_backlog()

        def progress(done: int, left: int) -> None:
            state.done, state.total = done, done + left

        done, failed = backlog.run(Priority.BACKGROUND, progress, self._give_way)
        self._backlog = None
        self._urgent_index = False
        state.done = state.total = done + failed
        there = self._library.catalog.renditions.sized(self._library.sizes.tokens())
        if done:  # who sounds like what is gone is known now
            self._library.name_tracks()
        state.details = {"indexed": done, "failed": failed, "there": there}
        log.info("index: %d indexed, %d failed", done, failed)
        state.end("cancelled" if self._stopping.is_set() else "done")

    def _settle(self, state: JobState) -> None:
        with self._wake:
            changes, self._changes = self._changes, set()
        backlog = self._new_backlog()
        for change in [_EVERYTHING] if _EVERYTHING in changes else sorted(changes):
            keys = self._library.collector.keys_of(change) if change else None
            state.done += backlog.settle(keys, self._give_way)
        self._backlog = None
        state.end("cancelled" if self._stopping.is_set() else "done")

    def _hear(self, state: JobState) -> None:
        self._hearing = hearing = self._library.hearing()
        if self._stopping.is_set():
            hearing.stop()
        state.done = hearing.run(self._give_way)
        self._hearing = None
        if state.done:
            log.info("identity: what %d files sound like is known now", state.done)
            self._library.name_tracks()
        state.end("cancelled" if self._stopping.is_set() else "done")

    def _sweep(self, state: JobState) -> None:
        """Drop what nothing refers to any more. Whatever else is asked for comes first, then it begins anew."""
        self._sweeper = sweeper = self._library.sweeper()

        def give_way() -> None:
            self._give_way(lambda: bool(self._wanted))
            if self._wanted or self._stopping.is_set():
                sweeper.stop()

        unreached = {row.uid for row in self._library.sources.rows() if row.root in self._unreached}
        swept = sweeper.sweep(unreached, give_way)
        self._sweeper = None
        if swept.indexes or swept.frame_files:
            log.info(
                "%d indexes and %d files of encoded runs that nothing used were dropped",
                swept.indexes, swept.frame_files,
            )  # fmt: skip
        state.details = {"indexes": swept.indexes, "runs": swept.frame_files}  # named as in earlier versions
        state.end("done" if swept.whole else "cancelled")
        with self._wake:
            if not swept.whole and self._wanted:
                self._wanted.add("sweep")

    def _new_backlog(self) -> Backlog:
        """One that `stop` reaches from now on."""
        self._backlog = backlog = self._library.backlog()
        if self._stopping.is_set():
            backlog.stop()
        return backlog

    def _give_way(self, is_urgent: Callable[[], bool] = lambda: False) -> None:
        """Wait while readers need the machine, and nothing is urgent."""
        while not self._stopping.is_set() and not self._urgent_index and not is_urgent():
            quiet_for = time.monotonic() - self._library.activity.last_read
            if quiet_for >= READER_PAUSE and not self._library.media.pool.demand:
                return
            self._stopping.wait(0.05)
