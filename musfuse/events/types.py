"""What can happen: frozen values, each with a name for other programs. Here is what parts of this process tell each
other; what becomes of originals stands in `originals.py`, which is loaded when somebody wants to hear of it.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. `NAME` is what other programs know it by."""

    NAME: ClassVar[str] = ""

    @property
    def topic(self) -> Hashable:
        """Of two events with the same topic the later one tells all: who shows progress needs no other. None: it is
        one of its own."""
        return None


@dataclass(frozen=True, slots=True)
class ScanProgress(Event):
    """`seen` audio files were looked at, of `total` (0: the walk goes on), of which `read` were read anew and `skipped`
    could not be used."""

    NAME: ClassVar[str] = "scan_progress"
    source: str
    seen: int
    read: int
    skipped: int
    total: int = 0

    @property
    def topic(self) -> Hashable:
        """The source, since it is scanned once at a time."""
        return self.NAME, self.source


@dataclass(frozen=True, slots=True)
class TreeChanged(Event):
    """Names on the drive changed; `generation` is the new value of the global counter."""

    NAME: ClassVar[str] = "tree_changed"
    generation: int

    @property
    def topic(self) -> Hashable:
        """One topic for the tree: only its latest generation counts."""
        return self.NAME


@dataclass(frozen=True, slots=True)
class TagsChanged(Event):
    """Tags or art were changed; `seq` is the number of the change, which the tree shows already."""

    NAME: ClassVar[str] = "metadata_changed"
    seq: int


@dataclass(frozen=True, slots=True)
class TrackIndexed(Event):
    """The exact size of a served track became known (`size` bytes), or never will (`error`)."""

    NAME: ClassVar[str] = "track_indexed"
    track_id: int
    size: int | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class AccountChanged(Event):
    """Something happened to the account of a `user`: `what` (added, removed, renamed, password, role, sources,
    signed_in, device_added, device_revoked), and `by` whom, '' for who administers this machine. No secret is told."""

    NAME: ClassVar[str] = "account_changed"
    user: str
    what: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class JobChanged(Event):
    """A job is asked for, begins, gets on or ends: `done` of `total` (0: not known), at `what`. `kind` and `state` are
    those of musfuse.jobs."""

    NAME: ClassVar[str] = "job_changed"
    job: int
    kind: str
    state: str
    done: int = 0
    total: int = 0
    what: str = ""

    @property
    def topic(self) -> Hashable:
        """The job, by its id."""
        return self.NAME, self.job


@dataclass(frozen=True, slots=True)
class EventsLost(Event):
    """A subscriber fell behind, or came back too late: so many events that it wanted are not given to it. None: nobody
    can tell, because they were of another process."""

    NAME: ClassVar[str] = "events_lost"
    count: int | None
