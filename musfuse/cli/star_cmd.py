"""`musfuse star`"""

from pathlib import Path

import click

from musfuse.cli.common import config_option, json_option, library_option
from musfuse.cli.guards import guard_options
from musfuse.cli.rating import change
from musfuse.cli.targets import TargetsOnly, resolve


@click.command("star", cls=TargetsOnly, epilog="Example: musfuse star 'Pink Floyd/Animals (1977)/02 - Dogs.flac'")
@library_option
@config_option
@json_option
@guard_options
@click.option("--off", is_flag=True, help="They are no favourites any more.")
@click.argument("targets", nargs=-1, metavar="TARGET...")
def command(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    off: bool,
    targets: tuple[str, ...],
) -> None:
    """Have all tracks of the TARGETs among the favourites. `musfuse info` shows it."""
    from musfuse.service.requests.ratings import StarTracks

    if not targets:
        raise click.UsageError("name TARGETs: paths on the drive or in a source, or a query")
    folder, found = resolve(library, targets)
    said = "no longer starred" if off else "starred"
    request = StarTracks(targets=found, starred=not off, dry_run=dry_run)
    change(folder, config_file, request, said, as_json=as_json, yes=yes)
