"""Why a worker gave no answer, and whose fault that is."""

from dataclasses import dataclass
from enum import Enum


class FailureKind(Enum):
    """Only the first blames the file; the others say nothing about it."""

    FILE = "file"
    """It crashed its worker, held it up, or made it talk nonsense."""
    SOURCE = "source"
    """Its source did not give the bytes that the worker waited for."""
    SYSTEM = "system"
    """Somebody killed the worker, most likely the system for want of memory; twice, the second time while it was the
    only one at work."""
    STOPPING = "stopping"
    """The pool is being closed, or no worker can be started."""


@dataclass(frozen=True, slots=True)
class Failure:
    """`reason` has no path in it."""

    kind: FailureKind
    reason: str
