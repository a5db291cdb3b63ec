"""`musfuse ls`"""

from pathlib import Path

import click

from musfuse.cli.common import (
    config_option,
    drive_path,
    json_option,
    library_folder,
    library_option,
    load,
    print_json,
    print_table,
    printable,
    size,
)
from musfuse.errors import NotAFolderError
from musfuse.model import NodeKind


@click.command("ls", epilog="Example: musfuse ls -l 'Pink Floyd'")
@library_option
@config_option
@json_option
@click.option("-l", "long", is_flag=True, help="With sizes; a question mark where the index is still to be built.")
@click.argument("path", default="", metavar="[PATH]")
def command(library: Path | None, config_file: Path | None, as_json: bool, long: bool, path: str) -> None:
    """List a folder of the drive, mounted or not. PATH is one on the drive, or below a mountpoint."""
    from musfuse.app.reading import read_tree

    inside, owned = drive_path(Path(path)) if path else (None, None)
    folder = owned or library_folder(library)
    with read_tree(folder, load(config_file)) as tree:
        node = tree.lookup((inside if inside is not None else path).strip("/"))
        if node.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: not a folder; `musfuse info` tells about a file")
        children = list(tree.children(node))
    if as_json:
        print_json([{"name": c.name, "kind": c.kind.value, "size": c.size} for c in children])
    elif long:
        print_table(
            ("size", "name"), ((size(c.size) if c.kind is NodeKind.FILE else "folder", c.name) for c in children)
        )
    else:
        for child in children:
            click.echo(printable(child.name) + ("" if child.kind is NodeKind.FILE else "/"))
