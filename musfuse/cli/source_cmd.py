"""`musfuse source`"""

import json
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import (
    asked,
    config_option,
    json_option,
    library_folder,
    library_option,
    load,
    located,
    print_json,
    print_table,
    printable,
    say,
)
from musfuse.cli.completing import folders, removed_sources, sources
from musfuse.cli.guards import UNASKED, ask, on_terminal
from musfuse.cli.typed import typed

dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")


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
    from musfuse.app.reading import read_sources

    with read_sources(library_folder(library)) as sourcing:
        rows = sourcing.list(removed)
    if as_json:
        print_json(rows)
        return
    state = "days left" if removed else "state"
    print_table(("name", "location", "priority", "kind", state, "id"), [
        (row["name"], row["location"], str(row["priority"]), row["kind"], str(row["days_left" if removed else "state"]),
         row["id"])
        for row in rows
    ])  # fmt: skip


@command.command("show", epilog="Example: musfuse source show NAS")
@library_option
@json_option
@click.argument("source", shell_complete=sources)
def show(library: Path | None, as_json: bool, source: str) -> None:
    """Tell all that is known of a SOURCE, removed or not."""
    from musfuse.app.reading import read_sources

    with read_sources(library_folder(library)) as sourcing:
        told = sourcing.show(asked(source))
    if as_json:
        print_json(told)
        return
    days = told.get("days_left")
    state = told["state"] if days is None else f"removed; {days} days are left to restore it"
    print_table(("what", "value"), [
        *((key, str(told[key])) for key in ("location", "name", "id", "kind", "priority", "uri")),
        ("state", state), ("tracks", f"{told['tracks']} on the drive"), ("tags set", f"for {told['overlays']} tracks"),
        *(("option", f"{key} = {value}") for key, value in told["options"].items()),
        *(("secret", f"{key} is {value}") for key, value in told["secrets"].items()),
        ("added", time.strftime("%Y-%m-%d %H:%M", time.localtime(told["added_ns"] / 1e9))),
    ])  # fmt: skip


@command.command("add", epilog="Example: musfuse source add ~/Music /mnt/nas/Music")
@library_option
@config_option
@json_option
@dry_run_option
@click.argument("locations", nargs=-1, required=True, metavar="LOCATION...", shell_complete=folders)
def add(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, locations: tuple[str, ...]
) -> None:
    """Add LOCATIONs with music, folders or URIs. A mounted library scans them at once, another one with the next scan
    or mount."""
    folder, places = library_folder(library), [located(location) for location in locations]
    result = _act(folder, config_file, "add", dry_run, places=[(place, place) for place in places])
    if as_json:
        print_json(result)
        return
    would = "would be" if dry_run else "is"
    for key, when in (("added", "now"), ("restored", "again"), ("there", "already")):
        for place in result[key]:
            _say(f"{place} {'is' if key == 'there' else would} a source of the library {folder} {when}")
    if result["added"] or result["restored"]:
        _say_of_scan(result, dry_run)


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
    result = _act(
        library_folder(library), config_file, "set", dry_run, source=asked(source), assignments=list(assignments)
    )
    if as_json:
        print_json(result)
        return
    for change in result["changes"]:
        would = "would be" if dry_run else "is"
        _say(f"{change['key']} {would} {change['after'] or 'not set'} (was {change['before'] or 'not set'})")
    if not result["changes"]:
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
    place = located(new)
    result = _act(library_folder(library), config_file, "move", dry_run, old=asked(old), new=(place, place))
    if as_json:
        print_json(result)
        return
    would, went = ("would be", "would go") if dry_run else ("is", "went")
    _say(f"{result['from']} {would} {result['to']} now; what was set for {result['overlays']} tracks {went} with it")
    if not dry_run:
        _say_of_scan(result, dry_run)


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
    folder, wanted = library_folder(library), asked(source)
    if not (dry_run or yes or as_json) and on_terminal():
        tracks = _act(folder, config_file, "remove", True, source=wanted)["tracks"]
        if tracks > UNASKED:
            ask(f"Take {tracks} tracks off the drive?")
    result = _act(folder, config_file, "remove", dry_run, source=wanted)
    if as_json:
        print_json(result)
        return
    would = "would leave" if dry_run else "left"
    _say(f"{result['tracks']} tracks of {result['location']} {would} the drive; no file of it is touched")
    _say(
        f"what was set for {result['overlays']} tracks is kept for {result['days']} days;"
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
    result = _act(library_folder(library), config_file, "restore", dry_run, source=asked(source))
    if as_json:
        print_json(result)
        return
    would = "would be" if dry_run else "is"
    _say(f"{result['location']} {would} a source again; what was set for {result['overlays']} tracks counts again")
    if not dry_run:
        _say_of_scan(result, dry_run)


def _act(folder: Path, config_file: Path | None, method: str, dry_run: bool, **params: Any) -> dict[str, Any]:
    """Have the owner change something, or do it here where nobody owns the library; with `dry_run`, only tell of it."""
    if dry_run:
        from musfuse.app.reading import read_sources

        with read_sources(folder) as sourcing:
            call = getattr(sourcing, "change" if method == "set" else method)
            return dict(call(**params, dry_run=True))
    from musfuse.control import find_owner

    client = find_owner(folder, timeout=600)
    if client is not None:
        with client:
            return {**client.call(f"source.{method}", **params), "scanning": method in ("add", "move", "restore")}
    from musfuse.app import open_library
    from musfuse.app.sourcemethods import source_methods
    from musfuse.app.state import new_folder
    from musfuse.control.parameters import Method

    made = new_folder(folder) if method == "add" else nullcontext()  # gone again where nothing can be added to it
    with made, ExitStack() as closing:
        library = open_library(folder, load(config_file), closing, make=method == "add")
        call = Method(source_methods(library)[f"source.{method}"]).bind(json.loads(json.dumps(params)))
        return dict(call())


def _say(text: str) -> None:
    say(printable(typed().restore(text)))


def _say_of_scan(result: dict[str, Any], dry_run: bool) -> None:
    if result.get("scanning"):
        say("the scan has begun; `musfuse status` shows how far it is")
    elif not dry_run:
        say("`musfuse scan` looks for its files")
