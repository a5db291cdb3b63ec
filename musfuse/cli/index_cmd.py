"""`musfuse index`"""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import (
    config_option,
    connect,
    json_option,
    library_folder,
    library_option,
    load,
    print_json,
    say,
)
from musfuse.cli.following import check_done, follow
from musfuse.cli.progress import Progress


@click.command("index", epilog="Example: musfuse index --wait")
@library_option
@config_option
@json_option
@click.option("--wait", is_flag=True, help="Return when all indexes are built, not when the owner has begun.")
def command(library: Path | None, config_file: Path | None, as_json: bool, wait: bool) -> None:
    """Build the frame indexes that are missing, so that every size is known and no stat waits.

    With a mounted drive its process does the work, after a scan that is still going on.
    """
    from musfuse.control import find_owner

    folder = library_folder(library)
    client = find_owner(folder)
    if client is None:
        result = _index_here(folder, config_file, as_json)
    else:
        with client:
            number = client.call("index")["ticket"]
        if not wait:
            say("indexing has begun; `musfuse status` shows how far it is")
            return
        with connect(folder) as service:
            job = follow(service, number, as_json)
        check_done(job)
        result = dict(job.result)
    if as_json:
        print_json(result)
    else:
        say(_told(result))


def _told(result: dict[str, Any]) -> str:
    if result["indexed"] or result["failed"]:
        return f"{result['indexed']} indexed, {result['failed']} failed"
    there = result["there"]
    return f"all {there} indexes are there" if there else "nothing here needs an index"


def _index_here(folder: Path, config_file: Path | None, quiet: bool) -> dict[str, Any]:
    from musfuse.app.library import open_library
    from musfuse.media.indexing.pool import Priority

    with ExitStack() as closing:
        library = open_library(folder, load(config_file), closing, make=False)
        backlog = library.backlog()
        with Progress("index", quiet) as progress:
            done, failed = backlog.run(
                Priority.BACKGROUND, lambda done, left: progress.update(done, done + left), lambda: None
            )
        there = library.catalog.renditions.sized(library.sizes.tokens())
    return {"indexed": done, "failed": failed, "there": there}
