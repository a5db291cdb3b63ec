"""`musfuse tag export` and `musfuse tag import`"""

import sys
from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import (
    absolute,
    config_option,
    json_option,
    library_option,
    print_json,
    print_table,
    printable,
    say,
    shortened,
)
from musfuse.cli.progress import Progress, Waiting
from musfuse.cli.targets import TargetsOnly, author, change, report, resolve


@click.command("export", cls=TargetsOnly, epilog="Example: musfuse tag export --to tags.csv artist:beatles")
@library_option
@click.option("--to", "out", type=click.Path(path_type=Path), help="File to write [default: standard output].")
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), help="[default: by the file's name, else CSV]")
@click.argument("targets", nargs=-1)
def export(library: Path | None, out: Path | None, kind: str | None, targets: tuple[str, ...]) -> None:
    """Write tags as CSV or JSON, of all tracks or those of the TARGETs; `import` reads the file back."""
    from musfuse.app.reading import read_tagging
    from musfuse.app.tagfiles import export_tags

    kind = kind or ("json" if out and out.suffix.lower() == ".json" else "csv")
    folder, found = resolve(library, targets)
    with read_tagging(folder) as tagging:
        selection = tagging.selection

        def rows() -> Any:
            for number, row in enumerate(selection.of(found) if found else selection.everything(), 1):
                progress.update(number)
                yield row

        with Progress("export", quiet=out is None) as progress:
            if out is None:
                export_tags(rows, kind, sys.stdout)
                return
            with out.open("w", encoding="utf-8", newline="") as file:
                count = export_tags(rows, kind, file)
    say(f"{count} tracks written to {out}", err=True)


@click.command("import", epilog="Example: musfuse tag import tags.csv")
@library_option
@config_option
@json_option
@click.option("--dry-run", is_flag=True, help="Show what would change, change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.argument("file", type=click.Path(path_type=Path))
def import_(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, yes: bool, file: Path
) -> None:
    """Take in tags from a CSV or JSON file, after a preview: all of it or, where anything is wrong, nothing.

    Rows are matched by path (of the original, or on the drive), else by ISRC, else by MusicBrainz track id.
    """
    from musfuse.app.reading import read_tagging
    from musfuse.app.tagfiles import plan_import
    from musfuse.app.tagging import Who

    folder, _ = resolve(library, ())
    path = absolute(file)
    with read_tagging(folder) as tagging, Waiting("import"):
        plan = plan_import(tagging.selection, path).to_json()
    if not as_json:
        _preview(plan)
    if plan["errors"]:
        if as_json:
            print_json(plan)
        raise click.ClickException(f"{plan['error_count']} rows of {file} cannot be taken in; nothing was changed")
    if dry_run or not plan["changes"]:
        if as_json:
            print_json(plan)
        return
    if not yes and not as_json:
        click.confirm(f"Change {plan['changes']} fields of {plan['tracks']} tracks?", abort=True)
    result = change(
        folder, config_file, "tag.import", lambda tagging: dict(tagging.import_file(path, Who(author()))),
        path=str(path), author=author(),
    )  # fmt: skip
    if as_json:
        print_json(plan | {"result": result})
    else:
        report(folder, result, "changed")


def _preview(plan: dict[str, Any]) -> None:
    shown = plan["shown"][:40]
    if shown:
        rows = [
            (c["path"], c["field"], shortened(printable("; ".join(c["before"])), 60), "; ".join(c["after"]))
            for c in shown
        ]
        print_table(("track", "field", "before", "after"), rows)
    if plan["changes"] > len(shown):
        click.echo(f"and {plan['changes'] - len(shown)} more")
    for error in plan["errors"]:
        click.echo(printable(error), err=True)
    click.echo(f"{plan['rows']} rows, {plan['changes']} fields of {plan['tracks']} tracks would change")
