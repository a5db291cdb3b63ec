"""`musfuse ls`"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.common import (
    config_option,
    drive_path,
    json_option,
    library_folder,
    library_option,
    load,
    print_json_list,
    print_table,
    printable,
    size,
)
from musfuse.cli.completing import places
from musfuse.cli.newcomers import tell_nothing
from musfuse.cli.typed import typed
from musfuse.errors import NoEntryError, NotAFolderError
from musfuse.model import NodeKind

if TYPE_CHECKING:
    from musfuse.drive.tree import Tree
    from musfuse.library.catalog import Node

    Folder = tuple[str, list[Node]]


@click.command("ls", epilog="Example: musfuse ls -l 'Pink Floyd'")
@library_option
@config_option
@json_option
@click.option("-l", "long", is_flag=True, help="With sizes; a question mark where the index is still to be built.")
@click.option("-R", "--recursive", is_flag=True, help="All folders below it, too.")
@click.argument("path", default="", metavar="[PATH]", shell_complete=places)
def command(
    library: Path | None, config_file: Path | None, as_json: bool, long: bool, recursive: bool, path: str
) -> None:
    """List a folder of the drive, mounted or not. PATH is one on the drive, or below a mountpoint."""
    from musfuse.app.reading import near, read_status, read_tree

    inside, owned = drive_path(path) if path else (None, None)
    folder = owned or library_folder(library)
    with read_tree(folder, load(config_file)) as tree:
        top = (inside if inside is not None else path).strip("/")
        typed().place(top, path)
        try:
            node = tree.lookup(top)
        except NoEntryError as error:
            raise NoEntryError(f"{error}{near(folder, top)}") from error
        if node.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: not a folder; `musfuse info` tells about a file")
        folders = _below(tree, node, top) if recursive else iter([(top, list(tree.children(node)))])
        if as_json:
            print_json_list(_entries(folders, recursive))
            return
        for number, (at, children) in enumerate(folders):
            if recursive:
                click.echo(("\n" if number else "") + printable(f"{at or '/'}:"))
            _print(children, long)
            if not (top or number or children):
                tell_nothing(read_status(folder))


def _below(tree: "Tree", node: "Node", path: str) -> "Iterator[Folder]":
    """A folder and all below it, each before those in it; one folder of each level is held at a time."""
    children = list(tree.children(node))
    yield path, children
    for child in children:
        if child.kind is NodeKind.FOLDER:
            yield from _below(tree, child, f"{path}/{child.name}".lstrip("/"))


def _entries(folders: "Iterator[Folder]", with_folder: bool) -> Iterator[dict[str, Any]]:
    for at, children in folders:
        for child in children:
            facts = {"name": child.name, "kind": child.kind.value, "size": child.size}
            yield facts | ({"folder": at} if with_folder else {})


def _print(children: "list[Node]", long: bool) -> None:
    if long:
        sizes = (size(child.size) if child.kind is NodeKind.FILE else "folder" for child in children)
        print_table(("size", "name"), ((known, child.name) for known, child in zip(sizes, children, strict=True)))
        return
    for child in children:
        click.echo(printable(child.name) + ("" if child.kind is NodeKind.FILE else "/"))
