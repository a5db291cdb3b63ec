"""`musfuse find`"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.common import json_option, library_option, print_json_list, printable
from musfuse.cli.targets import TargetsOnly, resolve
from musfuse.errors import NotFoundError

if TYPE_CHECKING:
    from musfuse.library.selection import Selected
    from musfuse.library.template_fields import Subject

DEFAULT_FORMAT = "${path|source}"


@click.command("find", cls=TargetsOnly, epilog="Example: musfuse find --format '$artist: $title' year:1967..1969 -live")
@library_option
@json_option
@click.option(
    "--format", "template", default=DEFAULT_FORMAT, show_default=True,
    help="A line as a template like view.template, with all tags, and $path (on the drive) and $source (the original).",
)  # fmt: skip
@click.option("-0", "nul", is_flag=True, help="End lines with a NUL, for `xargs -0`, and print values as they are.")
@click.argument("targets", nargs=-1, metavar="[QUERY|TARGET]...")
def command(library: Path | None, as_json: bool, template: str, nul: bool, targets: tuple[str, ...]) -> None:
    """Print a line for each track that a query finds, or that lies in a folder: what `musfuse tag` would act on.

    Without a query all tracks. The exit code is 1 where there are none.
    """
    from musfuse.app.reading import read_selection
    from musfuse.library.templates import Line

    if as_json and (nul or template != DEFAULT_FORMAT):
        raise click.UsageError("--json prints all there is; it goes with neither --format nor -0")
    line = Line(template)
    folder, found = resolve(library, targets)
    with read_selection(folder) as selection:
        rows = _some(selection.of(found) if found else selection.everything(), found)
        if as_json:
            print_json_list(map(_facts, rows))
            return
        for row in rows:
            _print(line.render(_subject(row)), nul)


def _some(rows: "Iterator[Selected]", targets: list[tuple[str, str]]) -> "Iterator[Selected]":
    """What the targets mean. Raises NotFoundError at the end where that is nothing."""
    row = None
    for row in rows:
        yield row
    if row is None:
        raise NotFoundError(f"{' '.join(text for text, _ in targets) or 'the library'}: no tracks there")


def _print(text: str, nul: bool) -> None:
    if not nul:
        click.echo(printable(text))
        return
    try:
        raw = os.fsencode(text)
    except UnicodeEncodeError:  # a tag may hold what no name of a file can
        raw = text.encode("utf-8", "replace")
    click.echo(raw + b"\0", nl=False)


def _subject(row: "Selected") -> "Subject":
    from musfuse.library.albums import is_in_set
    from musfuse.library.naming import served_extension
    from musfuse.library.template_fields import Subject

    return Subject(
        row.tags, row.format, row.inside, served_extension(row.serve, row.inside),
        is_in_set(row.tags, row.several_discs), row.root, row.various, row.path,
    )  # fmt: skip


def _facts(row: "Selected") -> dict[str, Any]:
    fmt = row.format
    return {
        "path": row.path, "source": row.source, "part": row.part, "container": fmt.container, "codec": fmt.codec,
        "rate": fmt.sample_rate, "channels": fmt.channels, "bits": fmt.sample_bits or None,
        "duration_ns": fmt.duration_ns,
        "tags": {name: list(values) for name, values in row.tags.items()},
    }  # fmt: skip
