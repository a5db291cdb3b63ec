"""What a sync did with a device, or would do, as it is shown."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import print_table, printable, say, size
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.service.requests.sync import FileLeft, Synced

_ROWS, _LEFT = 40, 20


def show_synced(told: "Synced") -> None:
    """The first of its steps for a dry run, what is left out, and a summary."""
    if told.steps:
        print_table(("", "file", "size"), [
            (step.what, f"{step.before} → {step.path}" if step.before else step.path, size(step.size))
            for step in told.steps[:_ROWS]
        ])  # fmt: skip
        if told.step_count > _ROWS:
            click.echo(f"and {told.step_count - _ROWS} more")
    _show_left(told.left_out, told.left_out_count)
    _show_left(told.failed, told.failed_count)
    if told.beyond:
        say(f"{counted(told.beyond, 'track')} found no room under --max-size")
    said = ("would be " if told.dry_run else "") + ", ".join(_done(told))
    say(said if any(_done(told)) else "nothing to do: all of it is there already")
    holds = "would hold" if told.dry_run else "holds"
    say(f"{printable(told.dest)} {holds} {counted(told.files, 'file')} ({size(told.bytes)}); {size(told.free)} free")


def _done(told: "Synced") -> Iterator[str]:
    counts = {
        "copied": told.copied, "updated": told.updated, "moved": told.moved, "removed": told.removed,
    }  # fmt: skip
    for what, count in counts.items():
        if count:
            yield f"{count} {what}"
    if told.playlists:
        yield f"{counted(told.playlists, 'playlist')} written"
    if told.written:
        yield f"{size(told.written)} written"


def _show_left(left: "tuple[FileLeft, ...]", count: int) -> None:
    for one in left[:_LEFT]:
        click.echo(printable(f"{one.path}: {one.why}"), err=True)
    if count > _LEFT:
        click.echo(f"and {count - _LEFT} more", err=True)
