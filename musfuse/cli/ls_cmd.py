"""`musfuse ls`"""

from pathlib import Path

import click

from musfuse.cli.common import (
    drive_path,
    json_option,
    library_folder,
    library_option,
    print_json,
    print_table,
    printable,
    size,
)
from musfuse.errors import ConfigError, NoEntryError, NotAFolderError
from musfuse.model import NodeKind


@click.command("ls", epilog="Example: musfuse ls -l 'Pink Floyd'")
@library_option
@json_option
@click.option("-l", "long", is_flag=True, help="With sizes; a question mark where the index is still to be built.")
@click.argument("path", default="", metavar="[PATH]")
def command(library: Path | None, as_json: bool, long: bool, path: str) -> None:
    """List a folder of the drive, mounted or not. PATH is one on the drive, or below a mountpoint."""
    from musfuse.library.catalog import Database, Node, Nodes
    from musfuse.library.names import name_key

    inside, owned = drive_path(Path(path)) if path else (None, None)
    folder = owned or library_folder(library)
    if not (folder / "catalog.db").exists():
        raise ConfigError(f"{folder}: no library there; `musfuse scan SOURCE` or `musfuse mount` makes one")
    database = Database(folder / "catalog.db")
    try:
        nodes = Nodes(database)
        node: Node | None = nodes.root()
        for part in filter(None, (inside if inside is not None else path).split("/")):
            node = nodes.child(node.id, name_key(part)) if node else None
        if node is None:
            raise NoEntryError(f"{path}: no such file or folder on the drive")
        if node.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: not a folder; `musfuse info` tells about a file")
        children = list(nodes.children(node.id))
    finally:
        database.close()
    if as_json:
        print_json([{"name": c.name, "kind": c.kind.value, "size": c.size} for c in children])
    elif long:
        print_table(("size", "name"), ((size(c.size) if c.track else "folder", c.name) for c in children))
    else:
        for child in children:
            click.echo(printable(child.name) + ("" if child.track else "/"))
