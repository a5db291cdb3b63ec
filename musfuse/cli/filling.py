"""What `musfuse mount` says of a drive that fills: its first scan, shown, waited for, or told of."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.common import connect, say
from musfuse.cli.following import follow
from musfuse.cli.newcomers import tell_empty
from musfuse.control import Client, find_owner
from musfuse.errors import MountError

if TYPE_CHECKING:
    from musfuse.app.connection import Connection
    from musfuse.service.requests.jobs import JobTold


def tell(folder: Path, wait: str | None) -> None:
    """Wait for every name, or every size (`index`), where that is asked for. Else show the scan of sources that are new
    on a terminal, until Ctrl-C, and elsewhere say that the drive fills."""
    client = find_owner(folder)
    if client is None:
        return  # unmounted again already
    with client:
        waiting: dict[str, Any] = client.call("waiting")
        if wait:
            with connect(folder) as service:
                _wait(client, service, waiting["ticket"], wait)
        elif waiting["new"] and waiting["ticket"]:
            with connect(folder) as service:
                _show(client, service, waiting)


def _wait(client: Client, service: "Connection", scan: int, wait: str) -> None:
    if scan:
        done = follow(service, scan)
        problems = "; ".join(done.result.get("problems", ())) or _unfinished(done)
        if problems:
            raise MountError(f"mounted, but not every name is there: {problems}")
    tell_empty(client.call("waiting")["empty"])
    if wait == "index":
        done = follow(service, client.call("index")["ticket"])
        if _unfinished(done):
            raise MountError(f"mounted, but not every size is known: {_unfinished(done)}")


def _unfinished(job: "JobTold") -> str:
    """Why a job did not come to its end, '' where it did."""
    return "" if job.state == "done" else job.error or f"the {job.kind} was {job.state}"


def _show(client: Client, service: "Connection", waiting: dict[str, Any]) -> None:
    new = ", ".join(waiting["new"])
    if not sys.stderr.isatty():
        seen = client.call("progress")["scan"]["done"]
        say(f"scanning {new}: {seen} files so far; the drive fills meanwhile", err=True)
        say("`musfuse status` shows how far it is, `mount --wait` waits until every name is there", err=True)
        return
    say(f"scanning {new}; Ctrl-C leaves the drive mounted, and the scan going on", err=True)
    try:
        done = follow(service, waiting["ticket"])
    except KeyboardInterrupt:
        click.echo("the drive stays mounted and the scan goes on; `musfuse status` shows how far it is", err=True)
        return
    if done.state == "done":
        skipped = done.result["skipped"]
        say(f"{done.done} files, {skipped} skipped; `musfuse report` lists what is not shown")
        tell_empty(done.result["empty"])
