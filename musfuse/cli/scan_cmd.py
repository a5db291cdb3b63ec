"""`musfuse scan`"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    config_option,
    connect,
    json_option,
    library_folder,
    library_option,
    located,
    new_library_folder,
    print_json,
    say,
)
from musfuse.cli.completing import folders
from musfuse.cli.following import check_done, follow
from musfuse.cli.newcomers import Newcomers, tell_empty
from musfuse.cli.typed import typed
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.service.requests.jobs import JobTold


@click.command("scan", epilog="Example: musfuse scan ~/Music")
@library_option
@config_option
@json_option
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Look into unchanged files, too; an empty folder is empty, not unmounted.",
)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", shell_complete=folders)
def command(
    library: Path | None, config_file: Path | None, as_json: bool, everything: bool, sources: tuple[str, ...]
) -> None:
    """Look for new, changed and removed files in all sources, and in SOURCES, which are remembered."""
    from musfuse.service.requests.owner import BeginScan

    places = tuple(located(source) for source in sources)
    folder = new_library_folder(library) if places else library_folder(library)
    newcomers = Newcomers(folder, places)
    with connect(folder, config_file, make=bool(places)) as service:
        job = follow(service, service.call(BeginScan(places, everything)).job, as_json)
    newcomers.tell()
    tell_scanned(job, as_json)


def tell_scanned(job: "JobTold", as_json: bool) -> None:
    """Show what a scan did. Ends the command with exit code 1 where it failed, or a source could not be scanned."""
    check_done(job)
    result = job.result
    if as_json:
        print_json({"seen": job.done, **result})
    else:
        counts = f"{result['read']} read, {result['skipped']} skipped, {result['removed']} removed"
        say(f"{counted(job.done, 'file')}, {counts}")
        for problem in result["problems"]:
            click.echo(typed().restore(f"not scanned: {problem}"), err=True)
        tell_empty(result["empty"])
    if result["problems"]:
        raise SystemExit(1)
