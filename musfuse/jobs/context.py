"""What a job has in its hands while it runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from musfuse.jobs.job import Params

_Report = Callable[[int, int, str, dict[str, Any]], None]


class JobContext:
    """Handed to a kind's `run`, on whose thread all but `stop` is called.

    `report` hears of progress. `is_wanted` tells whether others wait for the place of a job that is patient,
    `is_urgent` whether somebody waits for this one.
    """

    def __init__(
        self, params: Params, report: _Report, is_wanted: Callable[[], bool], is_urgent: Callable[[], bool]
    ) -> None:
        self.params = params
        self._report, self._is_wanted, self._is_urgent = report, is_wanted, is_urgent
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._stops: list[Callable[[], None]] = []
        self.gave_way = False
        """Whether it was told to give way: it is asked for again."""

    @property
    def stopping(self) -> bool:
        """Whether to return soon, because it was cancelled or the process ends. What is done so far is kept."""
        return self._stop.is_set()

    @property
    def urgent(self) -> bool:
        """Whether somebody waits for it; it need not spare anybody then."""
        return self._is_urgent()

    def progress(self, done: int, total: int = 0, what: str = "", **so_far: Any) -> None:
        """So many are done, of `total` where that is known; `so_far` is shown as its result. May be called often."""
        self._report(done, total, what, so_far)

    def gives_way(self) -> bool:
        """Asked by a patient job between its steps: whether others wait for its place. Then it returns soon, and is
        asked for again."""
        self.gave_way = self.gave_way or self._is_wanted()
        return self.gave_way

    def pause(self, seconds: float) -> None:
        """Wait, unless it is to stop."""
        self._stop.wait(seconds)

    @contextmanager
    def stopped_by(self, stop: Callable[[], None]) -> Iterator[None]:
        """Within the block `stop` is called, from any thread, when the job is to return; at once where it is so now."""
        with self._lock:
            self._stops.append(stop)
            late = self._stop.is_set()
        if late:
            stop()
        try:
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)

    def stop(self) -> None:
        """Have the job return soon."""
        with self._lock:
            self._stop.set()
            stops = list(self._stops)
        for stop in stops:
            stop()
