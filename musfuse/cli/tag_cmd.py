"""`musfuse tag`"""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    config_option,
    connect,
    json_option,
    library_option,
    print_json_list,
    print_table,
    printable,
)
from musfuse.cli.guards import guard_options, guarded, warn_of
from musfuse.cli.targets import TargetCommand, TargetsOnly, author, resolve
from musfuse.model import TagSource

if TYPE_CHECKING:
    from musfuse.service.requests.tags import TagChange, TrackTags

_TARGETS = click.argument("targets", nargs=-1)
_AS = click.option(
    "--as", "source", type=click.Choice(["user", "orchestrator", "provider"]), default="user",
    help="On whose behalf: a stronger one's values stay in front (user > orchestrator > provider > the file).",
)  # fmt: skip


@click.group("tag", epilog="Example: musfuse tag set artist:beatles year:1967..1969 -- genre=Rock genre=Pop")
def command() -> None:
    """Show and change tags. Originals are never touched: what is served carries the tags.

    A TARGET is a path on the drive, a path of a source (a folder means all in it), or a query:
    words, field:value, field:low..high, "quotes", -not. Targets that are no paths make one query.
    """


@command.command("show", cls=TargetCommand, epilog='Example: musfuse tag show "Pink Floyd/Animals (1977)"')
@library_option
@json_option
@_TARGETS
def show(library: Path | None, as_json: bool, targets: tuple[str, ...], fields: tuple[str, ...]) -> None:
    """Show the tags of tracks, who says what, and what is locked; behind `--`, only these FIELDs."""
    from musfuse.service.requests.tags import CheckFields, ShowTags

    folder, found = resolve(library, _needed(targets))
    warn_of(folder, CheckFields(fields))
    with connect(folder) as service:
        rows = service.rows(ShowTags(found, fields))
        if as_json:
            print_json_list(rows)
            return
        for row in rows:
            _print(row, bool(fields))


@command.command("set", cls=TargetCommand, epilog="Example: musfuse tag set 'Pink Floyd/Animals (1977)' -- date=1977")
@library_option
@config_option
@json_option
@guard_options
@_AS
@_TARGETS
def set_(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    source: str,
    targets: tuple[str, ...],
    fields: tuple[str, ...],
) -> None:
    """Set FIELD=VALUE for all tracks of the TARGETs; write `--` between them where a target holds a `=`.

    A repeated FIELD has several values; `FIELD=` says that there is to be none.
    """
    from musfuse.service.requests.tags import CheckAssignments, SetTags

    folder, found = resolve(library, _needed(targets))
    warn_of(folder, CheckAssignments(fields))
    change = SetTags(found, fields, TagSource(source), author=author(), dry_run=dry_run)
    _act(folder, config_file, change, "changed", as_json=as_json, yes=yes)


@command.command("clear", cls=TargetCommand, epilog="Example: musfuse tag clear artist:beatles -- genre")
@library_option
@config_option
@json_option
@guard_options
@_AS
@_TARGETS
def clear(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    source: str,
    targets: tuple[str, ...],
    fields: tuple[str, ...],
) -> None:
    """Give up what was set, of all fields or of those behind `--`: the original's values show again."""
    from musfuse.service.requests.tags import CheckFields, ClearTags

    folder, found = resolve(library, _needed(targets))
    warn_of(folder, CheckFields(fields))
    change = ClearTags(found, fields, TagSource(source), author=author(), dry_run=dry_run)
    _act(folder, config_file, change, "cleared", as_json=as_json, yes=yes)


@command.command("lock", cls=TargetCommand, epilog="Example: musfuse tag lock 'Pink Floyd' -- albumartist")
@library_option
@config_option
@json_option
@guard_options
@_TARGETS
def lock(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    targets: tuple[str, ...],
    fields: tuple[str, ...],
) -> None:
    """Keep the values of all fields, or of those behind `--`, against every refresh; you can still set them."""
    from musfuse.service.requests.tags import CheckFields, LockTags

    folder, found = resolve(library, _needed(targets))
    warn_of(folder, CheckFields(fields))
    change = LockTags(found, fields, author=author(), dry_run=dry_run)
    _act(folder, config_file, change, "locked", as_json=as_json, yes=yes)


@command.command("unlock", cls=TargetCommand, epilog="Example: musfuse tag unlock 'Pink Floyd'")
@library_option
@config_option
@json_option
@guard_options
@_TARGETS
def unlock(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    targets: tuple[str, ...],
    fields: tuple[str, ...],
) -> None:
    """Take locks away."""
    from musfuse.service.requests.tags import CheckFields, UnlockTags

    folder, found = resolve(library, _needed(targets))
    warn_of(folder, CheckFields(fields))
    change = UnlockTags(found, fields, author=author(), dry_run=dry_run)
    _act(folder, config_file, change, "unlocked", as_json=as_json, yes=yes)


@command.command("log", cls=TargetsOnly, epilog="Example: musfuse tag log --limit 5")
@library_option
@json_option
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Changes to show at most.")
@_TARGETS
def log(library: Path | None, as_json: bool, limit: int, targets: tuple[str, ...]) -> None:
    """List changes, the last first: all, or those of the tracks of the TARGETs."""
    from datetime import datetime

    from musfuse.service.requests.changes import ListChanges

    folder, found = resolve(library, targets)
    with connect(folder) as service:
        changes = islice(service.rows(ListChanges(found)), limit)
        if as_json:
            print_json_list(changes)
            return
        rows = [
            (
                str(told.change), datetime.fromtimestamp(told.time_ns / 1e9).strftime("%Y-%m-%d %H:%M:%S"),
                told.author, told.source, str(told.tracks), told.what,
            )
            for told in changes
        ]  # fmt: skip
    print_table(("change", "when", "who", "as", "tracks", "what"), rows)


@command.command("undo", epilog="Example: musfuse tag undo 12")
@library_option
@config_option
@json_option
@guard_options
@click.argument("number", type=click.IntRange(1), required=False)
def undo(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, yes: bool, number: int | None
) -> None:
    """Take a change back, the last one where no NUMBER is given. An undo is a change too."""
    from musfuse.service.requests.changes import CountChanged, UndoChange

    folder, _ = resolve(library, ())
    change = UndoChange(number or 0, author=author(), dry_run=dry_run)
    done = "took change {undone} back on"
    guarded(folder, config_file, change, CountChanged(number or 0), done, as_json=as_json, yes=yes)


def _act(folder: Path, config_file: Path | None, change: "TagChange", done: str, *, as_json: bool, yes: bool) -> None:
    from musfuse.service.requests.changes import CountTracks

    guarded(folder, config_file, change, CountTracks(change.targets), done, as_json=as_json, yes=yes)


def _needed(targets: tuple[str, ...]) -> tuple[str, ...]:
    if not targets:
        raise click.UsageError("name a TARGET: a path on the drive, a path of a source, or a query")
    return targets


def _print(row: "TrackTags", asked: bool) -> None:
    click.secho(printable(row.path or row.source), bold=True)
    if row.path:
        click.echo(printable(f"  from {row.source}" + (f", part {row.part}" if row.part else "")))
    rows = [
        (
            f"  {name}", said.source + (", locked" if said.locked else ""),
            printable("; ".join(said.values) or "(absent)"),
        )
        for name, said in row.tags.items()
    ]  # fmt: skip
    if rows:
        print_table(("  field", "from", "value"), rows)
    else:
        click.echo("  none of these fields" if asked else "  no tags")
    for kind, count in row.art.items():
        click.echo(f"  {kind} picture: {'set' if count else 'hidden'}")


from musfuse.cli import tag_files  # noqa: E402 - its commands join the group

command.add_command(tag_files.export)
command.add_command(tag_files.import_)
