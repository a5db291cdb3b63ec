"""How far a job is, and how often that is told."""

import time
from collections.abc import Callable

from musfuse.jobs.job import Job, State

_TOO_EARLY_NS = 500_000_000


def seconds_left(job: Job, now_ns: int) -> float | None:
    """The seconds that a job will still take, by its pace so far; None where that cannot be told."""
    spent = now_ns - job.began_ns
    if job.state is not State.RUNNING or not job.total or not job.done or spent < _TOO_EARLY_NS:
        return None
    return spent / 1e9 / job.done * max(0, job.total - job.done)


class Pace:
    """Lets something through once in so many seconds. Not for several threads at once."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._next = float("-inf")

    def is_due(self) -> bool:
        """Whether it is time for something again. A yes counts as that time: the next is due some seconds later."""
        now = self._clock()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True
