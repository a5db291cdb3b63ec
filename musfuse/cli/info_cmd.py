"""`musfuse info`"""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

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
    size,
)


@click.command("info", epilog="Example: musfuse info '~/Drive/Pink Floyd/Animals (1977)/02 - Dogs.flac'")
@library_option
@config_option
@json_option
@click.argument("path")
def command(library: Path | None, config_file: Path | None, as_json: bool, path: str) -> None:
    """Tell where a file of the drive comes from, what it is made of, and why it is named so.

    PATH lies below a mountpoint, or is one on the drive.
    """
    inside, owned = drive_path(Path(path))
    facts = _ask(owned or library_folder(library), config_file, inside if inside is not None else path.strip("/"))
    if as_json:
        print_json(facts)
        return
    print_table(("what", "value"), _rows(facts))


def _ask(folder: Path, config_file: Path | None, path: str) -> dict[str, Any]:
    from musfuse.control import find_owner

    client = find_owner(folder)
    if client is not None:
        with client:
            found: dict[str, Any] = client.call("info", path=path)
            return found
    from musfuse.app import open_library
    from musfuse.app.info import describe

    with ExitStack() as closing:
        return describe(open_library(folder, load(config_file), closing), path)


def _rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    if facts["kind"] == "folder":
        return [("folder", facts["path"] or "/"), ("entries", str(facts["entries"]))]
    if "format" not in facts:
        origin = facts.get("source") or "a picture of the album"
        return [("file", facts["path"]), ("from", origin), ("bytes", str(facts["size"]))]
    fmt = facts["format"]
    sound = f"{fmt['codec']} in {fmt['container']}, {fmt['rate']} Hz, {fmt['channels']} channels, {fmt['bits']} bits"
    rows = [
        ("file", facts["path"]),
        ("original", f"{facts['source']} ({size(facts['source_bytes'])})"),
        ("sound", sound),
        (
            "served as",
            f"{facts['served_as']}, {facts['size']} bytes"
            if facts["size"]
            else f"{facts['served_as']}, size not known yet",
        ),
    ]
    offset = 0
    for part in facts["layout"]:
        rows.append((f"from byte {offset}", f"{part['bytes']} bytes: {part['what']}"))
        offset += part["bytes"]
    if facts.get("layout_problem"):
        rows.append(("layout", facts["layout_problem"]))
    rows.append(("named by", facts["template"]))
    if facts["numbered"]:
        rows.append(("numbered", f"another file comes before it as {facts['wanted'].rsplit('/', 1)[-1]}"))
    if facts["problem"]:
        rows.append(("problem", facts["problem"]))
    if facts["untagged"]:
        rows.append(("own tags", facts["untagged"]))
    rows += [("tag", f"{name} = {value}") for name, values in facts["tags"].items() for value in values]
    return rows
