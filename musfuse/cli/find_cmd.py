"""`musfuse find`"""

from pathlib import Path

import click

from musfuse.cli.common import connect, json_option, library_option, print_json_list, print_nul, printable
from musfuse.cli.targets import TargetsOnly, resolve

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
    from musfuse.library.templates import Line
    from musfuse.service.requests.library import FindLines, FindTracks

    if as_json and (nul or template != DEFAULT_FORMAT):
        raise click.UsageError("--json prints all there is; it goes with neither --format nor -0")
    Line(template)  # a bad one is said before anything is looked for
    folder, found = resolve(library, targets)
    with connect(folder) as service:
        if as_json:
            print_json_list(service.rows(FindTracks(tuple(found))))
            return
        for line in service.rows(FindLines(template, tuple(found))):
            _print(line, nul)


def _print(text: str, nul: bool) -> None:
    if nul:
        print_nul(text)
    else:
        click.echo(printable(text))
