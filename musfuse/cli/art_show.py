"""`musfuse art show`"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from musfuse.cli.common import (
    config_option,
    connect,
    json_option,
    library_option,
    print_json_list,
    print_table,
    printable,
    size,
)
from musfuse.cli.targets import TargetsOnly, resolve

if TYPE_CHECKING:
    from musfuse.service.requests.art import PictureTold, TrackArt

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
    from musfuse.service.requests.art import ShowArt

    if not targets:
        raise click.UsageError("name a TARGET: a path on the drive, a path of a source, or a query")
    folder, found = resolve(library, targets)
    with connect(folder, config_file) as service:
        rows = service.rows(ShowArt(found))
        if as_json:
            print_json_list(rows)
            return
        for number, (first, tracks) in enumerate(_alike(rows)):
            _print(first, tracks, number > 0)


def _alike(rows: "Iterator[TrackArt]") -> "Iterator[tuple[TrackArt, int]]":
    """The first of neighbouring tracks of a folder with the same pictures, and how many they are."""
    for _, group in itertools.groupby(rows, _shared):
        for tracks, row in enumerate(group, 1):
            if tracks == 1:
                first = row
        yield first, tracks


def _shared(row: "TrackArt") -> "tuple[str, list[PictureTold]]":
    """The folder, and all of the pictures but which original one is embedded in."""
    folder = (row.path or row.source).rpartition("/")[0]
    return folder, [p if p.origin == "beside" else structs.replace(p, file="") for p in row.pictures]


def _print(first: "TrackArt", tracks: int, gap: bool) -> None:
    place = first.path or first.source
    title = place if tracks == 1 else f"{place.rpartition('/')[0]}: {tracks} tracks"
    click.secho(("\n" if gap else "") + printable(title), bold=True)
    if not first.pictures:
        click.echo("  no picture")
        return
    print_table(("  kind", "used", "type", "size", "pixels", "from"), map(_row, first.pictures))


def _row(picture: "PictureTold") -> tuple[str, ...]:
    if picture.hidden:
        return f"  {picture.kind}", "", "", "", "", "hidden here"
    pixels = "x".join(map(str, picture.pixels)) if picture.pixels else "?"
    return (
        f"  {picture.kind}", "yes" if picture.used else "no", (picture.mime or "").removeprefix("image/"),
        size(picture.bytes or 0), pixels, _FROM.get(picture.origin, picture.file or ""),
    )  # fmt: skip
