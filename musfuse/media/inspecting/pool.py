"""The workers that look into originals and pictures, several files ahead of the answers."""

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from musfuse import errors
from musfuse.errors import OriginError, UnavailableError
from musfuse.media.formats import FormatRegistry
from musfuse.media.inspecting.inspection import Inspection, InspectionKind
from musfuse.media.inspecting.protocol import job_message, read_answer
from musfuse.media.workers.crew import Crew, FirstInFirstOut
from musfuse.media.workers.failures import Failure, FailureKind
from musfuse.media.workers.process import Clock
from musfuse.media.workers.watch import Patience
from musfuse.media.workers.wire import Message
from musfuse.model import SourceFile
from musfuse.origins import Origin
from musfuse.origins.places import place_in

if TYPE_CHECKING:
    from musfuse.media.art.facts import ExtractedPicture

_MODULE = "musfuse.media.inspecting.worker"
_AHEAD = 48
"""Files sent to a worker at once, of which it takes some 0.15 ms each: it need not wait for this process, which is at
its names for milliseconds on end, to take its answers, and few wait behind a file that takes long."""


class _Task:
    """A file to look into."""

    __slots__ = ("_inspect", "file", "future", "origin")

    def __init__(self, origin: Origin, file: SourceFile, kind: InspectionKind) -> None:
        self.origin, self.file, self._inspect = origin, file, kind
        self.future: Future[Inspection] = Future()

    def message(self) -> Message:
        """The job as it is sent to a worker."""
        return job_message(self.origin, self.file, self._inspect)

    def settle(self, answer: Message) -> None:
        """Take a worker's answer."""
        self.future.set_result(read_answer(answer))

    def fail(self, failure: Failure) -> None:
        """Note that no worker could answer, and why."""
        again = failure.kind is not FailureKind.FILE
        problem = f"{place_in(self.origin.name, self.file.path)}: {failure.reason}"
        self.future.set_result(Inspection(problem=problem, again=again, error="UnavailableError" if again else ""))


class InspectPool:
    """Looks into files of these formats. All methods may be called from many threads."""

    def __init__(
        self,
        workers: int,
        formats: FormatRegistry,
        *,
        patience: Patience | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.formats = formats
        self._lock = threading.Lock()
        self._queue: FirstInFirstOut[_Task] = FirstInFirstOut()
        self._crew = Crew(
            _MODULE, [",".join(formats.modules)], self._queue, self._lock, workers=workers, ahead=_AHEAD,
            patience=patience, clock=clock,
        )  # fmt: skip

    def inspect(
        self, origin: Origin, file: SourceFile, kind: InspectionKind, urgent: bool = False
    ) -> "Future[Inspection]":
        """Look into a file, before those that are not `urgent`."""
        task = _Task(origin, file, kind)
        with self._lock:
            closed = self._crew.closed
            if not closed:
                self._queue.push(task, urgent)
        if closed:
            task.fail(Failure(FailureKind.STOPPING, "stopping"))
        else:
            self._crew.offer()
        return task.future

    def extract(self, origin: Origin, file: SourceFile) -> "ExtractedPicture | None":
        """The embedded cover of an original, as CoverExtractor has it."""
        found = self.inspect(origin, file, InspectionKind.COVER, urgent=True).result()
        if found.again:
            raise _origin_error(found)
        return found.picture

    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return self._crew.pids()

    def close(self) -> None:
        """Drop what is queued, end the workers now."""
        self._crew.close()


def _origin_error(found: Inspection) -> OriginError:
    kind = getattr(errors, found.error, UnavailableError)
    known = isinstance(kind, type) and issubclass(kind, OriginError)
    return kind(found.problem) if known else UnavailableError(found.problem)
