"""A lane to an origin that may be far: calls are made on threads of its own, and whoever asks waits with a deadline.

So a face never does I/O of a network. What fails for a moment is tried again. An origin that does not answer at all is
away from then on: everything fails at once, until a look at it, every so often or soon after somebody asked, finds it
again. What was known of its files stands meanwhile.

Lock order: no lock of this module, of Breaker or of Crew is held while the origin is asked or anybody is told.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from musfuse.errors import AwayError, MusfuseError, NotLetInError, OriginError, UnavailableError
from musfuse.model import Stamp
from musfuse.origins.beats import hearing
from musfuse.origins.port import Entry, Origin, SourceStat, WatchableOrigin
from musfuse.origins.traits import Traits
from musfuse.sources.bandwidth import Bucket
from musfuse.sources.breaker import Breaker, Outage
from musfuse.sources.crew import Crew
from musfuse.sources.task import Task
from musfuse.sources.urgency import Urgency

if TYPE_CHECKING:
    from musfuse.origins.watching import Watch, WatchListener

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls at a time, bytes a second (0: without bound), seconds until the first byte and between each 64 KiB for
    readers and for others, tries of what fails for a moment, seconds before the first of these is repeated (doubled
    each time, with jitter), seconds between looks at an origin that is away, and how soon it is looked at where
    somebody asks for it."""

    calls: int = 48
    bytes_per_second: int = 0
    reader_seconds: float = 5.0
    other_seconds: float = 30.0
    tries: int = 3
    again_seconds: float = 0.1
    look_seconds: float = 30.0
    soon_seconds: float = 0.5


class Lane:
    """The lane of one origin. `on_health` is told when it goes away, and with None when it is back; `seen_by` gives the
    origin as those see it who ask for it."""

    def __init__(
        self,
        origin: Origin,
        limits: Limits | None = None,
        on_health: Callable[[Outage | None], None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.origin, self._limits, self._on_health = origin, limits or Limits(), on_health
        self._breaker = Breaker(now, self._changed)
        self._crew = Crew(f"lane-{origin.uid[:8]}", self._limits.calls, self._make)
        self._bucket = Bucket(self._limits.bytes_per_second, time.monotonic)
        self._lock = threading.Lock()
        self._under_way = set[Task]()
        self._heard_at = 0.0
        self._closed, self._wanted = threading.Event(), threading.Event()
        self._views = {urgency: LaneOrigin(self, urgency) for urgency in Urgency}

    @property
    def outage(self) -> Outage | None:
        """Why the origin is away, and since when; None where it is not, as far as is known."""
        return self._breaker.outage

    def seen_by(self, urgency: Urgency) -> "LaneOrigin":
        """The origin for those who ask so urgently; the same object each time."""
        return self._views[urgency]

    def ask(self, urgency: Urgency, call: Callable[[], Any], size: int = 0) -> Any:
        """Make a call of the origin, of which so many bytes are wanted. Raises what it raises, AwayError where there is
        no answer in time."""
        return self.finish(self.begin(urgency, call, size), urgency)

    def begin(self, urgency: Urgency, call: Callable[[], Any], size: int = 0) -> Task:
        """Have a call made, and go on. Raises AwayError while the origin is away."""
        if self._breaker.outage is not None:
            self._wanted.set()
            self._breaker.check()
        task = Task(call, urgency, self._patience(urgency), size, self._under_way.discard)
        with self._lock:
            self._under_way.add(task)
        if not self._crew.put(task):
            task.settle(error=self._ended())
        return task

    def finish(self, task: Task, urgency: Urgency) -> Any:
        """The answer of a call that was begun, waited for. Raises what `ask` raises."""
        if not task.done.is_set():
            if task.hurry(urgency, self._patience(urgency)):
                self._crew.put(task)
            if not task.wait():
                self._too_late(task)
        return task.result()

    def close(self) -> None:
        """Make no more calls, and let go of the origin."""
        self._closed.set()
        self._wanted.set()
        self._crew.close()
        self._fail_all(self._ended())
        self.origin.close()

    def _patience(self, urgency: Urgency) -> float:
        return self._limits.reader_seconds if urgency is Urgency.READER else self._limits.other_seconds

    def _ended(self) -> UnavailableError:
        return UnavailableError(f"{self.origin.name}: is not part of this library any more, or it ends")

    def _make(self, task: Task) -> None:
        """On a thread of the crew: make a call, again where that may help."""
        if not task.begin():
            return
        if not task.answered and (wait := self._bucket.take(task.size)):
            task.put_off(wait)
            task.done.wait(wait)
        for number in range(1, self._limits.tries + 1):
            if task.answered:  # nobody waits any more
                self._bucket.give_back(task.size)
                return
            try:
                with hearing(lambda size: self._came(task, size)):
                    answer = task.call()
                self._heard()
                if isinstance(answer, bytes):
                    self._bucket.give_back(task.size - len(answer))
                task.settle(answer)
                return  # noqa: TRY300
            except OriginError as error:
                if self._is_final(error, number):
                    self._failed(task, error)
                    return
                pause = self._limits.again_seconds * 2 ** (number - 1)
                task.done.wait(pause * random.uniform(0.5, 1.5))
            except Exception as error:  # noqa: BLE001  who asked gets it
                task.settle(error=error)
                return

    def _is_final(self, error: OriginError, number: int) -> bool:
        passing = isinstance(error, UnavailableError) and not isinstance(error, NotLetInError)
        return not passing or number >= self._limits.tries or self._breaker.outage is not None

    def _failed(self, task: Task, error: OriginError) -> None:
        if isinstance(error, AwayError):
            if not task.answered:
                self._trip(error)
        else:
            self._heard()
        task.settle(error=error)

    def _came(self, task: Task, size: int) -> None:
        self._heard()
        task.came(size)

    def _heard(self) -> None:
        """The origin said something, if only to a call that was given up."""
        self._heard_at = time.monotonic()
        self._breaker.mend()

    def _too_late(self, task: Task) -> None:
        """The deadline of a call passed: it failed; and if nothing at all came since it was asked, the origin is
        away."""
        error = AwayError(
            f"{self.origin.name}: no answer within {task.patience:g} s; check that it runs, and the network"
        )
        if task.settle(error=error) and self._heard_at < task.asked_at:
            self._trip(error)

    def _trip(self, error: AwayError) -> None:
        if self._breaker.trip(error):
            self._crew.renew()
            self._wanted.clear()
            threading.Thread(target=self._look, name=f"look-{self.origin.uid[:8]}", daemon=True).start()
        self._fail_all(error)

    def _fail_all(self, error: OriginError) -> None:
        with self._lock:
            tasks = list(self._under_way)
        for task in tasks:
            task.settle(error=type(error)(str(error)))

    def _look(self) -> None:
        """Look again and again whether the origin is back. A pause counts from the beginning of the look before: one
        that nothing answers takes longer than most pauses."""
        began = time.monotonic()
        while not self._closed.is_set() and self._breaker.outage is not None:
            self._closed.wait(max(0.0, began + self._limits.soon_seconds - time.monotonic()))
            self._wanted.wait(max(0.0, began + self._limits.look_seconds - time.monotonic()))
            self._wanted.clear()
            if self._closed.is_set():
                return
            began = time.monotonic()
            task = Task(lambda: self.origin.stat(""), Urgency.READER, self._limits.reader_seconds, 0)
            if not self._crew.put(task):
                return
            if not task.wait():
                task.settle(error=AwayError(f"{self.origin.name}: no answer"))
                self._crew.renew()
            if isinstance(task.error, AwayError):
                self._breaker.trip(task.error)  # with what is the matter now
            else:
                self._breaker.mend()  # whatever it says, it says something

    def _changed(self, outage: Outage | None) -> None:
        if outage is None:
            log.info("%s: answers again", self.origin.name)
        else:
            log.warning(
                "%s; what is known of it stands, and it is looked for every %d s", outage.why, self._limits.look_seconds
            )
        with suppress(MusfuseError):  # who hears of it may not be able to write it down
            self._on_health(outage)


class LaneOrigin:
    """The origin at the end of a lane, for those who ask with one urgency."""

    def __init__(self, lane: Lane, urgency: Urgency) -> None:
        self._lane, self._urgency = lane, urgency
        self.uid, self.name = lane.origin.uid, lane.origin.name

    @property
    def traits(self) -> Traits:
        return self._lane.origin.traits

    def list(self, path: str) -> Iterator[Entry]:
        """The entries of a folder."""
        entries: list[Entry] = self._lane.ask(self._urgency, lambda: list(self._lane.origin.list(path)))
        return iter(entries)

    def stat(self, path: str) -> SourceStat:
        """Facts about a path."""
        found: SourceStat = self._lane.ask(self._urgency, lambda: self._lane.origin.stat(path))
        return found

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file."""
        data: bytes = self._lane.ask(self._urgency, lambda: self._lane.origin.read(path, offset, size, stamp), size)
        return data

    def spec(self) -> Mapping[str, object]:
        return self._lane.origin.spec()

    def watch(self, listener: "WatchListener") -> "Watch":
        """Have somebody hear of changes."""
        return cast(WatchableOrigin, self._lane.origin).watch(listener)

    def let_go(self) -> None:
        """Close what can be opened again."""
        self._lane.origin.let_go()

    def close(self) -> None:
        """Close the lane, for everybody."""
        self._lane.close()
