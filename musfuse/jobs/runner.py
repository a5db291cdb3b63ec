"""Runs jobs: one at a time of each resource, each asked for once, written down as it goes, gone on with after a kill.

Lock order: `_telling`, under which a job is written down and told of, is taken before the ledger's and the bus's own;
`_changed` is innermost, nothing is called under it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from musfuse.errors import ConfigError, ControlError, MusfuseError
from musfuse.events import EventBus, JobChanged
from musfuse.ids import said_for
from musfuse.jobs.context import JobContext
from musfuse.jobs.job import Job, Params, Resource, State
from musfuse.jobs.kind import JobKind, checked
from musfuse.jobs.ledger import Ledger
from musfuse.jobs.progress import Pace
from musfuse.jobs.queue import Entry, Queue

log = logging.getLogger(__name__)

_TRIES = 3
"""A job that ran in so many processes that were killed is not asked for again: it may be what kills them."""
_TELL_SECONDS, _WRITE_SECONDS, _END_SECONDS = 0.1, 5.0, 30.0


class NoJobError(ControlError):
    """There is no job with such an id."""


class JobRunner:
    """`kinds` come in order of priority. With `resumes`, what a process left undone is asked for again.

    Requests may come from any thread, before `start` too: they wait then.
    """

    def __init__(
        self,
        kinds: Sequence[JobKind],
        events: EventBus,
        ledger: Ledger,
        *,
        resumes: bool = True,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._kinds = checked(kinds)
        self._events, self._ledger, self._resumes, self._now_ns = events, ledger, resumes, now_ns
        self._telling, self._changed = threading.RLock(), threading.Condition()
        self._queue = Queue(self._kinds)
        self._live: dict[int, Entry] = {}
        self._newest: dict[str, Job] = {}  # by kind: the last that ended here
        self._asked: dict[str, int] = {}
        self._last = -1  # the last id; not known yet
        self._left: list[Job] = []
        self._threads: dict[Resource, threading.Thread] = {}
        self._started = self._stopping = False

    def start(self) -> None:
        """Begin to work, first of all on what a killed process left, as far as its kind resumes."""
        self._open()
        with self._changed:
            self._started = True
        for job in self._left if self._resumes else ():
            kind = self._kinds.get(job.kind)
            if kind is not None and job.tries < _TRIES and kind.resumes(job.params):
                self._ask(kind, job.params, urgent=False, tries=job.tries)
        self._hire()

    def request(self, kind: str, params: Params | None = None, *, urgent: bool = False) -> Job:
        """Have something done. What waits in the same place already is the same job; what runs has begun without it.
        `urgent`: somebody waits for it, also for what runs in that place. Raises KeyError for a kind that is not known.
        """
        asked = self._ask(self._kinds[kind], params or {}, urgent)
        self._hire()
        return asked

    def drop(self, kind: str, why: str) -> None:
        """Take out the waiting jobs of a kind, which are not needed any more."""
        with self._changed:
            dropped = [entry for entry in self._queue.waiting if entry.kind.name == kind and self._queue.drop(entry)]
        for entry in dropped:
            self._end(entry, State.CANCELLED, error=why)

    def cancel(self, job: int) -> Job:
        """Have a job not begin, or end soon; the job as it is now. One that ended is as it is. Raises NoJobError."""
        with self._changed:
            entry = self._live.get(job)
            if entry is not None:
                entry.cancelled = True
            waited = entry is not None and self._queue.drop(entry)
        if entry is not None and waited:
            self._end(entry, State.CANCELLED)
        elif entry is not None and entry.context is not None:
            entry.context.stop()
        return self.job(job)

    def wait(self, job: int, seconds: float | None = None) -> Job:
        """Wait until a job ended, at most for some seconds; the job as it is then. Raises NoJobError."""
        with self._changed:
            self._changed.wait_for(lambda: job not in self._live, seconds)
        return self.job(job)

    def job(self, job: int) -> Job:
        """A job by its id. Raises NoJobError."""
        with self._changed:
            entry = self._live.get(job)
        if entry is not None:
            return entry.job
        self._open()
        found = self._ledger.get(job)
        if found is None:
            raise NoJobError(f"there is no job {job}; `musfuse jobs` lists them")
        return found

    def rows(self, kind: str = "", limit: int = 100) -> list[Job]:
        """The last jobs, of one kind or all, the latest first."""
        self._open()
        written = {job.id: job for job in self._ledger.rows(kind, limit)}
        with self._changed:
            now = {entry.job.id: entry.job for entry in self._live.values() if kind in ("", entry.kind.name)}
        return sorted((written | now).values(), key=lambda job: -job.id)[:limit]

    def current(self, kind: str) -> Job | None:
        """The job of a kind that runs, else the one that waits, else the last that ended in this process. Reads nothing
        from disk."""
        with self._changed:
            live = [entry.job for entry in (*self._queue.running, *self._queue.waiting) if entry.kind.name == kind]
            return live[0] if live else self._newest.get(kind)

    def asked(self, kind: str) -> int:
        """The id of the last job of a kind that was asked for in this process, 0 for none."""
        with self._changed:
            return self._asked.get(kind, 0)

    @property
    def problem(self) -> str:
        """Why jobs cannot be written down now, '' where they can."""
        return self._ledger.problem

    def lost_threads(self) -> list[str]:
        """The names of threads that ended while they were wanted."""
        with self._changed:
            return [] if self._stopping else [one.name for one in self._threads.values() if not one.is_alive()]

    def stop(self) -> None:
        """Have everything end soon. What does not get done is interrupted, and the next process goes on with it."""
        with self._changed:
            self._stopping = True
            waiting = [entry for entry in self._queue.waiting if self._queue.drop(entry)]
            running = list(self._queue.running)
            self._changed.notify_all()
        for entry in running:
            if entry.context is not None:
                entry.context.stop()
        for entry in waiting:
            self._end(entry, State.INTERRUPTED)

    def join(self) -> None:
        """After `stop`: wait for the threads to end, and close the ledger."""
        for thread in self._threads.values():
            thread.join(_END_SECONDS)
        self._ledger.close()

    def _open(self) -> None:
        with self._telling:
            if self._last < 0:
                self._last, self._left = self._ledger.open()

    def _ask(self, kind: JobKind, params: Params, urgent: bool, tries: int = 0) -> Job:
        with self._telling:  # ids are written down in their order
            self._open()
            with self._changed:
                entry = self._enter(kind, params, tries)
                for other in (entry, *self._queue.running):
                    other.urgent |= urgent and other.place == entry.place
                self._changed.notify_all()
            if self._stopping:
                self._drop_late(entry)
            else:
                self._tell(entry)
            return entry.job

    def _enter(self, kind: JobKind, params: Params, tries: int) -> Entry:
        """The entry that waits in a place: a new one, or the one there, with these parameters as well."""
        key = kind.key(params)
        known = self._queue.at((kind.name, key))
        if known is not None:
            known.job = replace(
                known.job, params=kind.merge(known.job.params, params), tries=max(tries, known.job.tries)
            )
            return known
        self._last = self._asked[kind.name] = self._last + 1
        job = Job(self._last, kind.name, kind.resource, key, params, asked_ns=self._now_ns(), tries=tries)
        entry = self._live[job.id] = Entry(kind, job)
        self._queue.put(entry)
        return entry

    def _drop_late(self, entry: Entry) -> None:
        with self._changed:
            late = self._queue.drop(entry)
        if late:
            self._end(entry, State.INTERRUPTED)

    def _hire(self) -> None:
        """A thread for each resource that something waits for."""
        with self._changed:
            if not self._started or self._stopping:
                return
            new = {entry.kind.resource for entry in self._queue.waiting} - self._threads.keys()
            for resource in new:
                thread = threading.Thread(target=self._work, args=(resource,), name=f"jobs ({resource})", daemon=True)
                self._threads[resource] = thread
                thread.start()

    def _work(self, resource: Resource) -> None:
        while (entry := self._next(resource)) is not None:
            self._run(entry)

    def _next(self, resource: Resource) -> Entry | None:
        """Wait for a job, which runs from now on; None once the process ends."""
        with self._changed:
            while not self._stopping:
                entry = self._queue.take(resource)
                if entry is not None:
                    entry.job = replace(entry.job, state=State.RUNNING, began_ns=self._now_ns())
                    entry.context = self._context(entry)
                    return entry
                self._changed.wait()
        return None

    def _context(self, entry: Entry) -> JobContext:
        tell, write = Pace(_TELL_SECONDS), Pace(_WRITE_SECONDS)
        tell.is_due(), write.is_due()

        def report(done: int, total: int, what: str, so_far: dict[str, Any]) -> None:
            result = {**entry.job.result, **so_far} if so_far else entry.job.result
            entry.job = replace(entry.job, done=done, total=total, what=what, result=result)
            if write.is_due():
                self._tell(entry)
            elif tell.is_due():
                self._publish(entry.job)

        def wanted() -> bool:
            with self._changed:
                return entry.kind.patient and self._queue.wants_place_of(entry)

        return JobContext(entry.job.params, report, wanted, lambda: entry.urgent)

    def _run(self, entry: Entry) -> None:
        context = entry.context
        assert context is not None
        self._tell(entry)
        result: dict[str, Any] | None = None  # of one that failed what it told so far stands
        error = ""
        try:
            with said_for(job=entry.job.id):
                result = dict(entry.kind.run(context))
            state = State.DONE
        except MusfuseError as failure:
            error, state = str(failure), State.INTERRUPTED if self._stopping else State.FAILED
            # Who asked waits, and hears of it, in the process of a command whatever it is.
            told = entry.urgent and (not self._resumes or isinstance(failure, ConfigError))
            log.log(logging.INFO if told else logging.ERROR, "%s: %s", entry.kind.name, error)
        except Exception as failure:
            error, state = f"{type(failure).__name__}: {failure}", State.FAILED
            log.exception("%s failed", entry.kind.name)
        if state is State.DONE and (context.stopping or context.gave_way):
            if not context.stopping and self._put_back(entry):
                return
            state = State.INTERRUPTED if self._stopping and not entry.cancelled else State.CANCELLED
        self._end(entry, state, result, error)

    def _put_back(self, entry: Entry) -> bool:
        """A job that gave way waits again, unless the same was asked for meanwhile, or the process ends."""
        with self._changed:
            if self._stopping or entry.cancelled or self._queue.at(entry.place) is not None:
                return False
            self._queue.end(entry)
            entry.context = None
            entry.job = replace(entry.job, state=State.QUEUED, began_ns=0, done=0, total=0, what="", result={})
            self._queue.put(entry)
            self._changed.notify_all()
        self._tell(entry)
        return True

    def _end(self, entry: Entry, state: State, result: dict[str, Any] | None = None, error: str = "") -> None:
        job = entry.job
        entry.job = replace(
            job, state=state, ended_ns=self._now_ns(), result=job.result if result is None else result, error=error
        )
        self._tell(entry)
        with self._changed:
            if entry in self._queue.running:
                self._queue.end(entry)
            self._live.pop(job.id, None)
            self._newest[job.kind] = entry.job
            self._changed.notify_all()

    def _tell(self, entry: Entry) -> None:
        """Write a job down as it is now, and publish that. A thread that comes late publishes what is so by then."""
        with self._telling:
            self._ledger.put(entry.job)
            self._publish(entry.job)

    def _publish(self, job: Job) -> None:
        if self._events.wants(JobChanged):
            self._events.publish(JobChanged(job.id, job.kind, job.state, job.done, job.total, job.what))
