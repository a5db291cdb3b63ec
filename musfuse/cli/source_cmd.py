"""`musfuse source`"""

import time
from pathlib import Path

import click

from musfuse.cli.common import (
    ask_library,
    asked,
    config_option,
    connect,
    dry_run_option,
    json_option,
    library_folder,
    library_option,
    located,
    print_json,
    print_table,
    printable,
    say,
)
from musfuse.cli.completing import folders, removed_sources, sources
from musfuse.cli.guards import UNASKED, ask, on_terminal
from musfuse.cli.typed import typed
from musfuse.wording import agreeing, counted


@click.group("source", epilog="Example: musfuse source move ~/Music /mnt/nas/Music")
def command() -> None:
    """The places that a library takes its music from: list them, add, change, move, remove and restore them.

    A SOURCE is named by its location, its name, or its id.
    """


@command.command("list", epilog="Example: musfuse source list --json")
@library_option
@json_option
@click.option("--removed", is_flag=True, help="Those that were removed, and can still be restored.")
def list_(library: Path | None, as_json: bool, removed: bool) -> None:
    """List the sources in order of priority, which decides between equal names."""
    from musfuse.service.requests.sources import ListSources

    rows = ask_library(library, ListSources(removed))
    if as_json:
        print_json(rows)
        return
    state = "days left" if removed else "state"
    print_table(("name", "location", "priority", "kind", state, "id"), [
        (row.name, row.location, str(row.priority), row.kind, str(row.days_left if removed else row.state), row.id)
        for row in rows
    ])  # fmt: skip


@command.command("show", epilog="Example: musfuse source show NAS")
@library_option
@json_option
@click.argument("source", shell_complete=sources)
def show(library: Path | None, as_json: bool, source: str) -> None:
    """Tell all that is known of a SOURCE, removed or not."""
    from musfuse.service.requests.sources import ShowSource

    told = ask_library(library, ShowSource(asked(source)))
    if as_json:
        print_json(told)
        return
    days = told.days_left
    state = (
        str(told.state)
        if days is None
        else f"removed; {counted(days, 'day')} {agreeing(days, 'is', 'are')} left to restore it"
    )
    print_table(("what", "value"), [
        *((key, str(getattr(told, key))) for key in ("location", "name", "id", "kind", "priority", "uri")),
        ("state", state), ("tracks", f"{told.tracks} on the drive"),
        ("tags set", f"for {counted(told.overlays, 'track')}"),
        *(("option", f"{key} = {value}") for key, value in told.options.items()),
        *(("secret", f"{key} is {value}") for key, value in told.secrets.items()),
        ("added", time.strftime("%Y-%m-%d %H:%M", time.localtime(told.added_ns / 1e9))),
    ])  # fmt: skip


@command.command("add", epilog="Example: musfuse source add ~/Music /mnt/nas/Music")
@library_option
@config_option
@json_option
@dry_run_option
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    help="What `source set` sets, before it is looked at.",
)
@click.argument("locations", nargs=-1, required=True, metavar="LOCATION...", shell_complete=folders)
def add(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    assignments: tuple[str, ...],
    locations: tuple[str, ...],
) -> None:
    """Add LOCATIONs with music, folders or URIs. A mounted library scans them at once, another one with the next scan
    or mount. One on another machine is looked at before it is added."""
    from musfuse.service.requests.sources import AddSources

    folder, places = library_folder(library), [located(location) for location in locations]
    request = AddSources(tuple((place, place) for place in places), assignments, dry_run=dry_run)
    with connect(folder, config_file, make=True) as service:
        result = service.call(request)
    if as_json:
        print_json(result)
        return
    would = "would be" if dry_run else "is"
    for shown, be, when in (
        (result.added, would, "now"), (result.restored, would, "again"), (result.there, "is", "already")
    ):  # fmt: skip
        for place in shown:
            _say(f"{place} {be} a source of the library {folder} {when}")
    if result.there and assignments:
        say("nothing of --set was taken over for it; `musfuse source set` changes it", err=True)
    if result.added or result.restored:
        _say_of_scan(result.scanning, dry_run)


@command.command("set", epilog="Example: musfuse source set /mnt/nas/Music name=NAS priority=50")
@library_option
@config_option
@json_option
@dry_run_option
@click.argument("source", shell_complete=sources)
@click.argument("assignments", nargs=-1, required=True, metavar="KEY=VALUE...")
def set_(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    source: str,
    assignments: tuple[str, ...],
) -> None:
    """Set the name, the priority (the smaller comes first) or an option of a SOURCE. An empty value takes it back."""
    from musfuse.service.requests.sources import SetSource

    result = ask_library(library, SetSource(asked(source), assignments, dry_run=dry_run), config_file)
    if as_json:
        print_json(result)
        return
    for change in result.changes:
        would = "would be" if dry_run else "is"
        _say(f"{change.key} {would} {change.after or 'not set'} (was {change.before or 'not set'})")
    if not result.changes:
        say("nothing to do: it is so already")


@command.command("move", epilog="Example: musfuse source move ~/Music /mnt/nas/Music")
@library_option
@config_option
@json_option
@dry_run_option
@click.argument("old", shell_complete=sources)
@click.argument("new", shell_complete=folders)
def move(library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, old: str, new: str) -> None:
    """Tell the library that the source OLD lies at NEW now: tags, pictures, locks and indexes go with it."""
    from musfuse.service.requests.sources import MoveSource

    place = located(new)
    result = ask_library(library, MoveSource(asked(old), (place, place), dry_run=dry_run), config_file)
    if as_json:
        print_json(result)
        return
    would, went = ("would be", "would go") if dry_run else ("is", "went")
    said = f"what was set for {counted(result.overlays, 'track')} {went} with it"
    _say(f"{result.old} {would} {result.new} now; {said}")
    _say_of_scan(result.scanning, dry_run)


@command.command("remove", epilog="Example: musfuse source remove /mnt/old/Music")
@library_option
@config_option
@json_option
@dry_run_option
@click.option(
    "--yes", is_flag=True, help=f"Do not ask. On a terminal, sources of more than {UNASKED} tracks are asked about."
)
@click.argument("source", shell_complete=sources)
def remove(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, yes: bool, source: str
) -> None:
    """Take a SOURCE off the drive. Its files are not touched; what was said of them can be restored for 90 days."""
    from musfuse.service.requests.sources import RemoveSource

    with connect(library_folder(library), config_file) as service:
        if not (dry_run or yes or as_json) and on_terminal():
            tracks = service.call(RemoveSource(asked(source), dry_run=True)).tracks
            if tracks > UNASKED:
                ask(f"Take {tracks} tracks off the drive?")
        result = service.call(RemoveSource(asked(source), dry_run=dry_run))
    if as_json:
        print_json(result)
        return
    would = "would leave" if dry_run else "left"
    _say(f"{counted(result.tracks, 'track')} of {result.location} {would} the drive; no file of it is touched")
    _say(
        f"what was set for {counted(result.overlays, 'track')} is kept for {counted(result.days, 'day')};"
        " `musfuse source restore` brings it back"
    )


@command.command("restore", epilog="Example: musfuse source restore /mnt/old/Music")
@library_option
@config_option
@json_option
@dry_run_option
@click.argument("source", shell_complete=removed_sources)
def restore(library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, source: str) -> None:
    """Bring a removed SOURCE back, with what was said of its tracks."""
    from musfuse.service.requests.sources import RestoreSource

    result = ask_library(library, RestoreSource(asked(source), dry_run=dry_run), config_file)
    if as_json:
        print_json(result)
        return
    would = "would be" if dry_run else "is"
    said = f"what was set for {counted(result.overlays, 'track')} counts again"
    _say(f"{result.location} {would} a source again; {said}")
    _say_of_scan(result.scanning, dry_run)


def _say(text: str) -> None:
    say(printable(typed().restore(text)))


def _say_of_scan(begun: bool, dry_run: bool) -> None:
    if begun:
        say("the scan has begun; `musfuse status` shows how far it is")
    elif not dry_run:
        say("`musfuse scan` looks for its files")
