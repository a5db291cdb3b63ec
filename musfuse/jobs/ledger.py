"""Where jobs are written down."""

from dataclasses import replace
from typing import Protocol

from musfuse.jobs.job import Job, State


class Ledger(Protocol):
    """Jobs by id. May be used from many threads. A disk that takes nothing raises nothing: what was put in this process
    is there all the same, as far as it is bounded."""

    @property
    def problem(self) -> str:
        """Why nothing can be written now, '' where it can."""

    def open(self) -> tuple[int, list[Job]]:
        """The last id that was given, and the jobs to go on with: the last ones of their kind and key, where they were
        interrupted. Those that another process left waiting or running are written down as that now. Called once,
        before all else."""

    def put(self, job: Job) -> None:
        """Write down a job as it is now."""

    def get(self, job: int) -> Job | None:
        """A job by its id."""

    def rows(self, kind: str = "", limit: int = 100) -> list[Job]:
        """The last jobs, of one kind or all, the latest first."""

    def close(self) -> None:
        """Close the ledger; nothing is written down any more."""


class MemoryLedger:
    """A ledger in memory: jobs end with the process."""

    def __init__(self, keep: int = 1000) -> None:
        self._keep = keep
        self._jobs: dict[int, Job] = {}

    @property
    def problem(self) -> str:
        """Always '': memory takes everything."""
        return ""

    def open(self) -> tuple[int, list[Job]]:
        """The last id; there are no jobs to go on with, since no other process wrote here."""
        return max(self._jobs, default=0), []

    def put(self, job: Job) -> None:
        """Write down a job as it is now; the oldest that ended is forgotten where there are too many."""
        self._jobs[job.id] = job
        if len(self._jobs) > self._keep:
            ended = next((other.id for other in list(self._jobs.values()) if other.ended), None)
            if ended is not None:
                self._jobs.pop(ended, None)

    def get(self, job: int) -> Job | None:
        """A job by its id."""
        return self._jobs.get(job)

    def rows(self, kind: str = "", limit: int = 100) -> list[Job]:
        """The last jobs, the latest first."""
        found = sorted(self._jobs.copy().values(), key=lambda job: -job.id)
        return [job for job in found if kind in ("", job.kind)][:limit]

    def close(self) -> None:
        """Nothing is open."""


def interrupted(job: Job, now_ns: int) -> Job:
    """A job whose process is gone."""
    tries = job.tries + (job.state is State.RUNNING)
    return replace(job, state=State.INTERRUPTED, ended_ns=now_ns, tries=tries)
