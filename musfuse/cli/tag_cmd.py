"""`musfuse tag`"""

from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import config_option, json_option, library_option, print_json, print_table, printable
from musfuse.cli.guards import guard_options, guarded, warn_of, warn_of_names
from musfuse.cli.targets import TargetCommand, TargetsOnly, resolve

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
    from musfuse.app.reading import read_tagging

    folder, found = resolve(library, _needed(targets))
    warn_of_names(folder, fields)
    with read_tagging(folder) as tagging:
        rows = tagging.show(found)
        if as_json:
            print_json([_only(row, fields) for row in rows])
            return
        for row in rows:
            _print(_only(row, fields), bool(fields))


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
    _act(
        library,
        config_file,
        "set",
        "changed",
        targets,
        fields,
        as_json=as_json,
        dry_run=dry_run,
        yes=yes,
        source=source,
    )


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
    _act(
        library,
        config_file,
        "clear",
        "cleared",
        targets,
        fields,
        as_json=as_json,
        dry_run=dry_run,
        yes=yes,
        source=source,
    )


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
    _act(library, config_file, "lock", "locked", targets, fields, as_json=as_json, dry_run=dry_run, yes=yes)


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
    _act(library, config_file, "unlock", "unlocked", targets, fields, as_json=as_json, dry_run=dry_run, yes=yes)


@command.command("log", cls=TargetsOnly, epilog="Example: musfuse tag log --limit 5")
@library_option
@json_option
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Changes to show at most.")
@_TARGETS
def log(library: Path | None, as_json: bool, limit: int, targets: tuple[str, ...]) -> None:
    """List changes, the last first: all, or those of the tracks of the TARGETs."""
    from datetime import datetime

    from musfuse.app.reading import read_tagging

    folder, found = resolve(library, targets)
    with read_tagging(folder) as tagging:
        changes = tagging.log(found, limit)
    if as_json:
        print_json(changes)
        return
    rows = [
        (
            str(c["change"]), datetime.fromtimestamp(c["time_ns"] / 1e9).strftime("%Y-%m-%d %H:%M:%S"), c["author"],
            c["source"], str(c["tracks"]), printable(c["what"]),
        )
        for c in changes
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
    folder, _ = resolve(library, ())
    guarded(
        folder, config_file, "tag.undo", "took change {undone} back on",
        as_json=as_json, dry_run=dry_run, yes=yes, number=number or 0,
    )  # fmt: skip


def _act(
    library: Path | None,
    config_file: Path | None,
    action: str,
    done: str,
    targets: tuple[str, ...],
    fields: tuple[str, ...],
    *,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    source: str = "user",
) -> None:
    folder, found = resolve(library, _needed(targets))
    (warn_of if action == "set" else warn_of_names)(folder, fields)
    guarded(
        folder, config_file, f"tag.{action}", done,
        as_json=as_json, dry_run=dry_run, yes=yes, targets=found, fields=fields, source=source,
    )  # fmt: skip


def _needed(targets: tuple[str, ...]) -> tuple[str, ...]:
    if not targets:
        raise click.UsageError("name a TARGET: a path on the drive, a path of a source, or a query")
    return targets


def _only(row: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    from musfuse.app.assignments import checked_field

    wanted = {checked_field(name) for name in fields}
    return row | {"tags": {n: v for n, v in row["tags"].items() if n in wanted}} if fields else row


def _print(row: dict[str, Any], asked: bool) -> None:
    place = row["path"] or row["source"]
    click.secho(printable(place), bold=True)
    if row["path"]:
        click.echo(printable(f"  from {row['source']}" + (f", part {row['part']}" if row["part"] else "")))
    rows = [
        (
            f"  {name}", said["source"] + (", locked" if said["locked"] else ""),
            printable("; ".join(said["values"]) or "(absent)"),
        )
        for name, said in row["tags"].items()
    ]  # fmt: skip
    if rows:
        print_table(("  field", "from", "value"), rows)
    else:
        click.echo("  none of these fields" if asked else "  no tags")
    for kind, count in row["art"].items():
        click.echo(f"  {kind} picture: {'set' if count else 'hidden'}")


from musfuse.cli import tag_files  # noqa: E402 - its commands join the group

command.add_command(tag_files.export)
command.add_command(tag_files.import_)
