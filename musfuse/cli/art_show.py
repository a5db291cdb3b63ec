"""`musfuse art show`"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import (
    config_option,
    json_option,
    library_option,
    load,
    print_json_list,
    print_table,
    printable,
    size,
)
from musfuse.cli.targets import TargetsOnly, resolve

_FROM = {"set": "set here", "embedded": "embedded in the original"}


@click.command("show", cls=TargetsOnly, epilog="Example: musfuse art show 'Pink Floyd/Animals (1977)'")
@library_option
@config_option
@json_option
@click.argument("targets", nargs=-1)
def show(library: Path | None, config_file: Path | None, as_json: bool, targets: tuple[str, ...]) -> None:
    """Show which pictures the tracks of the TARGETs have, where each comes from, and whether it is used.

    Of each kind the strongest comes first: one that was set, one in the original, one beside it.
    """
    from musfuse.app.reading import read_pictures

    if not targets:
        raise click.UsageError("name a TARGET: a path on the drive, a path of a source, or a query")
    folder, found = resolve(library, targets)
    with read_pictures(folder, load(config_file)) as pictures:
        rows = pictures.of(found)
        if as_json:
            print_json_list(rows)
            return
        for number, (first, tracks) in enumerate(_alike(rows)):
            _print(first, tracks, number > 0)


def _alike(rows: Iterator[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], int]]:
    """The first of neighbouring tracks of a folder with the same pictures, and how many they are."""
    for _, group in itertools.groupby(rows, _shared):
        first: dict[str, Any] = {}
        for number, row in enumerate(group, 1):
            first, tracks = first or row, number
        yield first, tracks


def _shared(row: dict[str, Any]) -> tuple[str, list[list[object]]]:
    """The folder, and all of the pictures but which original one is embedded in."""
    folder = (row["path"] or row["source"]).rpartition("/")[0]
    return folder, [[v for k, v in p.items() if k != "file" or p["from"] == "beside"] for p in row["pictures"]]


def _print(first: dict[str, Any], tracks: int, gap: bool) -> None:
    place = first["path"] or first["source"]
    title = place if tracks == 1 else f"{place.rpartition('/')[0]}: {tracks} tracks"
    click.secho(("\n" if gap else "") + printable(title), bold=True)
    if not first["pictures"]:
        click.echo("  no picture")
        return
    print_table(("  kind", "used", "type", "size", "pixels", "from"), [_row(picture) for picture in first["pictures"]])


def _row(picture: dict[str, Any]) -> tuple[str, ...]:
    if picture.get("hidden"):
        return f"  {picture['kind']}", "", "", "", "", "hidden here"
    pixels = "x".join(map(str, picture["pixels"])) if picture["pixels"] else "?"
    return (
        f"  {picture['kind']}", "yes" if picture["used"] else "no", picture["mime"].removeprefix("image/"),
        size(picture["bytes"]), pixels, _FROM.get(picture["from"], picture["file"]),
    )  # fmt: skip
