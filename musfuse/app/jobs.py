"""The background jobs of the process that owns a library."""

import time
from typing import Any

from musfuse.app.library import Library
from musfuse.app.state import StateFolder
from musfuse.app.work import EVERYTHING, Ask, Work
from musfuse.events import TagsChanged
from musfuse.jobs import Job, JobRunner, Resource
from musfuse.jobs.job import Params
from musfuse.jobs.progress import seconds_left
from musfuse.store.jobtable import JobTable


class Jobs:
    """A library's jobs, kept in its folder over restarts; what a killed process left goes on. Those that are `alone` do
    what they are asked for, and nothing follows."""

    def __init__(self, library: Library, *, alone: bool = False) -> None:
        follow: Ask = _nothing if alone else self.request
        work = Work(library, follow, lambda kind, why: self.runner.drop(kind, why), serves=not alone)
        ledger = JobTable(StateFolder(library.folder).jobs)
        self.runner = JobRunner(work.kinds(), library.events, ledger, resumes=not alone)
        if not alone:
            library.events.listen(TagsChanged, lambda change: self.settle(change.seq))

    def start(self) -> None:
        """Begin to work."""
        self.runner.start()

    def request(self, kind: str, params: Params | None = None, *, urgent: bool = False) -> Job:
        """Have a job done, as JobRunner.request has it."""
        return self.runner.request(kind, params, urgent=urgent)

    def settle(self, change: int = EVERYTHING) -> None:
        """Have sizes that need no new index noted, after a change of tags or for everything."""
        self.request("sizes", {"changes": [change]} if change else {})

    def stop(self) -> None:
        """Stop what runs, as soon as its current file is done."""
        self.runner.stop()

    def join(self) -> None:
        """After `stop`: wait for what runs."""
        self.runner.join()

    def told(self, kind: str) -> dict[str, Any]:
        """The job of a kind that counts now, as `status` shows it; reads nothing from disk."""
        job = self.runner.current(kind)
        return told(Job(0, kind, Resource.CPU), "never") if job is None else told(job)


def _nothing(kind: str, params: Params) -> None:
    del kind, params


def told(job: Job, state: str = "") -> dict[str, Any]:
    """A job as JSON values by name; times in seconds since the epoch."""
    left = seconds_left(job, time.time_ns())
    return {
        "id": job.id, "state": state or job.state, "done": job.done, "total": job.total, "began": job.began_ns / 1e9,
        "ended": job.ended_ns / 1e9, "details": {**job.result, **({"error": job.error} if job.error else {})},
        "seconds_left": None if left is None else round(left, 1),
    }  # fmt: skip
