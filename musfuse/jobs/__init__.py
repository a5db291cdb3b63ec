"""Jobs: what is done in the background, asked for, watched, cancelled, and gone on with after a kill.

A subsystem says in a `JobKind` what its jobs are and what they need; the `JobRunner` does the rest.
"""

from musfuse.jobs.context import JobContext
from musfuse.jobs.job import Job, Resource, State
from musfuse.jobs.kind import JobKind
from musfuse.jobs.ledger import Ledger, MemoryLedger
from musfuse.jobs.runner import JobRunner, NoJobError

__all__ = [
    "Job",
    "JobContext",
    "JobKind",
    "JobRunner",
    "Ledger",
    "MemoryLedger",
    "NoJobError",
    "Resource",
    "State",
]
