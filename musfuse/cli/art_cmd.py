"""`musfuse art`"""

from pathlib import Path

import click

from musfuse.cli.common import absolute, config_option, json_option, library_option
from musfuse.cli.guards import guard_options, guarded
from musfuse.cli.targets import TargetsOnly, author, resolve

_KIND = click.option(
    "--kind", type=click.Choice(["front", "back", "other"]), default="front", show_default=True, help="What it shows."
)


@click.group("art", epilog="Example: musfuse art set 'Pink Floyd/Animals (1977)' ~/animals.jpg")
def command() -> None:
    """Show, set and clear pictures. Originals are never touched: what is served carries the pictures."""


@command.command("set", cls=TargetsOnly, epilog="Example: musfuse art set --kind back album:animals ~/back.png")
@library_option
@config_option
@json_option
@guard_options
@_KIND
@click.argument("targets", nargs=-1)
def set_(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    kind: str,
    targets: tuple[str, ...],
) -> None:
    """Set PICTURE, the last argument (JPEG, PNG, GIF, BMP or WebP, up to 10 MB), for all tracks of the TARGETs."""
    from musfuse.model import ArtKind
    from musfuse.service.requests.art import SetArt
    from musfuse.service.requests.changes import CountTracks

    *named, picture = targets or ("",)
    if not named:
        raise click.UsageError("name a TARGET and, last, a PICTURE")
    folder, found = resolve(library, named)
    change = SetArt(found, absolute(Path(picture)), ArtKind(kind), author=author(), dry_run=dry_run)
    guarded(folder, config_file, change, CountTracks(found), "changed", as_json=as_json, yes=yes)


@command.command("clear", cls=TargetsOnly, epilog="Example: musfuse art clear album:animals")
@library_option
@config_option
@json_option
@guard_options
@click.option("--kind", type=click.Choice(["front", "back", "other"]), help="Only this one [default: all].")
@click.option("--hide", is_flag=True, help="Serve no picture at all, the original's neither.")
@click.argument("targets", nargs=-1)
def clear(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    kind: str | None,
    hide: bool,
    targets: tuple[str, ...],
) -> None:
    """Give up pictures that were set: those of the original, or beside it, show again."""
    from musfuse.model import ArtKind
    from musfuse.service.requests.art import ClearArt
    from musfuse.service.requests.changes import CountTracks

    if not targets:
        raise click.UsageError("name a TARGET: a path on the drive, a path of a source, or a query")
    folder, found = resolve(library, targets)
    kinds = (ArtKind(kind),) if kind else tuple(ArtKind)
    change = ClearArt(found, kinds, hide, author=author(), dry_run=dry_run)
    guarded(folder, config_file, change, CountTracks(found), "cleared", as_json=as_json, yes=yes)


from musfuse.cli import art_show  # noqa: E402 - its command joins the group

command.add_command(art_show.show)
