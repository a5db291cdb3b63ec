"""What a job is, to whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Params = Mapping[str, Any]
"""What is asked of a job, JSON values by name."""


class State(StrEnum):
    """`INTERRUPTED`: its process ended before it was done."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.INTERRUPTED})


class Resource(StrEnum):
    """What a job mostly uses. Jobs that use the same run one after the other."""

    CPU = "cpu"
    ORIGIN = "origin"
    DISK = "disk"
    DEVICE = "device"
    """A player or a disk that files are put on."""
    FOLLOWING = "following"
    """Next to nothing: what is short, and must not wait for what is long."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is now. Ids count up, also over restarts; times are ns since the epoch, 0 for not yet. Of jobs of one
    kind and `key` one waits at a time.

    `done` of `total` (0: not known) in what the kind counts, `what` is being worked on, `result` are JSON values by
    name, growing while it runs. `error` says why it failed. `tries`: how often before its process was killed while it
    ran.
    """

    id: int
    kind: str
    resource: Resource
    key: str = ""
    params: Params = field(default_factory=dict)
    state: State = State.QUEUED
    asked_ns: int = 0
    began_ns: int = 0
    ended_ns: int = 0
    done: int = 0
    total: int = 0
    what: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    tries: int = 0

    @property
    def ended(self) -> bool:
        """Whether the job has come to an end, whatever that is."""
        return self.state in ENDED
