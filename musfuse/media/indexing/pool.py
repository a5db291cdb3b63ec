"""The workers that build frame indexes, which take jobs by priority and give way to readers."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum

from musfuse.errors import MusfuseError
from musfuse.media.formats import FormatRegistry
from musfuse.media.indexing.protocol import Answer, Job
from musfuse.media.workers.crew import Crew
from musfuse.media.workers.failures import Failure, FailureKind
from musfuse.media.workers.process import Clock
from musfuse.media.workers.watch import Patience
from musfuse.media.workers.wire import Message
from musfuse.model import SourceFile
from musfuse.origins import Origin

_MODULE = "musfuse.media.indexing.worker"


class Priority(IntEnum):
    """Who waits: a reader, the rest of a reader's folder, or nobody."""

    DEMAND = 0
    FOLDER = 1
    BACKGROUND = 2


class _Task:
    """A job that waits or runs, under its key."""

    __slots__ = ("future", "job", "key", "origin", "priority", "queue", "started")

    def __init__(self, queue: "_Queue", key: str, origin: Origin, job: Job, priority: Priority) -> None:
        self.queue, self.key, self.origin, self.job, self.priority = queue, key, origin, job, priority
        self.future: Future[Answer] = Future()
        self.started = False

    @property
    def file(self) -> SourceFile:
        return self.job.file

    def message(self) -> Message:
        """The job as it is sent to a worker."""
        return self.job.to_message(self.origin)

    def settle(self, answer: Message) -> None:
        """Take a worker's answer."""
        self._end(Answer.from_message(answer))

    def fail(self, failure: Failure) -> None:
        """Note that no worker could answer, and why."""
        if failure.kind is FailureKind.STOPPING:
            self._end(Answer(None, failure.reason, may_retry=True))
            return
        may_retry = failure.kind is not FailureKind.FILE
        reason = f"{self.file.path}: {failure.reason}"
        self._end(Answer(None, reason, may_retry, put_off=failure.kind is FailureKind.SYSTEM))

    def _end(self, answer: Answer) -> None:
        self.queue.forget(self)
        self.future.set_result(answer)


class _Queue:
    """Tasks by priority; only demanded ones are taken while readers are at work or wait: each job uses all cores, a
    second one slows the first. All but `forget` is called under the lock."""

    def __init__(self, lock: threading.Lock, readers_at_work: Callable[[], bool]) -> None:
        self._lock, self._readers_at_work = lock, readers_at_work
        self._heap: list[tuple[int, int, _Task]] = []
        self._tasks: dict[str, _Task] = {}
        self._order = itertools.count()

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, key: str, origin: Origin, job: Job, priority: Priority) -> _Task:
        """Queue a new task; where one with this key is queued or running already, raise that one's priority. The
        task."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = _Task(self, key, origin, job, priority)
        elif priority < task.priority:
            task.priority = priority
            if not task.started:
                task.job = job
        else:
            return task
        heapq.heappush(self._heap, (priority, next(self._order), task))
        return task

    def pop(self) -> _Task | None:
        """The most urgent task that may run now."""
        while self._heap:
            priority, _, task = self._heap[0]
            if task.started or self._tasks.get(task.key) is not task:
                heapq.heappop(self._heap)
            elif priority > Priority.DEMAND and (self._demanded() or self._readers_at_work()):
                return None
            else:
                heapq.heappop(self._heap)
                task.started = True
                return task
        return None

    def forget(self, task: _Task) -> None:
        """Forget a task that is done."""
        with self._lock:
            if self._tasks.get(task.key) is task:
                del self._tasks[task.key]

    def drop(self) -> list[_Task]:
        """Take out all that were not begun."""
        self._heap.clear()
        return [task for task in self._tasks.values() if not task.started]

    def urgent(self) -> bool:
        """Whether anything more urgent than background work is queued or running."""
        return any(task.priority < Priority.BACKGROUND for task in self._tasks.values())

    def _demanded(self) -> bool:
        return any(task.priority is Priority.DEMAND for task in self._tasks.values())


class IndexPool:
    """Builds frame indexes. A job for a key that is queued already is the same job, at the higher priority."""

    def __init__(
        self,
        workers: int,
        memory_mib: int,
        formats: FormatRegistry,
        readers_at_work: Callable[[], bool] = lambda: False,
        *,
        patience: Patience | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._lock = threading.Lock()
        self._queue = _Queue(self._lock, readers_at_work)
        self._crew = Crew(
            _MODULE, [str(memory_mib), ",".join(formats.modules)], self._queue, self._lock, workers=workers,
            patience=patience, clock=clock,
        )  # fmt: skip

    def submit(self, key: str, origin: Origin, job: Job, priority: Priority) -> "Future[Answer]":
        """Queue a job, or find the one that is queued or running for `key` and raise its priority."""
        with self._lock:
            if self._crew.closed:
                raise MusfuseError("the index workers are stopping")
            task = self._queue.put(key, origin, job, priority)
        self._crew.offer()
        return task.future

    def warm(self) -> None:
        """Start a worker where there is none: a reader will probably want one soon."""
        self._crew.warm()

    @property
    def demand(self) -> bool:
        """Whether anything more urgent than background work is queued or running."""
        with self._lock:
            return self._queue.urgent()

    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return self._crew.pids()

    def close(self) -> None:
        """Drop what is queued, end the workers now."""
        self._crew.close()
