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
from musfuse.cli.completing import folders, sources


@click.group("source", epilog="Example: musfuse source move ~/Music /mnt/nas/Music")
def command() -> None:
    """List the folders of a library, and tell it that one was moved."""


@command.command("list", epilog="Example: musfuse source list --json")
@library_option
@json_option
def list_(library: Path | None, as_json: bool) -> None:
    """List the sources in order of priority, which decides between equal names."""
    from musfuse.app.reading import read_sources

    rows = [{"path": row.uri, "id": row.uid} for row in read_sources(library_folder(library))]
    if as_json:
        print_json(rows)
    else:
        print_table(("id", "path"), ((row["id"], printable(row["path"])) for row in rows))


@command.command("add", epilog="Example: musfuse source add ~/Music /mnt/nas/Music")
@library_option
@config_option
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
def add(library: Path | None, config_file: Path | None, folders: tuple[Path, ...]) -> None:
    """Add FOLDERS with music. A mounted library scans them at once, another one with the next scan or mount."""
    from musfuse.control import find_owner

    folder, paths = library_folder(library), [absolute(path) for path in folders]
    client = find_owner(folder)
    if client is not None:
        with client:
            client.call("scan", sources=[str(path) for path in paths])
        said = "the scan has begun; `musfuse status` shows how far it is"
    else:
        from musfuse.app import open_library

        with ExitStack() as closing:
            open_library(folder, load(config_file), closing, sources=paths)
        said = "`musfuse scan` looks for its files"
    for path in paths:
        say(f"{path} is a source of the library {folder} now")
    say(said)


@command.command("move", epilog="Example: musfuse source move ~/Music /mnt/nas/Music")
@library_option
@config_option
@click.argument("old", type=click.Path(path_type=Path), shell_complete=sources)
@click.argument("new", type=click.Path(path_type=Path), shell_complete=folders)
def move(library: Path | None, config_file: Path | None, old: Path, new: Path) -> None:
    """Tell the library that the source OLD lies at NEW now: tags, pictures and locks that were set go with it."""
    from musfuse.app import open_library

    with ExitStack() as closing:
        opened = open_library(library_folder(library), load(config_file), closing, make=False)
        tracks = opened.move_source(absolute(old), absolute(new))
    say(f"{absolute(old)} is {absolute(new)} now; what was set for {tracks} tracks went with it")
