"""Threads that make the calls of one origin, the most urgent first.

They are daemons: one that hangs in a call keeps no process from ending. Lock order: `_turns` is innermost; no call is
made under it.
"""

import heapq
import itertools
import threading
from collections.abc import Callable

from musfuse.sources.task import Task
from musfuse.sources.urgency import Urgency

_IDLE_SECONDS = 20.0


class Crew:
    """Up to `limit` threads, started when there is work, gone when there is none for a while. Some are kept for
    readers, whatever else there is to do. `make` makes a call."""

    def __init__(self, name: str, limit: int, make: Callable[[Task], None]) -> None:
        self._name, self._limit, self._make = name, limit, make
        self._for_others = limit - max(1, limit // 4) if limit > 1 else 1
        self._turns = threading.Condition(threading.Lock())
        self._queue: list[tuple[int, int, Task]] = []
        self._order = itertools.count()
        self._threads = self._idle = self._others = 0
        self._era = 0
        self._stuck = 0
        self._closed = False

    def put(self, task: Task) -> bool:
        """Queue a call; False where nobody will make it any more."""
        with self._turns:
            if self._closed:
                return False
            heapq.heappush(self._queue, (task.urgency, next(self._order), task))
            if len(self._queue) > self._idle and self._threads < self._limit:  # those idle have enough to do already
                self._start()
            else:
                self._turns.notify()
        return True

    def renew(self) -> None:
        """Whatever is being made now may hang for long: go on with other threads, as long as not too many hang."""
        with self._turns:
            busy = self._threads - self._idle
            if self._stuck + busy > 4 * self._limit:
                return
            self._era += 1
            self._stuck += busy
            self._threads = self._idle = self._others = 0
            self._turns.notify_all()
            for _ in range(min(self._limit, len(self._queue))):
                self._start()

    def close(self) -> list[Task]:
        """Make no more calls; those that were not made."""
        with self._turns:
            self._closed = True
            left = [task for _, _, task in self._queue]
            self._queue.clear()
            self._turns.notify_all()
        return left

    def _start(self) -> None:
        self._threads += 1
        threading.Thread(target=self._run, args=(self._era,), name=self._name, daemon=True).start()

    def _run(self, era: int) -> None:
        while (taken := self._next(era)) is not None:
            task, is_other = taken
            self._make(task)
            with self._turns:
                if era == self._era:
                    self._others -= is_other
                    self._turns.notify()
                else:
                    self._stuck -= 1
                    return

    def _next(self, era: int) -> tuple[Task, bool] | None:
        """The call to be made next, and whether it takes a place that is not kept for readers: somebody may begin to
        wait for it while it is made. None where this thread is not needed any more."""
        with self._turns:
            while era == self._era and not self._closed:
                if self._queue and self._may_begin(self._queue[0][2]):
                    task = heapq.heappop(self._queue)[2]
                    is_other = task.urgency is not Urgency.READER
                    self._others += is_other
                    return task, is_other
                self._idle += 1
                woken = self._turns.wait(_IDLE_SECONDS)
                if era != self._era:
                    return None
                self._idle -= 1
                if not woken and not self._queue:
                    break
            if era == self._era:
                self._threads -= 1
            return None

    def _may_begin(self, task: Task) -> bool:
        return task.urgency is Urgency.READER or self._others < self._for_others
