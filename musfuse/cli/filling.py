"""What `musfuse mount` says of a drive that fills: its first scan, shown, waited for, or told of."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import connect, say
from musfuse.cli.following import follow
from musfuse.cli.newcomers import tell_empty
from musfuse.errors import MountError
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.app.connection import Connection
    from musfuse.service.requests.jobs import JobTold
    from musfuse.service.requests.owner import Filling


def tell(folder: Path, wait: str | None, new: Sequence[str]) -> None:
    """Wait for every name, or every size (`index`), where that is asked for. Else show the scan of sources that are
    `new` on a terminal, until Ctrl-C, and elsewhere say that the drive fills."""
    if not (wait or new):
        return
    with connect(folder) as service:
        if not service.is_owned:
            return  # unmounted again already
        if wait:
            _wait(service, wait)
        else:
            _show(service)


def _filling(service: "Connection") -> "Filling":
    from musfuse.service.requests.owner import ShowFilling

    return service.call(ShowFilling())


def _wait(service: "Connection", wait: str) -> None:
    from musfuse.service.requests.owner import BeginIndex

    scan = _filling(service).job
    if scan:
        done = follow(service, scan)
        problems = "; ".join(done.result.get("problems", ())) or _unfinished(done)
        if problems:
            raise MountError(f"mounted, but not every name is there: {problems}")
    filling = _filling(service)
    tell_empty(filling.empty)
    if filling.views:
        done = follow(service, filling.views)
        if _unfinished(done):
            raise MountError(f"mounted, but names are as they were before: {_unfinished(done)}")
    if wait == "index":
        done = follow(service, service.call(BeginIndex()).job)
        if _unfinished(done):
            raise MountError(f"mounted, but not every size is known: {_unfinished(done)}")


def _unfinished(job: "JobTold") -> str:
    """Why a job did not come to its end, '' where it did."""
    return "" if job.state == "done" else job.error or f"the {job.kind} was {job.state}"


def _show(service: "Connection") -> None:
    from musfuse.service.requests.jobs import ShowJob

    filling = _filling(service)
    new = ", ".join(filling.new)
    if not new:
        return
    if not filling.job:  # scan.on_mount is off, and the catalog is new, as after an update
        say(f"no scan has seen all of {new} yet; `musfuse scan` fills the drive", err=True)
        return
    if not sys.stderr.isatty():
        seen = service.call(ShowJob(filling.job)).done
        say(f"scanning {new}: {counted(seen, 'file')} so far; the drive fills meanwhile", err=True)
        say("`musfuse status` shows how far it is, `mount --wait` waits until every name is there", err=True)
        return
    say(f"scanning {new}; Ctrl-C leaves the drive mounted, and the scan going on", err=True)
    try:
        done = follow(service, filling.job)
    except KeyboardInterrupt:
        click.echo("the drive stays mounted and the scan goes on; `musfuse status` shows how far it is", err=True)
        return
    if done.state == "done":
        skipped = done.result["skipped"]
        say(f"{counted(done.done, 'file')}, {skipped} skipped; `musfuse report` lists what is not shown")
        tell_empty(done.result["empty"])
