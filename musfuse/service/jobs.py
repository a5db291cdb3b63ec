"""Background jobs, for whoever asks: those of the process that runs them, and those that are written down."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from musfuse.errors import ControlError
from musfuse.jobs import Job, JobRunner, NoJobError, State
from musfuse.jobs.progress import seconds_left
from musfuse.service.handlers import Handlers
from musfuse.service.requests.jobs import CancelJob, JobTold, ListJobs, ShowJob, WaitJob
from musfuse.store.jobtable import read_jobs

_ALL = 1 << 30


@dataclass(frozen=True, slots=True)
class RunningJobs:
    """Those of a runner in this process, which is given when it is needed."""

    runner: Callable[[], JobRunner]

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about jobs."""
        runner = self.runner
        handlers.on(ListJobs, lambda asked: tuple(map(told, runner().rows(asked.kind, asked.limit))))
        handlers.on(ShowJob, lambda asked: told(runner().job(asked.job)))
        handlers.on(CancelJob, lambda asked: told(runner().cancel(asked.job)))
        handlers.on(WaitJob, lambda asked: told(runner().wait(asked.job, asked.seconds)))


@dataclass(frozen=True, slots=True)
class KeptJobs:
    """Answers requests about the jobs that are written down in the folder of a library that nobody owns."""

    path: Path

    def answer(self, handlers: Handlers) -> None:
        """Answer the same requests, as far as nothing has to run for it."""
        handlers.on(ListJobs, lambda asked: tuple(map(told, read_jobs(self.path, asked.kind, asked.limit))))
        handlers.on(ShowJob, lambda asked: told(self._job(asked.job)))
        handlers.on(CancelJob, lambda asked: self._over(asked.job, "cancelled"))
        handlers.on(WaitJob, lambda asked: self._over(asked.job, "waited for"))

    def _job(self, number: int) -> Job:
        for job in read_jobs(self.path, limit=_ALL):
            if job.id == number:
                return job
        raise NoJobError(f"{self.path.parent}: there is no job {number}; `musfuse jobs` lists them")

    def _over(self, number: int, what: str) -> JobTold:
        """A job that came to its end. Raises ControlError for one that was interrupted: nothing runs that could go on
        with it."""
        job = self._job(number)
        if job.state is not State.INTERRUPTED:
            return told(job)
        raise ControlError(
            f"job {number} was interrupted, and no process has this library: nothing runs that could be {what};"
            " the next `musfuse mount` or `serve` goes on with it"
        )


def told(job: Job) -> JobTold:
    """A job as it is answered."""
    left = seconds_left(job, time.time_ns())
    return JobTold(
        job.id, job.kind, job.state, job.resource, dict(job.params), job.asked_ns, job.began_ns, job.ended_ns, job.done,
        job.total, job.what, None if left is None else round(left, 1), dict(job.result), job.error,
    )  # fmt: skip
