"""`musfuse playlist`"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    ListingGroup,
    ask_library,
    config_option,
    connect,
    dry_run_option,
    duration,
    json_option,
    library_folder,
    library_option,
    print_json,
    print_json_list,
    print_table,
    say,
    when,
)
from musfuse.cli.completing import playlists
from musfuse.cli.progress import Waiting
from musfuse.cli.targets import TargetsOnly, resolve
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.service.requests.playlists import (
        AddToPlaylist,
        CreatePlaylist,
        DeletePlaylist,
        PlaylistChanged,
        RemoveFromPlaylist,
    )

_ROWS = 40


@click.group("playlist", cls=ListingGroup, epilog="Example: musfuse playlist create Party genre:disco")
def command() -> None:
    """Playlists: tracks that somebody chose, in an order, as folders of the drive in `.collections`.

    A playlist keeps tracks, not paths: they stay in it wherever they move, whatever their tags become, and come back
    with their files. `musfuse collection export NAME` writes one for other programs.

    Exit codes: 1 where there is no such playlist or track; 2 where a name or a number cannot be.
    """


@command.command("list", epilog="Example: musfuse playlist list --json")
@library_option
@json_option
def list_(library: Path | None, as_json: bool) -> None:
    """List the playlists."""
    from musfuse.service.requests.playlists import ListPlaylists

    rows = ask_library(library, ListPlaylists())
    if as_json:
        print_json(rows)
    elif rows:
        print_table(("name", "tracks", "gone", "changed"), [
            (row.name, str(row.tracks), str(row.gone or ""), when(row.changed_ns)) for row in rows
        ])  # fmt: skip
    else:
        say("no playlist was made yet; `musfuse playlist create` makes one")


@command.command("show", epilog="Example: musfuse playlist show Party")
@library_option
@json_option
@click.argument("name", shell_complete=playlists)
def show(library: Path | None, as_json: bool, name: str) -> None:
    """List the tracks of the playlist NAME."""
    from musfuse.service.requests.playlists import ListPlaylistTracks

    with connect(library_folder(library)) as service:
        rows = service.rows(ListPlaylistTracks(name))
        if as_json:
            print_json_list(rows)
            return
        found = [
            (
                str(row.number), row.artist, row.title, duration((row.duration_ns or 0) / 1e9 or None),
                f"{row.path or 'a track'} (gone)" if row.gone else row.path,
            )
            for row in rows
        ]  # fmt: skip
    if found:
        print_table(("number", "artist", "title", "length", "path"), found)
    else:
        say(f"{name}: no tracks yet")


@command.command("create", cls=TargetsOnly, epilog="Example: musfuse playlist create Party genre:disco year:1975..1983")
@library_option
@config_option
@json_option
@dry_run_option
@click.argument("name")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
def create(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, name: str, targets: tuple[str, ...]
) -> None:
    """Make the playlist NAME, of the tracks of the TARGETs if there are any: paths on the drive, or a query."""
    from musfuse.service.requests.playlists import CreatePlaylist

    folder, found = resolve(library, targets) if targets else (library_folder(library), ())
    _change(folder, config_file, CreatePlaylist(name, tuple(found), dry_run=dry_run), as_json)


@command.command("add", cls=TargetsOnly, epilog="Example: musfuse playlist add Party 'ABBA/Arrival (1976)' --at 1")
@library_option
@config_option
@json_option
@dry_run_option
@click.option("--at", type=int, metavar="NUMBER", help="The number that the first of them gets [default: at the end].")
@click.argument("name", shell_complete=playlists)
@click.argument("targets", nargs=-1, metavar="TARGET...")
def add(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, at: int | None, name: str,
    targets: tuple[str, ...],
) -> None:  # fmt: skip
    """Add the tracks of the TARGETs to the playlist NAME; the same track may be in it more than once."""
    from musfuse.service.requests.playlists import AddToPlaylist

    if not targets:
        raise click.UsageError("name TARGETs: paths on the drive or in a source, or a query")
    folder, found = resolve(library, targets)
    _change(folder, config_file, AddToPlaylist(name, tuple(found), at, dry_run=dry_run), as_json)


@command.command("remove", cls=TargetsOnly, epilog="Example: musfuse playlist remove Party --number 3 --number 7")
@library_option
@config_option
@json_option
@dry_run_option
@click.option("--number", "numbers", type=int, multiple=True, help="The track of this number, as `show` has it.")
@click.argument("name", shell_complete=playlists)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
def remove(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, numbers: tuple[int, ...], name: str,
    targets: tuple[str, ...],
) -> None:  # fmt: skip
    """Take the tracks of the TARGETs, or those of some numbers, out of the playlist NAME; the tracks stay."""
    from musfuse.service.requests.playlists import RemoveFromPlaylist

    if not (targets or numbers):
        raise click.UsageError("name TARGETs, or numbers with --number")
    folder, found = resolve(library, targets) if targets else (library_folder(library), ())
    _change(folder, config_file, RemoveFromPlaylist(name, numbers, tuple(found), dry_run=dry_run), as_json)


@command.command("delete", epilog="Example: musfuse playlist delete Party --dry-run")
@library_option
@config_option
@json_option
@dry_run_option
@click.argument("name", shell_complete=playlists)
def delete(library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, name: str) -> None:
    """Forget the playlist NAME; its tracks stay."""
    from musfuse.service.requests.playlists import DeletePlaylist

    request = DeletePlaylist(name, dry_run=dry_run)
    done = ask_library(library, request, config_file)
    if as_json:
        print_json(done)
        return
    would = "would be deleted" if dry_run else "deleted"
    say(f"{done.name} {would}; it had {counted(done.removed, 'track')}")


def _change(
    folder: Path,
    config_file: Path | None,
    request: "CreatePlaylist | AddToPlaylist | RemoveFromPlaylist | DeletePlaylist",
    as_json: bool,
) -> None:
    with connect(folder, config_file) as service, Waiting("playlist"):
        done = service.call(request)
    if as_json:
        print_json(done)
        return
    if request.dry_run:
        for path in done.paths[:_ROWS]:
            click.echo(path)
    say(_said(done, request.dry_run))


def _said(done: "PlaylistChanged", dry_run: bool) -> str:
    would, what = "would be " if dry_run else "", []
    if done.added:
        what.append(f"{counted(done.added, 'track')} {would}added")
    if done.removed:
        what.append(f"{counted(done.removed, 'track')} {would}taken out")
    what.append(f"{counted(done.tracks, 'track')} in it")
    return f"{done.name}: {', '.join(what)}"
