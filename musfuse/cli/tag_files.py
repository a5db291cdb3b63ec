"""`musfuse tag export` and `musfuse tag import`"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    absolute,
    config_option,
    connect,
    json_option,
    library_option,
    print_json,
    printable,
    say,
)
from musfuse.cli.files import whole_file
from musfuse.cli.guards import ask, make, on_terminal, report, show_fields, show_rehearsal, warn
from musfuse.cli.progress import Progress, Waiting
from musfuse.cli.targets import TargetsOnly, author, resolve
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.service.requests.tags import ImportPlan, TrackRow


@click.command("export", cls=TargetsOnly, epilog="Example: musfuse tag export --to tags.csv artist:beatles")
@library_option
@click.option("--to", "out", type=click.Path(path_type=Path), help="File to write [default: standard output].")
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), help="[default: by the file's name, else CSV]")
@click.argument("targets", nargs=-1)
def export(library: Path | None, out: Path | None, kind: str | None, targets: tuple[str, ...]) -> None:
    """Write tags as CSV or JSON, of all tracks or those of the TARGETs; `import` reads the file back."""
    from musfuse.service.requests.tags import ExportTags
    from musfuse.service.tagfiles import export_tags

    to = absolute(out) if out else None
    kind = kind or ("json" if out and out.suffix.lower() == ".json" else "csv")
    folder, found = resolve(library, targets)
    with connect(folder) as service:

        def rows() -> "Iterator[TrackRow]":
            for number, row in enumerate(service.rows(ExportTags(found)), 1):
                progress.update(number)
                yield row

        with Progress("export", quiet=out is None) as progress:
            if to is None:
                export_tags(rows, kind, sys.stdout)
                return
            with whole_file(to) as file:
                count = export_tags(rows, kind, file)
    say(f"{counted(count, 'track')} written to {out}", err=True)


@click.command("import", epilog="Example: musfuse tag import tags.csv")
@library_option
@config_option
@json_option
@click.option("--dry-run", is_flag=True, help="Show what would change and where files move to; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask. Without a terminal nothing is asked.")
@click.argument("file", type=click.Path(path_type=Path))
def import_(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, yes: bool, file: Path
) -> None:
    """Take in tags from a CSV or JSON file, after a preview: all of it or, where anything is wrong, nothing.

    Rows are matched by path (of the original, or on the drive), else by ISRC, else by MusicBrainz track id.
    """
    from musfuse.service.requests.tags import ImportTags, PlanImport
    from musfuse.service.wire import to_json

    folder, _ = resolve(library, ())
    path = absolute(file)
    with connect(folder, config_file) as service, Waiting("import"):
        plan = service.call(PlanImport(path))
    warn(plan.warnings)
    if plan.errors:
        _refuse(plan, file, as_json)
    if not plan.changes:
        print_json(plan) if as_json else _preview(plan)
        return
    change = ImportTags(path, author=author(), dry_run=dry_run)
    if dry_run:
        result = make(folder, config_file, change)
        print_json(to_json(plan) | to_json(result)) if as_json else show_rehearsal(folder, result)
        return
    if not as_json:
        _preview(plan)
        if not yes and on_terminal():
            ask(f"Change {counted(plan.changes, 'field')} of {counted(plan.tracks, 'track')}?")
    result = make(folder, config_file, change)
    print_json(to_json(plan) | {"result": to_json(result)}) if as_json else report(folder, result, "changed")


def _refuse(plan: "ImportPlan", file: Path, as_json: bool) -> None:
    """Show what is wrong with a file, and end."""
    print_json(plan) if as_json else _preview(plan)
    raise click.ClickException(f"{counted(plan.error_count, 'row')} of {file} cannot be taken in; nothing was changed")


def _preview(plan: "ImportPlan") -> None:
    show_fields(plan.shown, plan.changes)
    for error in plan.errors:
        click.echo(printable(error), err=True)
    would = f"{counted(plan.changes, 'field')} of {counted(plan.tracks, 'track')} would change"
    click.echo(f"{counted(plan.rows, 'row')}, {would}")
