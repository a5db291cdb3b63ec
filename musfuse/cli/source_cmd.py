"""`musfuse source`"""

from contextlib import ExitStack
from pathlib import Path

import click

from musfuse.cli.common import (
    absolute,
    config_option,
    json_option,
    library_folder,
    library_option,
    load,
    print_json,
    print_table,
    printable,
    say,
)


@click.group("source", epilog="Example: musfuse source move ~/Music /mnt/nas/Music")
def command() -> None:
    """List the folders of a library, and tell it that one was moved."""


@command.command("list", epilog="Example: musfuse source list --json")
@library_option
@json_option
def list_(library: Path | None, as_json: bool) -> None:
    """List the sources in order of priority, which decides between equal names."""
    from musfuse.app.reading import read_sources

    sources = [{"path": row.uri, "id": row.uid} for row in read_sources(library_folder(library))]
    if as_json:
        print_json(sources)
    else:
        print_table(("id", "path"), ((row["id"], printable(row["path"])) for row in sources))


@command.command("move", epilog="Example: musfuse source move ~/Music /mnt/nas/Music")
@library_option
@config_option
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def move(library: Path | None, config_file: Path | None, old: Path, new: Path) -> None:
    """Tell the library that the source OLD lies at NEW now: tags, pictures and locks that were set go with it."""
    from musfuse.app import open_library

    with ExitStack() as closing:
        opened = open_library(library_folder(library), load(config_file), closing)
        tracks = opened.move_source(absolute(old), absolute(new))
    say(f"{absolute(old)} is {absolute(new)} now; what was set for {tracks} tracks went with it")
