"""`musfuse index`"""

from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import (
    config_option,
    connect,
    json_option,
    library_folder,
    library_option,
    print_json,
    say,
)
from musfuse.cli.following import check_done, follow


@click.command("index", epilog="Example: musfuse index --wait")
@library_option
@config_option
@json_option
@click.option("--wait", is_flag=True, help="Return when all indexes are built, not when the owner has begun.")
def command(library: Path | None, config_file: Path | None, as_json: bool, wait: bool) -> None:
    """Build the frame indexes that are missing, so that every size is known and no stat waits.

    With a mounted drive its process does the work, after a scan that is still going on.
    """
    from musfuse.service.requests.owner import BeginIndex

    with connect(library_folder(library), config_file) as service:
        number = service.call(BeginIndex()).job
        if service.is_owned and not wait:
            say("indexing has begun; `musfuse status` shows how far it is")
            return
        job = follow(service, number, as_json)
    check_done(job)
    if as_json:
        print_json(job.result)
    else:
        say(_told(job.result))


def _told(result: dict[str, Any]) -> str:
    if result["indexed"] or result["failed"]:
        return f"{result['indexed']} indexed, {result['failed']} failed"
    there = result["there"]
    return f"all {there} indexes are there" if there else "nothing here needs an index"
