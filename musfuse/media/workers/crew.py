"""A few worker processes, started when needed and ended when idle; a thread drives each.

A worker whose job kills it, hangs in it, or stalls takes nothing with it: the jobs that were sent to it behind that one
go to another worker. A worker that the system killed is no fault of its file: the job is done once more, while no
other worker is at work.

Lock order: the lock is innermost; no process is started, written to, waited for or killed under it, and tasks are
settled without it.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from musfuse.errors import MusfuseError
from musfuse.media.workers.failures import Failure, FailureKind
from musfuse.media.workers.process import Clock, WorkerProcess
from musfuse.media.workers.watch import Patience, Watch
from musfuse.media.workers.wire import Message
from musfuse.model import SourceFile
from musfuse.origins import Origin

log = logging.getLogger(__name__)

IDLE_SECONDS = 15.0
_SENT_AHEAD = 24 << 10
"""Bytes of jobs after which no more are sent ahead. A worker's pipes hold 64 KiB: if it were sent more, it would have
to read on while it writes a long answer, which nobody reads before all is sent."""
_GIVE_WAY_SECONDS = 0.05


class Task(Protocol):
    """One job over one original."""

    @property
    def origin(self) -> Origin:
        """Where the original lies."""

    @property
    def file(self) -> SourceFile:
        """The original itself."""

    def message(self) -> Message:
        """The job as it is sent to a worker."""

    def settle(self, answer: Message) -> None:
        """Take a worker's answer. Raises ValueError, KeyError, TypeError or MusfuseError where it makes no sense."""

    def fail(self, failure: Failure) -> None:
        """Note that no worker will answer, and why."""


T = TypeVar("T", bound=Task)


class Queue(Protocol[T]):
    """Tasks that wait, and which is next. Used under the crew's lock."""

    def pop(self) -> T | None:
        """The next task that may run now."""

    def __len__(self) -> int: ...

    def drop(self) -> list[T]:
        """Take out all tasks."""


class FirstInFirstOut(Generic[T]):
    """The Queue of tasks that are all the same, but for a few that somebody waits for."""

    def __init__(self) -> None:
        self._urgent: deque[T] = deque()
        self._others: deque[T] = deque()

    def push(self, task: T, urgent: bool = False) -> None:
        """Put in a task, before those that are not urgent where it is."""
        (self._urgent if urgent else self._others).append(task)

    def pop(self) -> T | None:
        """The oldest of the urgent ones, else of all."""
        waiting = self._urgent or self._others
        return waiting.popleft() if waiting else None

    def __len__(self) -> int:
        return len(self._urgent) + len(self._others)

    def drop(self) -> list[T]:
        dropped = [*self._urgent, *self._others]
        self._urgent.clear()
        self._others.clear()
        return dropped


def _bytes_sent(task: Task) -> int:
    """About the most that a job takes: six bytes in JSON for each character of its paths that is not ASCII."""
    text = task.file.path + task.file.older_name + 3 * task.origin.name
    return 300 + (len(text) if text.isascii() else 6 * len(text))


class Crew(Generic[T]):
    """Up to `workers` processes of a module that take tasks from a queue, each up to `ahead` at once.

    `lock` guards the queue too; whoever puts a task there holds it, and calls `offer` afterwards without it.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        queue: Queue[T],
        lock: threading.Lock,
        *,
        workers: int,
        ahead: int = 1,
        patience: Patience | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._patience, self._clock = patience or Patience(), clock
        self._module, self._arguments = module, (*arguments, str(self._patience.beat_seconds))
        self._queue, self._workers, self._ahead = queue, workers, ahead
        self._lock, self._wake = lock, threading.Condition(lock)
        self._returned: deque[T] = deque()
        self._suspects: deque[T] = deque()
        self._running = 0
        self._alone = False
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._processes: set[WorkerProcess] = set()
        self._watchdog: threading.Thread | None = None
        self._over = threading.Event()
        self.closed = False

    def offer(self) -> None:
        """There is something in the queue, for which one more worker is started where all are busy."""
        self._start_worker(lambda: not self._idle)
        with self._lock:
            self._wake.notify()

    def warm(self) -> None:
        """Start a worker where there is none."""
        self._start_worker(lambda: not self._threads)

    def _start_worker(self, wanted: Callable[[], bool]) -> None:
        with self._lock:
            if self.closed or len(self._threads) >= self._workers or not wanted():
                return
            problem = self._start_thread()
        if problem:
            self._give_up([], problem)

    def pids(self) -> list[int]:
        """The process ids of its workers."""
        with self._lock:
            return [process.pid for process in self._processes]

    def close(self) -> None:
        """Drop what waits, end the workers now."""
        with self._lock:
            self.closed = True
            dropped = [*self._queue.drop(), *self._returned, *self._suspects]
            self._returned.clear()
            self._suspects.clear()
            processes, threads = list(self._processes), [*self._threads]
            if self._watchdog is not None:
                threads.append(self._watchdog)
            self._wake.notify_all()
        self._over.set()
        for task in dropped:
            task.fail(Failure(FailureKind.STOPPING, "stopping"))
        for process in processes:
            process.kill()
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout=10)

    def _start_thread(self) -> str:
        """Start one, and the watchdog where there is none; or tell why that could not be done."""
        thread = threading.Thread(target=self._serve, name="worker", daemon=True)
        try:
            if self._watchdog is None:
                watchdog = threading.Thread(target=self._judge, name="watchdog", daemon=True)
                watchdog.start()
                self._watchdog = watchdog
            self._threads.append(thread)
            thread.start()
        except (RuntimeError, MemoryError) as error:
            if thread in self._threads:
                self._threads.remove(thread)
            return f"no worker can be started now: {error}"
        return ""

    def _judge(self) -> None:
        """End workers that do not get on."""
        while not self._over.wait(self._patience.beat_seconds / 2):
            with self._lock:
                if not self._threads:
                    self._watchdog = None
                    return
                processes = list(self._processes)
            for process in processes:
                process.judge(self._clock())

    def _serve(self) -> None:
        """One thread drives one process after the other. It ends with its process after some idle time."""
        worker: WorkerProcess | None = None
        sent: deque[T] = deque()
        try:
            worker = self._start()  # it loads its decoders while there is nothing to do yet
            while (taken := self._take(sent)) or sent:
                sent.extend(taken)
                if len(taken) == len(sent) and not worker.is_alive():
                    self._let_go(worker)
                    worker = self._start()
                if not self._do_one(worker, taken, sent):
                    self._let_go(worker)
                    worker = self._start()
        except OSError as error:
            self._give_up(sent, f"no worker can be started now: {error}")
        finally:
            with self._lock:
                self._leave()
            if worker is not None:
                self._let_go(worker)

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess(self._module, self._arguments)
        with self._lock:
            self._processes.add(worker)
            closed = self.closed
        if closed:
            worker.kill()
        return worker

    def _let_go(self, worker: WorkerProcess) -> None:
        with self._lock:
            self._processes.discard(worker)
        worker.end()

    def _leave(self) -> None:
        thread = threading.current_thread()
        if thread in self._threads:
            self._threads.remove(thread)

    def _take(self, sent: Sequence[T]) -> list[T]:
        """Tasks to send to a worker that has these to do; waits for one where it has none. Nothing: it may go."""
        with self._lock:
            taken = self._pop_some(sent)
            while not taken and not sent and not self.closed:
                self._idle += 1
                waits = bool(self._returned or self._suspects or len(self._queue))
                woken = self._wake.wait(_GIVE_WAY_SECONDS if waits else IDLE_SECONDS)
                self._idle -= 1
                taken = self._pop_some(sent)
                if not taken and not woken and not waits:
                    self._leave()  # before anybody counts on it
                    break
            return taken

    def _pop_some(self, sent: Sequence[T]) -> list[T]:
        """As many tasks as a worker may have beside these; several at once, where there are."""
        taken: list[T] = []
        if sent and len(sent) > self._ahead // 2:
            return taken
        size = sum(map(_bytes_sent, sent))
        while len(sent) + len(taken) < self._ahead and size < _SENT_AHEAD and (task := self._pop()) is not None:
            taken.append(task)
            size += _bytes_sent(task)
            self._running += 1
        return taken

    def _pop(self) -> T | None:
        """The next task that may run now; a suspect runs when all others have come back, and then alone."""
        if self.closed or self._alone:
            return None
        if self._suspects:
            if self._running:
                return None
            self._alone = True
            return self._suspects.popleft()
        return self._returned.popleft() if self._returned else self._queue.pop()

    def _do_one(self, worker: WorkerProcess, taken: list[T], sent: deque[T]) -> bool:
        """Send what was taken, settle the oldest of what was sent; False where that cost the worker its life."""
        task = sent[0]
        watch = Watch(self._patience, task.file.stamp.size, self._clock())
        answer = None
        with suppress(OSError):
            if taken:
                worker.send([each.message() for each in taken])
            answer = worker.answer(task.origin, task.file, watch, self._clock)
        if answer is not None:
            try:
                task.settle(answer)
            except (ValueError, KeyError, TypeError, MusfuseError) as error:
                log.warning("a worker's answer about %s: %s", task.file.path, error)
            else:
                sent.popleft()
                self._came_back(1)
                return True
        worker.end()
        self._settle_failed(worker.failure(), sent)
        return False

    def _settle_failed(self, failure: Failure, sent: deque[T]) -> None:
        """The worker did not survive the oldest of these; the others are for another one."""
        task, *others = sent
        with self._lock:
            if self.closed:
                failure = Failure(FailureKind.STOPPING, "stopping")
            again = failure.kind is FailureKind.SYSTEM and not self._alone
            if again:
                self._suspects.append(task)
            if not self.closed:
                self._returned.extendleft(reversed(others))
                others = []
        for doomed in [*([] if again else [task]), *others]:
            doomed.fail(failure)
        self._came_back(len(sent))
        sent.clear()

    def _came_back(self, count: int) -> None:
        with self._lock:
            self._running -= count
            self._alone = False
            if self._suspects or self._returned:
                self._wake.notify_all()

    def _give_up(self, sent: Sequence[T], reason: str) -> None:
        """Tell whoever waits that no worker can be started, unless other workers are left."""
        log.warning("%s", reason)
        with self._lock:
            doomed = [*sent]
            self._leave()
            if not self._threads:
                doomed += [*self._returned, *self._suspects, *self._queue.drop()]
                self._returned.clear()
                self._suspects.clear()
            self._running -= len(sent)
            self._alone = False
        for task in doomed:
            task.fail(Failure(FailureKind.STOPPING, reason))
