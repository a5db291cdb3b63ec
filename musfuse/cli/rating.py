"""What `musfuse rate` and `musfuse star` share: asking before many tracks, and telling what was done."""

from pathlib import Path
from typing import TYPE_CHECKING

from musfuse.cli.common import connect, print_json, print_table, say
from musfuse.cli.guards import UNASKED, ask, on_terminal
from musfuse.cli.progress import Waiting
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.service.requests.ratings import RateTracks, RatingTold, StarTracks

_ROWS = 40


def change(
    folder: Path, config_file: Path | None, request: "RateTracks | StarTracks", done: str, *, as_json: bool, yes: bool
) -> None:
    """Have ratings changed, or only told of, and say what was `done`; one of many tracks is asked about first."""
    from musfuse.service.requests.changes import CountTracks

    with connect(folder, config_file) as service:
        if not (request.dry_run or yes or as_json) and on_terminal():
            tracks = service.call(CountTracks(request.targets))
            if tracks > UNASKED:
                ask(f"Change {tracks} tracks?")
        with Waiting("ratings"):
            rated = service.call(request)
    if as_json:
        print_json(rated)
        return
    if request.dry_run and rated.changed:
        rows = [(row.path, shown(row.before), shown(row.after)) for row in rated.shown[:_ROWS]]
        print_table(("track", "now", "then"), rows)
        if rated.changed > len(rows):
            say(f"and {rated.changed - len(rows)} more")
    if not rated.changed:
        would = "would change" if request.dry_run else "changed"
        say(f"nothing to do: {rated.selected} selected, none {would}")
    elif request.dry_run:
        say(f"{counted(rated.changed, 'track')} would change; nothing changed")
    else:
        say(f"{counted(rated.changed, 'track')} {done}")


def shown(rating: "RatingTold") -> str:
    """`4 stars, a favourite`"""
    said = [counted(rating.stars, "star")] if rating.stars else []
    return ", ".join([*said, *(["a favourite"] if rating.starred else [])]) or "nothing"
