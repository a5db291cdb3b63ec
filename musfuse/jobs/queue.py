"""Which job begins next."""

from collections.abc import Mapping
from dataclasses import dataclass

from musfuse.jobs.context import JobContext
from musfuse.jobs.job import Job, Resource
from musfuse.jobs.kind import JobKind


@dataclass(eq=False, slots=True)
class Entry:
    """A job that waits or runs. `urgent`: somebody waits for it; `cancelled`: somebody wants it no more."""

    kind: JobKind
    job: Job
    urgent: bool = False
    cancelled: bool = False
    context: JobContext | None = None

    @property
    def place(self) -> tuple[str, str]:
        """The kind and the key of a job: of all jobs in one place, one waits at a time."""
        return self.job.kind, self.job.key


class Queue:
    """What waits and what runs. Kinds that come first in `kinds` go first, of one kind those asked for first. Not for
    several threads at once: the runner holds its lock."""

    def __init__(self, kinds: Mapping[str, JobKind]) -> None:
        self._ranks = {name: rank for rank, name in enumerate(kinds)}
        self._waiting: dict[tuple[str, str], Entry] = {}
        self.running: list[Entry] = []

    @property
    def waiting(self) -> list[Entry]:
        """What waits, in the order in which it was asked for."""
        return list(self._waiting.values())

    def put(self, entry: Entry) -> None:
        """Add an entry to those that wait."""
        self._waiting[entry.place] = entry

    def at(self, place: tuple[str, str]) -> Entry | None:
        """The entry that waits in a place; None where none does."""
        return self._waiting.get(place)

    def drop(self, entry: Entry) -> bool:
        """Take a waiting entry out; False where it does not wait."""
        if self._waiting.get(entry.place) is not entry:
            return False
        del self._waiting[entry.place]
        return True

    def take(self, resource: Resource) -> Entry | None:
        """The next entry that may begin now on a thread of this resource. It counts as running from now on."""
        ready = [e for e in self._waiting.values() if e.kind.resource is resource and self._may_begin(e)]
        if not ready:
            return None
        entry = min(ready, key=self._rank)
        del self._waiting[entry.place]
        self.running.append(entry)
        return entry

    def end(self, entry: Entry) -> None:
        """An entry runs no more."""
        self.running.remove(entry)

    def wants_place_of(self, entry: Entry) -> bool:
        """Whether an entry waits that could begin if this running one ended."""
        others = [other for other in self.running if other is not entry]
        return any(self._goes_before(waiting, entry) and self._may_begin(waiting, others) for waiting in self.waiting)

    def _goes_before(self, waiting: Entry, entry: Entry) -> bool:
        if entry.kind.alone:
            return waiting.kind is not entry.kind
        same = waiting.kind.resource is entry.kind.resource
        return same and self._rank(waiting) < self._rank(entry)

    def _may_begin(self, entry: Entry, running: list[Entry] | None = None) -> bool:
        running = self.running if running is None else running
        if any(other.kind.alone for other in running):
            return False
        others = [*running, *(other for other in self._waiting.values() if other is not entry)]
        if entry.kind.alone and any(not other.kind.alone or self._rank(other) < self._rank(entry) for other in others):
            return False
        return not any(other.kind.name in entry.kind.after for other in others)

    def _rank(self, entry: Entry) -> int:
        return self._ranks[entry.kind.name]
