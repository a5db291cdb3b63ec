"""`musfuse history`"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    ListingGroup,
    ask_library,
    config_option,
    connect,
    dry_run_option,
    json_option,
    library_folder,
    library_option,
    print_json,
    print_json_list,
    print_table,
    say,
    when,
)
from musfuse.cli.moments import Moment
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.service.requests.plays import HeardTold, TrackTold

_LIMIT = click.option(
    "--limit", type=click.IntRange(min=0), default=20, show_default=True, help="So many at most; 0 for all."
)


@click.group("history", cls=ListingGroup, epilog="Example: musfuse history --since 7d")
def command() -> None:
    """What was played through the drive: the last plays, what is played most; forget it.

    A play is a file that was open for a third of the track's length, four minutes at most, while a third of it or more
    was read: so a copy is none. It stays in the library's folder. `history.enabled = false` notes nothing any more.
    """


@command.command("list", epilog="Example: musfuse history --limit 100 --json")
@library_option
@json_option
@_LIMIT
@click.option("--since", type=Moment(), help="Only what began later: 7d, 12h or 2w ago, or a date.")
@click.option("--most", is_flag=True, help="The tracks that were played most, with how often.")
def list_(library: Path | None, as_json: bool, limit: int, since: int | None, most: bool) -> None:
    """List the last plays, the latest first."""
    from musfuse.service.requests.plays import ListMostPlayed, ListPlays

    with connect(library_folder(library)) as service:
        if most:
            heard = service.rows(ListMostPlayed(limit, since))
            if as_json:
                print_json_list(heard)
            else:
                _print(("plays", "last", "track"), ((str(row.plays), _last(row), _name(row)) for row in heard))
            return
        plays = service.rows(ListPlays(limit, since))
        if as_json:
            print_json_list(plays)
        else:
            _print(("played", "track"), ((when(row.time_ns), _name(row)) for row in plays))


@command.command("clear", epilog="Example: musfuse history clear --before 2026-01-01 --dry-run")
@library_option
@config_option
@json_option
@dry_run_option
@click.option("--before", type=Moment(), help="Only what began earlier: 52w ago, or a date [default: everything].")
def clear(library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, before: int | None) -> None:
    """Forget what was played, with how often. Ratings and stars stay, and automatic backups have what they have."""
    from musfuse.service.requests.plays import ClearHistory

    cleared = ask_library(library, ClearHistory(before, dry_run), config_file)
    if as_json:
        print_json(cleared)
        return
    plays, were = counted(cleared.plays, "play"), "was" if cleared.tracks == 1 else "were"
    would = "would be" if dry_run else "is" if cleared.plays == 1 else "are"
    say(f"{plays} {would} forgotten, and how often {counted(cleared.tracks, 'track')} {were} played")


def _print(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    found = list(rows)
    if found:
        print_table(head, found)
    else:
        say("nothing was played")


def _last(row: "HeardTold") -> str:
    """When it was played last; '' where only a count was taken over from another program."""
    return when(row.last_ns) if row.last_ns else ""


def _name(told: "TrackTold") -> str:
    return f"{told.path or 'a track'} (gone)" if told.gone else told.path
