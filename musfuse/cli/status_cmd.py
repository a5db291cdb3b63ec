"""`musfuse status`"""

from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import absolute, duration, json_option, print_json, print_table


@click.command("status", epilog="Example: musfuse status --json")
@click.option("--library", type=click.Path(path_type=Path), help="Of this library only, mounted or not.")
@json_option
def command(library: Path | None, as_json: bool) -> None:
    """Show the mounted libraries: mounts, totals, scan and index progress, problems."""
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


def _mounted() -> list[dict[str, Any]]:
    from musfuse.control import owners

    found = []
    for client in owners():
        with client:
            found.append(client.call("status"))
    return found


def _one(folder: Path) -> dict[str, Any]:
    from musfuse.control import find_owner

    client = find_owner(folder)
    if client is not None:
        with client:
            found: dict[str, Any] = client.call("status")
            return found
    from musfuse.app.reading import read_status

    return read_status(folder)


def _show(status: dict[str, Any]) -> None:
    counts = status["counts"]
    rows = [("library", status["library"])]
    rows += [("mounted at", mount) for mount in status["mounts"]]
    rows += [("shown at", face) for face in status.get("faces", []) if face not in status["mounts"]]
    rows += [("source", source) for source in status["sources"]]
    drive = f"{status['tree']['files']} files in {status['tree']['folders']} folders"
    if "pid" in status:
        up = duration(status["uptime_seconds"])
        rows += [
            ("process", f"{status['pid']}, up {up}, {status['open_files']} open files{_stays(status)}"),
            ("drive", f"{drive}, policy {status['policy']}"),
            ("scan", _job(status["scan"])),
            ("index", _job(status["index"]) + (f"; {status['pending']} without one" if status["pending"] else "")),
        ]
    else:
        rows += [("mounted", "no"), ("drive", drive)]
    problems = [f"{counts[key]} {label}" for key, label in _PROBLEMS if counts[key]]
    if problems:
        rows.append(("problems", f"{', '.join(problems)}; `musfuse report` lists them"))
    rows += [("problem", problem) for problem in status.get("scan", {}).get("details", {}).get("problems", [])]
    rows += [("problem", problem) for problem in status.get("unwritten", [])]
    rows += [("source", f"no music found in {source}") for source in status.get("empty", [])]
    print_table(("what", "state"), rows)


def _stays(status: dict[str, Any]) -> str:
    return "; stays until `musfuse stop`" if status["stays"] else ""


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
