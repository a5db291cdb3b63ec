"""`musfuse rate`"""

from pathlib import Path

import click

from musfuse.cli.common import config_option, json_option, library_option
from musfuse.cli.guards import guard_options
from musfuse.cli.rating import change
from musfuse.cli.targets import TargetsOnly, resolve


@click.command("rate", cls=TargetsOnly, epilog="Example: musfuse rate 'Pink Floyd/Animals (1977)' 4")
@library_option
@config_option
@json_option
@guard_options
@click.argument("targets", nargs=-1, metavar="TARGET... STARS")
def command(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, yes: bool, targets: tuple[str, ...]
) -> None:
    """Give all tracks of the TARGETs 1 to 5 stars; 0 takes them back. `musfuse info` shows them.

    A rating belongs to the track: it follows it where it moves, and no file carries it.
    """
    from musfuse.service.requests.ratings import RateTracks

    typed = [text for text in targets if not text.startswith("-")]  # what a query leaves out comes last here
    stars = typed[-1] if typed else ""
    wanted = [*typed[:-1], *(text for text in targets if text.startswith("-"))]
    if not wanted or stars not in ("0", "1", "2", "3", "4", "5"):
        raise click.UsageError("name TARGETs, and behind them 1 to 5 stars, or 0 to take them back")
    folder, found = resolve(library, wanted)
    request = RateTracks(targets=found, stars=int(stars), dry_run=dry_run)
    said = f"rated with {stars} {'star' if stars == '1' else 'stars'}" if stars != "0" else "without stars now"
    change(folder, config_file, request, said, as_json=as_json, yes=yes)
