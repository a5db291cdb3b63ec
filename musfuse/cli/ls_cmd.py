"""`musfuse ls`"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.common import (
    OnDrive,
    as_on_drive,
    config_option,
    connect,
    drive_path,
    json_option,
    library_folder,
    library_option,
    print_json_list,
    print_table,
    printable,
    size,
)
from musfuse.cli.completing import places, views
from musfuse.cli.newcomers import tell_nothing
from musfuse.cli.typed import typed
from musfuse.model import NodeKind

if TYPE_CHECKING:
    from musfuse.service.requests.library import Folder, FolderEntry


@click.command("ls", epilog="Example: musfuse ls -l 'Pink Floyd'")
@library_option
@config_option
@json_option
@click.option("--view", shell_complete=views, help="The view that shows it [default: main, or the one at PATH].")
@click.option("--template", help="Show what another path template would make of the view; nothing changes.")
@click.option("-l", "long", is_flag=True, help="With sizes; a question mark where the index is still to be built.")
@click.option("-R", "--recursive", is_flag=True, help="All folders below it, too.")
@click.argument("path", default="", metavar="[PATH]", shell_complete=places)
def command(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    view: str | None,
    template: str | None,
    long: bool,
    recursive: bool,
    path: str,
) -> None:
    """List a folder of the drive, mounted or not. PATH is one on the drive, or below a mountpoint."""
    from musfuse.service.requests.library import ListFolders
    from musfuse.service.requests.owner import ShowStatus

    inside, owned, mounted = drive_path(path) if path else OnDrive()
    view = view or mounted
    folder = owned or library_folder(library)
    top = inside.strip("/") if inside is not None else as_on_drive(path)
    typed().place(top, path)
    with connect(folder, config_file) as service:
        folders = service.rows(ListFolders(top, recursive, view, template or ""))
        if as_json:
            print_json_list(_entries(folders, recursive))
            return
        for number, listed in enumerate(folders):
            if recursive:
                click.echo(("\n" if number else "") + printable(f"{listed.path or '/'}:"))
            _print(listed.entries, long)
            if not (top or number or listed.entries):
                tell_nothing(service.call(ShowStatus()))


def _entries(folders: "Iterator[Folder]", with_folder: bool) -> Iterator[dict[str, Any]]:
    for listed in folders:
        for entry in listed.entries:
            facts = {"name": entry.name, "kind": entry.kind, "size": entry.size}
            yield facts | ({"folder": listed.path} if with_folder else {})


def _print(entries: "Sequence[FolderEntry]", long: bool) -> None:
    if long:
        print_table(("size", "name"), (
            (size(entry.size) if entry.kind == NodeKind.FILE else "folder", entry.name) for entry in entries
        ))  # fmt: skip
        return
    for entry in entries:
        click.echo(printable(entry.name) + ("" if entry.kind == NodeKind.FILE else "/"))
