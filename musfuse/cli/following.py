"""Watches a job of the process that owns a library, by what it tells of itself: nothing is asked twice."""

from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.progress import Progress
from musfuse.errors import ControlError

if TYPE_CHECKING:
    from musfuse.app.connection import Connection
    from musfuse.service.requests.jobs import JobTold

IN_BYTES = frozenset({"sync"})
"""Kinds of jobs that count bytes."""
_OVER = frozenset({"done", "failed", "cancelled", "interrupted"})


def follow(service: "Connection", number: int, quiet: bool = False) -> "JobTold":
    """Show the progress of a job until it ended, and of the one that it waits for: the job as it is then. Raises
    ControlError, also where its process ends first."""
    from musfuse.service.requests.events import Watch
    from musfuse.service.requests.jobs import ShowJob

    with service.follow(Watch(kinds=("job_changed",), progress=True)) as events:
        job = service.call(ShowJob(number))
        if job.state in _OVER:
            return job
        with Progress(job.kind, quiet, in_bytes=job.kind in IN_BYTES) as progress:
            waits = job.state == "queued"
            progress.update(job.done, job.total, job.what)
            for event in events:
                told = event.data
                if event.event == "events_lost":
                    told = _as_told(service.call(ShowJob(number)))
                if told["job"] == number:
                    waits = told["state"] == "queued"
                if told["job"] == number or (waits and told["state"] == "running"):
                    progress.update(told["done"], told["total"], told["what"])
                if told["job"] == number and told["state"] in _OVER:
                    return service.call(ShowJob(number))
    raise ControlError("the process that owns the library ended before the job did; `musfuse jobs` tells of it")


def check_done(job: "JobTold") -> None:
    """End the command with exit code 1 where a job did not come to its end."""
    if job.state == "failed":
        raise click.ClickException(job.error)
    if job.state != "done":
        why = f": {job.error}" if job.error else ""
        raise click.ClickException(f"{job.kind}: job {job.id} was {job.state}{why}")


def _as_told(job: "JobTold") -> dict[str, Any]:
    return {"job": job.id, "state": job.state, "done": job.done, "total": job.total, "what": job.what}
