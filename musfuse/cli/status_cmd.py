"""`musfuse status`"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import absolute, connect, duration, json_option, print_json, print_table, size
from musfuse.wording import agreeing, counted

if TYPE_CHECKING:
    from musfuse.service.requests.owner import JobState, Status


@click.command("status", epilog="Example: musfuse status --json")
@click.option("--library", type=click.Path(path_type=Path), help="Of this library only, mounted or not.")
@json_option
@click.option("--check", is_flag=True, help="Say only what is wrong; the exit code is 1 where something is.")
def command(library: Path | None, as_json: bool, check: bool) -> None:
    """Show the mounted libraries: mounts, totals, scan and index progress, problems.

    With --check it is for monitoring: it asks whether all threads are at work, the mounts answer, what is kept can be
    written, and what the configuration asks for runs. Exit codes: 0 all is well; 1 something is not, or nothing runs.
    """
    if check:
        _check(library, as_json)
        return
    found = _mounted() if library is None else [_one(absolute(library))]
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("nothing is mounted")
    for number, status in enumerate(found):
        if number:
            click.echo()
        _show(status)


def _check(library: Path | None, as_json: bool) -> None:
    from musfuse.control import find_owner, owners
    from musfuse.control.remote import Remote
    from musfuse.service.requests.monitoring import ShowHealth

    found: dict[str, dict[str, str]] = {}
    for client in owners() if library is None else filter(None, [find_owner(absolute(library))]):
        with client:
            health = Remote(client).call(ShowHealth())
            found[client.call("progress")["library"]] = {check.name: check.problem for check in health.checks}
    problems = [(place, name, said) for place, checks in found.items() for name, said in checks.items() if said]
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nothing runs")
    else:
        for place, name, said in problems:
            click.echo(f"{place}: {name}: {said}")
    if problems or not found:
        sys.exit(1)


def _mounted() -> "list[Status]":
    from musfuse.control import owners
    from musfuse.control.client import UntakenError
    from musfuse.control.remote import Remote
    from musfuse.service.requests.owner import ShowStatus

    found = []
    for client in owners():
        with client, suppress(UntakenError):  # one that ends meanwhile shows nothing any more
            found.append(Remote(client).call(ShowStatus()))
    return found


def _one(folder: Path) -> "Status":
    from musfuse.service.requests.owner import ShowStatus

    with connect(folder) as service:
        return service.call(ShowStatus())


def _show(status: "Status") -> None:
    rows = [("library", status.library)]
    views = status.views or {}
    rows += [("mounted at", mount + (f" (view {views[mount]})" if mount in views else "")) for mount in status.mounts]
    rows += [("shown at", face) for face in status.faces or () if face not in status.mounts]
    for source in status.sources:
        why = status.away.get(source, "").removeprefix(f"{source}: ")
        rows.append(("source", f"{source}: {why}" if why else source))
    rows += _owned(status) if status.pid is not None else [("mounted", "no"), ("drive", _drive(status))]
    problems = [counted(status.counts[key], one, many) for key, one, many in _PROBLEMS if status.counts[key]]
    if problems:
        rows.append(("problems", f"{', '.join(problems)}; `musfuse report` lists them"))
    rows += [("problem", problem) for problem in (*(status.unwritten or ()), *status.withheld)]
    rows += [("webhook", said) for said in status.untold]
    rows += [("damage", said) for said in status.damaged]
    rows += [("source", f"no music found in {source}") for source in status.empty]
    print_table(("what", "state"), rows)


def _owned(status: "Status") -> list[tuple[str, str]]:
    up, stays = duration(status.uptime_seconds), "; stays until `musfuse stop`" if status.stays else ""
    without = f"; {status.pending} without one" if status.pending else ""
    return [
        ("process", f"{status.pid}, up {up}, {counted(status.open_files or 0, 'open file')}{stays}"),
        ("drive", f"{_drive(status)}, policy {status.policy}"),
        ("scan", _job(status.scan)),
        ("index", _job(status.index) + without),
        *_following(status),
        *_prefetch(status),
        *_kept(status),
    ]


def _prefetch(status: "Status") -> list[tuple[str, str]]:
    """What was guessed to be played next; nothing where nothing was."""
    told = status.prefetch
    if told is None or not (told.guessed or told.made or told.waiting):
        return []
    said = f"{counted(told.guessed, 'track')} guessed to be played next, {told.used} of them played"
    return [("prefetch", said + (f", {told.waiting} waiting" if told.waiting else ""))]


def _kept(status: "Status") -> list[tuple[str, str]]:
    """What is kept here of sources on other machines; nothing where there are none."""
    told = status.kept
    if told is None:
        return []
    said = f"{size(told.bytes)} of {size(told.limit)}"
    if told.pinned:
        said += f"; {counted(told.pinned, 'file')} pinned, {size(told.pinned_bytes)} of {size(told.pinned_size)} here"
    return [("kept of far sources", said)]


def _following(status: "Status") -> list[tuple[str, str]]:
    """How changes of the sources are followed: in a line where all tell of them."""
    polled = [one for one in status.following or () if one.polled]
    if not polled:
        return [("following", "changes of the sources as they happen" if status.following else "off")]
    each = [("following", f"{one.source} every {duration(one.polled)}: {one.problem}") for one in polled]
    others = len(status.following or ()) - len(polled)
    told = f"{counted(others, 'source')} as {agreeing(others, 'it changes', 'they change')}"
    return [("following", told), *each] if others else each


def _drive(status: "Status") -> str:
    return f"{counted(status.tree.files, 'file')} in {counted(status.tree.folders, 'folder')}"


_PROBLEMS = (
    ("skipped", "skipped", "skipped"),
    ("failed", "shown as its original", "shown as originals"),
    ("noted", "with a remark", "with a remark"),
    ("unreadable_folders", "unreadable folder", "unreadable folders"),
)


def _job(job: "JobState | None") -> str:
    if job is None:
        return ""
    text = job.state
    if job.state == "running":
        text += f", {job.done} of {counted(job.total, 'file')}" if job.total else f", {counted(job.done, 'file')}"
        if job.seconds_left is not None:
            text += f", {duration(job.seconds_left)} left"
    elif job.state == "done":
        text += f", {counted(job.done, 'file')} in {duration(job.ended - job.began)}"
    return text + (f": {job.details['error']}" if "error" in job.details else "")
