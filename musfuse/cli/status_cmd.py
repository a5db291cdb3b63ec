"""`musfuse status`"""

from typing import Any

import click

from musfuse.cli.common import duration, json_option, print_json, print_table


@click.command("status", epilog="Example: musfuse status --json")
@json_option
def command(as_json: bool) -> None:
    """Show the mounted libraries: mounts, totals, scan and index progress, problems."""
    from musfuse.control import owners

    found: list[dict[str, Any]] = []
    for client in owners():
        with client:
            found.append(client.call("status"))
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("nothing is mounted")
    for number, status in enumerate(found):
        if number:
            click.echo()
        _show(status)


def _show(status: dict[str, Any]) -> None:
    counts = status["counts"]
    rows = [("library", status["library"])]
    rows += [("mounted at", mount) for mount in status["mounts"]]
    rows += [("source", source) for source in status["sources"]]
    rows += [
        ("process", f"{status['pid']}, up {duration(status['uptime_seconds'])}, {status['open_files']} open files"),
        ("drive", f"{status['tree']['files']} files in {status['tree']['folders']} folders, policy {status['policy']}"),
        ("scan", _job(status["scan"])),
        ("index", _job(status["index"]) + (f"; {status['pending']} without one" if status["pending"] else "")),
    ]
    problems = [f"{counts[key]} {label}" for key, label in _PROBLEMS if counts[key]]
    if problems:
        rows.append(("problems", f"{', '.join(problems)}; `musfuse report` lists them"))
    rows += [("problem", problem) for problem in status["scan"]["details"].get("problems", [])]
    print_table(("what", "state"), rows)


_PROBLEMS = (
    ("skipped", "skipped"),
    ("failed", "shown as originals"),
    ("noted", "with a remark"),
    ("unreadable_folders", "unreadable folders"),
)


def _job(job: dict[str, Any]) -> str:
    text = str(job["state"])
    if job["state"] == "running":
        text += f", {job['done']}" + (f" of {job['total']}" if job["total"] else "") + " files"
        if job["seconds_left"] is not None:
            text += f", {duration(job['seconds_left'])} left"
    elif job["state"] == "done":
        text += f", {job['done']} files in {duration(job['ended'] - job['began'])}"
    return text + (f": {job['details']['error']}" if "error" in job["details"] else "")
