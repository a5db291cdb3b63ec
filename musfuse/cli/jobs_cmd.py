"""`musfuse jobs`"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.common import (
    ListingGroup,
    ask_library,
    connect,
    duration,
    json_option,
    library_folder,
    library_option,
    print_json,
    print_table,
    say,
    shortened,
    size,
)
from musfuse.cli.following import IN_BYTES, check_done, follow
from musfuse.cli.typed import typed

if TYPE_CHECKING:
    from musfuse.service.requests.jobs import JobTold

_ID = click.IntRange(min=1)
_WHY = 60
"""Characters of why a job failed in a row of many; `jobs show` tells all of it."""


@click.group("jobs", cls=ListingGroup, epilog="Example: musfuse jobs cancel 12")
def command() -> None:
    """What the library does in the background: list its jobs, show one, cancel one, wait for one.

    Without a subcommand they are listed. A job whose process was killed is `interrupted`; the next one that owns the
    library goes on with it.
    """


@command.command("list", epilog="Example: musfuse jobs list --kind scan")
@library_option
@json_option
@click.option(
    "--kind",
    default="",
    help="Only these: scan, rescan, views, sizes, index, covers, identity, indexfar, import, sync, pin, verify, vacuum,"
    " care, sweep.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="So many at most.")
def list_(library: Path | None, as_json: bool, kind: str, limit: int) -> None:
    """List the last jobs, the latest first."""
    from musfuse.service.requests.jobs import ListJobs

    jobs = ask_library(library, ListJobs(kind, limit))
    if as_json:
        print_json(jobs)
    elif not jobs:
        say(f"no jobs of the kind {kind}" if kind else "no jobs yet")
    else:
        print_table(("id", "kind", "state", "progress", "asked for", "took"), map(_row, jobs))


@command.command("show", epilog="Example: musfuse jobs show 12")
@library_option
@json_option
@click.argument("job", type=_ID)
def show(library: Path | None, as_json: bool, job: int) -> None:
    """Tell all that is known of a JOB, by its id."""
    from musfuse.service.requests.jobs import ShowJob

    found = ask_library(library, ShowJob(job))
    if as_json:
        print_json(found)
        return
    print_table(("what", "value"), [
        ("job", f"{found.id}, {found.kind}"), ("state", found.state), ("uses", found.resource),
        *((f"asked: {name}", _shown(value)) for name, value in found.params.items()),
        ("asked for", _time(found.asked_ns)), ("began", _time(found.began_ns)), ("ended", _time(found.ended_ns)),
        ("progress", _progress(found)), *([("at", found.what)] if found.what else []),
        *((f"result: {name}", _shown(value)) for name, value in found.result.items()),
        *([("error", found.error)] if found.error else []),
    ])  # fmt: skip


@command.command("cancel", epilog="Example: musfuse jobs cancel 12")
@library_option
@json_option
@click.argument("job", type=_ID)
def cancel(library: Path | None, as_json: bool, job: int) -> None:
    """Have a JOB not begin, or end as soon as its current file is done. What it did stays."""
    from musfuse.service.requests.jobs import CancelJob

    found = ask_library(library, CancelJob(job))
    if as_json:
        print_json(found)
    elif found.state == "running":
        say(f"job {job}, {found.kind}, ends soon")
    elif found.state == "cancelled":
        say(f"job {job}, {found.kind}, is cancelled")
    else:
        say(f"job {job}, {found.kind}, is {found.state} already")


@command.command("wait", epilog="Example: musfuse jobs wait 12")
@library_option
@json_option
@click.argument("job", type=_ID)
def wait(library: Path | None, as_json: bool, job: int) -> None:
    """Wait until a JOB ended, and show how far it is. Ctrl-C leaves it going on.

    Exit codes: 0 it is done, 1 it failed, was cancelled or interrupted, 4 no process has the library and it is not
    done.
    """
    from musfuse.service.requests.jobs import WaitJob

    with connect(library_folder(library)) as service:
        found = service.call(WaitJob(job, 0.0))
        if found.state in ("queued", "running"):
            found = follow(service, job, as_json)
    if as_json:
        print_json(found)
    check_done(found)
    if not as_json:
        say(f"job {job}, {found.kind}, is done: {_progress(found)}")


def _row(job: "JobTold") -> tuple[str, ...]:
    took = (job.ended_ns or time.time_ns()) - job.began_ns if job.began_ns else None
    state = f"{job.state}: {shortened(typed().restore(job.error), _WHY)}" if job.error else job.state
    took_s = None if took is None else took / 1e9
    return str(job.id), job.kind, state, _progress(job), _time(job.asked_ns), duration(took_s)


def _progress(job: "JobTold") -> str:
    left = f", {duration(job.seconds_left)} left" if job.seconds_left is not None else ""
    done, total = (size(n) if job.kind in IN_BYTES else str(n) for n in (job.done, job.total))
    if job.total and job.total != job.done:
        return f"{done} of {total}{left}"
    return f"{done}{left}" if job.done else ""


def _time(time_ns: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time_ns / 1e9)) if time_ns else ""


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
