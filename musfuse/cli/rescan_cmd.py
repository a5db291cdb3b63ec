"""`musfuse rescan`"""

from pathlib import Path

import click

from musfuse.cli.common import config_option, connect, json_option, library_folder, library_option, located
from musfuse.cli.completing import sources
from musfuse.cli.following import follow
from musfuse.cli.scan_cmd import tell_scanned


@click.command("rescan", epilog="Example: musfuse rescan ~/Music/Ann NAS")
@library_option
@config_option
@json_option
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=sources)
def command(library: Path | None, config_file: Path | None, as_json: bool, paths: tuple[str, ...]) -> None:
    """Look for changes in PATHs alone: folders in sources, with all below them, or files; the name of a source stands
    for all of it. Without one, in all sources.

    A mounted library takes in changes by itself; this is for where its sources do not tell of them, as a network drive,
    and need not wait until they are looked at again.
    """
    from musfuse.service.requests.owner import BeginRescan

    places = tuple(located(path) for path in paths)
    with connect(library_folder(library), config_file) as service:
        job = follow(service, service.call(BeginRescan(places, paths)).job, as_json)
    tell_scanned(job, as_json)
