"""`musfuse report`"""

from pathlib import Path

import click

from musfuse.cli.common import connect, json_option, library_folder, library_option, naming_log, print_json, print_table
from musfuse.cli.newcomers import tell_nothing

_SHOWN = {
    "skipped": "not shown",
    "failed": "as original",
    "put_off": "size unknown",
    "noted": "remark",
    "untagged": "own tags",
    "art": "no picture",
    "sheet": "cue sheet",
    "folder": "not listed",
    "playlist": "playlist",
    "collection": "empty",
}


@click.command("report", epilog="Example: musfuse report --json")
@library_option
@json_option
def command(library: Path | None, as_json: bool) -> None:
    """List the files that are not shown, or are shown with a remark, and why; and folders that could not be listed."""
    from musfuse.service.requests.library import ListReport
    from musfuse.service.requests.owner import ShowStatus

    folder = library_folder(library)
    with connect(folder) as service:
        rows = [(row.kind, row.path, naming_log(row.reason, folder)) for row in service.rows(ListReport())]
        status = None if rows or as_json else service.call(ShowStatus())
    if as_json:
        print_json([{"kind": kind, "path": path, "reason": reason} for kind, path, reason in rows])
    elif rows:
        print_table(("file is", "path", "why"), ((_SHOWN[kind], path, _short(why, path)) for kind, path, why in rows))
    elif status is not None:
        if not (status.unscanned or status.empty):
            click.echo("nothing to report: every file is shown")
        tell_nothing(status)


def _short(reason: str, path: str) -> str:
    return reason.replace(f"{path}: ", "")
