"""A few worker processes, started when needed and ended when idle, taking jobs by priority.

Lock order: `_lock` is innermost; no process is started, written to, waited for or killed under it, and callbacks run
without it.
"""

import heapq
import itertools
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from enum import IntEnum

from musfuse.errors import MusfuseError
from musfuse.media.indexing.protocol import Answer, Job

log = logging.getLogger(__name__)

IDLE_SECONDS = 15.0
_GIVE_WAY_SECONDS = 0.05
_BASE_SECONDS, _BYTES_A_SECOND = 60.0, 500_000


class Priority(IntEnum):
    """Who waits: a reader, the rest of a reader's folder, or nobody."""

    DEMAND = 0
    FOLDER = 1
    BACKGROUND = 2


class _Task:
    __slots__ = ("future", "job", "key", "priority", "started")

    def __init__(self, key: str, job: Job, priority: Priority) -> None:
        self.key, self.job, self.priority = key, job, priority
        self.future: Future[Answer] = Future()
        self.started = False


class IndexPool:
    """Builds frame indexes. A job for a key that is queued already is the same job, at the higher priority."""

    def __init__(self, workers: int, memory_mib: int, readers_at_work: Callable[[], bool] = lambda: False) -> None:
        self._workers, self._memory_mib = workers, memory_mib
        self._readers_at_work = readers_at_work
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._queue: list[tuple[int, int, _Task]] = []
        self._tasks: dict[str, _Task] = {}
        self._order = itertools.count()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def submit(self, key: str, job: Job, priority: Priority) -> "Future[Answer]":
        """Queue a job, or find the one that is queued or running for `key` and raise its priority."""
        with self._lock:
            if self._closed:
                raise MusfuseError("the index workers are stopping")
            task = self._tasks.get(key)
            if task is None:
                task = self._tasks[key] = _Task(key, job, priority)
                heapq.heappush(self._queue, (priority, next(self._order), task))
            elif priority < task.priority:
                task.priority = priority
                if not task.started:
                    task.job = job
                heapq.heappush(self._queue, (priority, next(self._order), task))
            if not self._idle and len(self._threads) < self._workers:
                self._start_thread()
            self._wake.notify()
            return task.future

    def warm(self) -> None:
        """Start a worker where there is none: a reader will probably want one soon."""
        with self._lock:
            if not self._threads and not self._closed:
                self._start_thread()

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._serve, name="index", daemon=True)
        self._threads.append(thread)
        thread.start()

    @property
    def demand(self) -> bool:
        """Whether anything more urgent than background work is queued or running."""
        with self._lock:
            return any(task.priority < Priority.BACKGROUND for task in self._tasks.values())

    def close(self) -> None:
        """Drop what is queued, end the workers now."""
        with self._lock:
            self._closed = True
            dropped = [task for task in self._tasks.values() if not task.started]
            self._tasks.clear()
            self._queue.clear()
            processes = list(self._processes)
            threads = list(self._threads)
            self._wake.notify_all()
        for task in dropped:
            task.future.set_result(Answer(None, "stopping", may_retry=True))
        for process in processes:
            process.kill()
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout=10)

    def _serve(self) -> None:
        """One thread drives one process. It ends with its process after some idle time."""
        process: subprocess.Popen[bytes] | None = None
        try:
            process = self._start()  # it loads its decoder while there is nothing to do yet
            while (task := self._next()) is not None:
                if process.poll() is not None:
                    process = self._start()
                answer = self._ask(process, task.job)
                with self._lock:
                    self._tasks.pop(task.key, None)
                task.future.set_result(answer)
        finally:
            with self._lock:
                self._threads.remove(threading.current_thread())
                if process is not None:
                    self._processes.discard(process)
            if process is not None:
                _end(process)

    def _next(self) -> _Task | None:
        with self._lock:
            while not self._closed:
                task = self._pop()
                if task is not None:
                    task.started = True
                    return task
                self._idle += 1
                woken = self._wake.wait(_GIVE_WAY_SECONDS if self._queue else IDLE_SECONDS)
                self._idle -= 1
                if not woken and not self._queue:
                    return None
            return None

    def _demanded(self) -> bool:
        return any(task.priority is Priority.DEMAND for task in self._tasks.values())

    def _pop(self) -> _Task | None:
        """The most urgent job that may run now.

        Only demanded ones while readers are at work or wait: each job uses all cores, a second one slows the first.
        """
        while self._queue:
            priority, _, task = self._queue[0]
            if task.started or self._tasks.get(task.key) is not task:
                heapq.heappop(self._queue)
            elif priority > Priority.DEMAND and (self._demanded() or self._readers_at_work()):
                return None
            else:
                heapq.heappop(self._queue)
                return task
        return None

    def _start(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", "musfuse.media.indexing.worker", str(self._memory_mib)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        with self._lock:
            self._processes.add(process)
            closed = self._closed
        if closed:
            process.kill()
        return process

    def _ask(self, process: "subprocess.Popen[bytes]", job: Job) -> Answer:
        """One job's answer; a worker that crashes, hangs or talks nonsense is killed and the file is blamed."""
        assert process.stdin is not None
        assert process.stdout is not None
        limit = _BASE_SECONDS + job.file.stamp.size / _BYTES_A_SECOND
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(limit, expire)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(job.to_line())
            process.stdin.flush()
            line = process.stdout.readline()
            if line:
                return Answer.from_line(line)
        except (OSError, ValueError, KeyError, MusfuseError) as error:
            log.warning("index worker: %s", error)
        finally:
            timer.cancel()
        _end(process)
        if self._closed:
            return Answer(None, "stopping", may_retry=True)
        if expired.is_set():
            return Answer(None, f"{job.file.path}: decoding it took longer than {limit:.0f} s")
        return Answer(None, f"{job.file.path}: the decoder crashed on it (status {process.returncode})")


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(OSError):
        if process.stdin:
            process.stdin.close()
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
