"""One worker process, as its parent sees it."""

import logging
import subprocess
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import cast

from musfuse.errors import MusfuseError
from musfuse.media.workers.failures import Failure, FailureKind
from musfuse.media.workers.watch import Watch
from musfuse.media.workers.wire import MAX_READ, Kind, Message, read_message
from musfuse.model import SourceFile
from musfuse.origins import Origin
from musfuse.origins.port import ExpectingOrigin
from musfuse.platform import system
from musfuse.platform.sideprocess import command, environment

log = logging.getLogger(__name__)

Clock = Callable[[], float]
"""Seconds of a clock that never goes back."""
_END_SECONDS = 2.0


class WorkerProcess:
    """A running `python -m module arguments`. One thread talks to it; any thread may end it.

    Lock order: `_lock` is innermost; nothing is written, read or waited for under it. `_writing` is held while a
    message is written.
    """

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        """Raises OSError where the system does not start it."""
        self._process, self._in, self._out = system.spawn_piped(
            [*command(module), *arguments], environment() | {"OPENBLAS_NUM_THREADS": "1"}
        )
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._watch: Watch | None = None
        self._failure: Failure | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def send(self, messages: Iterable[Message]) -> None:
        """Write messages. Raises OSError where it is gone."""
        with self._writing:
            for message in messages:
                self._in.write(message.to_bytes())
            self._in.flush()

    def answer(self, origin: Origin, file: SourceFile, watch: Watch, clock: Clock) -> Message | None:
        """Its answer to the oldest job that it has not answered, which is about this file of this origin; None where it
        ended, was ended, or talked nonsense. What it says of its progress goes to `watch`, what it reads comes from the
        origin."""
        self.watched_by(watch)
        try:
            while (message := read_message(self._out)) is not None:
                if message.kind is Kind.ANSWER:
                    return message
                if message.kind is Kind.BEAT:
                    watch.beat(int(message.said["read"]), bool(message.said["waiting"]), clock())
                elif message.kind is Kind.READ:
                    watch.asked(clock())
                    _Feed(self, origin, file, watch, clock, message).start()
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("worker %d: %s", self._process.pid, error)
        finally:
            self.watched_by(None)
        return None

    def watched_by(self, watch: Watch | None) -> None:
        """Have this watch tell from now on whether the worker gets on; None: there is nothing to get on with."""
        with self._lock:
            self._watch = watch

    def judge(self, now: float) -> None:
        """End it where it does not get on with its job."""
        with self._lock:
            failure = self._watch.verdict(now) if self._watch is not None and self._failure is None else None
            if failure is not None:
                self._failure = failure
        if failure is not None:
            self.kill()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    def end(self) -> None:
        """Have it end by itself, or end it, and let go of its pipes. Waits a few seconds at most: a process that hangs
        in a system call may be past killing."""
        with suppress(OSError, ValueError):
            self._in.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)
        self._out.close()

    def failure(self) -> Failure:
        """Why it gave no answer; it has ended."""
        with self._lock:
            if self._failure is not None:
                return self._failure
        status = self._process.returncode
        if status is not None and system.was_killed(status):
            return Failure(FailureKind.SYSTEM, f"its worker was killed (status {status}), perhaps for want of memory")
        if status is not None and system.was_out_of_time(status):
            return Failure(FailureKind.FILE, "it took more computing than any sound file does")
        return Failure(FailureKind.FILE, f"its worker crashed on it (status {status})")


class _Feed:
    """Gives a worker the bytes of an original that it asked for."""

    def __init__(
        self, worker: WorkerProcess, origin: Origin, file: SourceFile, watch: Watch, clock: Clock, asked: Message
    ) -> None:
        self._worker, self._origin, self._file, self._watch, self._clock = worker, origin, file, watch, clock
        self._offset, self._size = int(asked.said["offset"]), int(asked.said["size"])

    def start(self) -> None:
        """Feed it from a thread of its own, unless the bytes are there: a source that hangs must not keep its listener
        from noticing."""
        origin, file = self._origin, self._file
        if origin.traits.expects:
            size = min(self._size, MAX_READ)
            data = cast(ExpectingOrigin, origin).at_hand(file.path, self._offset, size, file.stamp)
            if data is not None:
                self._give(data)
                return
        try:
            threading.Thread(target=self._run, name="feed", daemon=True).start()
        except RuntimeError:  # there is no room for one more thread
            self._run()

    def _run(self) -> None:
        """Read and send; an error of the origin is sent in place of bytes."""
        file = self._file
        try:
            self._give(self._origin.read(file.path, self._offset, min(self._size, MAX_READ), file.stamp))
        except MusfuseError as error:
            self._send(Message(Kind.BYTES, {"error": type(error).__name__, "message": str(error)}))

    def _give(self, data: bytes) -> None:
        self._watch.gave(len(data), self._clock())
        self._send(Message(Kind.BYTES, {}, data))

    def _send(self, message: Message) -> None:
        with suppress(OSError, ValueError):
            self._worker.send([message])
