"""`musfuse collection`"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.collecting import rule_options, said_rule
from musfuse.cli.common import (
    ListingGroup,
    absolute,
    ask_library,
    config_option,
    connect,
    dry_run_option,
    duration,
    json_option,
    library_folder,
    library_option,
    print_json,
    print_table,
    say,
)
from musfuse.cli.completing import collections, query_terms, views
from musfuse.cli.exporting import SUFFIXES, exchanged, writer
from musfuse.cli.files import whole_file
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.library.exchange.columns import ExchangedTrack
    from musfuse.service.requests.collections import CollectionChanged

_KINDS = ("m3u8", "json", "xspf", "jspf", "csv")


@click.group(
    "collection", cls=ListingGroup, epilog="Example: musfuse collection create 'Late jazz' genre:jazz --played 30"
)
def command() -> None:
    """Collections: the tracks that a rule chooses, under a name, as folders of the drive in `.collections`.

    A rule is a query, what was played or rated, or JSON with all of that put together. What answers it is looked up
    each time, so a collection follows tags and plays. Built in are Recently Added, Recently Played, Most Played and
    decades.

    Exit codes: 1 where there is no such collection; 2 where a name or a rule cannot be.
    """


@command.command("list", epilog="Example: musfuse collection list --json")
@library_option
@json_option
@click.option("--all", "hidden", is_flag=True, help="Hidden ones, too.")
def list_(library: Path | None, as_json: bool, hidden: bool) -> None:
    """List the collections."""
    from musfuse.service.requests.collections import ListCollections

    rows = ask_library(library, ListCollections(hidden))
    if as_json:
        print_json(rows)
        return
    print_table(("name", "kind", "rule"), [
        (row.name, row.kind + (", hidden" if row.hidden else ""), row.problem or row.spoken) for row in rows
    ])  # fmt: skip


@command.command("show", epilog="Example: musfuse collection show 'Recently Added' --limit 20")
@library_option
@json_option
@click.option("--view", default="main", show_default=True, shell_complete=views, help="The view whose tracks it has.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=40, show_default=True, help="So many tracks at most; 0 for all."
)
@click.argument("name", shell_complete=collections)
def show(library: Path | None, as_json: bool, view: str, limit: int, name: str) -> None:
    """Tell what the collection NAME is, and list its tracks."""
    from musfuse.service.requests.collections import ListCollectionTracks, ShowCollection

    with connect(library_folder(library)) as service:
        told = service.call(ShowCollection(name, view))
        tracks = [] if told.problem else list(service.rows(ListCollectionTracks(name, limit, view)))
    if as_json:
        from musfuse.service.wire import to_json

        print_json({**to_json(told), "tracks": tracks})
        return
    what = told.problem or told.spoken
    say(f"{told.name} ({told.kind}{', hidden' if told.hidden else ''}){f': {what}' if what else ''}")
    if tracks:
        print_table(("artist", "title", "length", "path"), (
            (_first(row.tags, "artist"), _first(row.tags, "title"), duration((row.duration_ns or 0) / 1e9), row.path)
            for row in tracks
        ))  # fmt: skip
    elif not told.problem:
        say("it has no tracks")
    if len(tracks) < told.total:
        say(f"{len(tracks)} of {counted(told.total, 'track')}", err=True)


@command.command(
    "create", epilog="Example: musfuse collection create 'New rock' 'genre:rock -live' --added 90 --dry-run"
)
@library_option
@config_option
@json_option
@dry_run_option
@rule_options
@click.argument("name")
@click.argument("query", nargs=-1, shell_complete=query_terms)
def create(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, name: str, query: tuple[str, ...],
    **rule: Any,
) -> None:  # fmt: skip
    """Make a collection NAME of the tracks that answer QUERY and all that options say; quote a query for the shell."""
    from musfuse.service.requests.collections import CreateCollection

    wanted = said_rule(query, **rule)
    if wanted is None:
        raise click.UsageError("say which tracks: a QUERY, --rule FILE, or options as --played")
    made = ask_library(library, CreateCollection(name, wanted, dry_run=dry_run), config_file)
    _say_changed(made, "would be made" if dry_run else "made", as_json)


@command.command("edit", epilog="Example: musfuse collection edit 80s --hide")
@library_option
@config_option
@json_option
@dry_run_option
@rule_options
@click.option("--rename", "new_name", metavar="NAME", help="Another name.")
@click.option("--hide/--unhide", "hidden", default=None, help="Show a built-in collection or not.")
@click.argument("name", shell_complete=collections)
@click.argument("query", nargs=-1, shell_complete=query_terms)
def edit(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, new_name: str | None,
    hidden: bool | None, name: str, query: tuple[str, ...], **rule: Any,
) -> None:  # fmt: skip
    """Give the collection NAME another rule, or another name; hide a built-in one."""
    from musfuse.service.requests.collections import EditCollection

    wanted = said_rule(query, **rule)
    if wanted is None and new_name is None and hidden is None:
        raise click.UsageError("say what is to change: a QUERY, --rule FILE, options as --played, --rename, --hide")
    done = ask_library(library, EditCollection(name, wanted, new_name, hidden, dry_run=dry_run), config_file)
    _say_changed(done, "would be changed" if dry_run else "changed", as_json)


@command.command("delete", epilog="Example: musfuse collection delete 'New rock'")
@library_option
@config_option
@json_option
@dry_run_option
@click.argument("name", shell_complete=collections)
def delete(library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, name: str) -> None:
    """Forget the collection NAME; tracks, plays and ratings stay. Its rule is printed, so that it can be made again."""
    from musfuse.service.requests.collections import DeleteCollection

    gone = ask_library(library, DeleteCollection(name, dry_run=dry_run), config_file)
    if as_json:
        print_json(gone)
        return
    import json

    would = "would be deleted" if dry_run else "deleted"
    say(f"{gone.name} {would}; its rule: {json.dumps(gone.rule, ensure_ascii=False)}")


@command.command("export", epilog="Example: musfuse collection export 'Most Played' --to best.m3u8 --paths /mnt/music")
@library_option
@click.option("--to", "out", type=click.Path(path_type=Path), help="File to write [default: standard output].")
@click.option("--format", "kind", type=click.Choice(_KINDS), help="[default: by the file's name, else M3U8]")
@click.option(
    "--paths", "base", metavar="FOLDER",
    help="Of a playlist: where it finds the drive, as `.` or a mountpoint [default: it plays the originals].",
)  # fmt: skip
@click.option("--view", default="main", show_default=True, shell_complete=views, help="The view whose tracks it has.")
@click.argument("name", shell_complete=collections)
def export(library: Path | None, out: Path | None, kind: str | None, base: str | None, view: str, name: str) -> None:
    """Write the tracks of the collection NAME in order, as a playlist (M3U8, XSPF, JSPF) or a table (JSON, CSV)."""
    from musfuse.library.exchange.columns import COLUMNS
    from musfuse.service.requests.collections import ListCollectionTracks

    kind = kind or SUFFIXES.get(out.suffix.lower() if out else "", "m3u8")
    if base is not None and kind in ("csv", "json"):
        raise click.UsageError("--paths is for playlists; a table has both paths of a track")
    write = writer(kind, list(COLUMNS), name, base)
    with connect(library_folder(library)) as service:

        def tracks() -> "Iterator[ExchangedTrack]":
            found = map(exchanged, service.rows(ListCollectionTracks(name, 0, view)))
            return (track for track in found if base is None or track.virtual_path)

        given = tracks()
        if out is None:
            write(given, sys.stdout)
            return
        with whole_file(absolute(out)) as file:
            count = write(given, file)
    say(f"{counted(count, 'track')} written to {out}", err=True)


def _say_changed(changed: "CollectionChanged", done: str, as_json: bool) -> None:
    if as_json:
        print_json(changed)
        return
    if not changed.changes:
        say(f"nothing to do: {changed.name} is so already")
        return
    what = ", ".join(f"{change.key} {change.after}" for change in changed.changes)
    say(f"{changed.name} {done}: {what}; {counted(changed.total, 'track answers', 'tracks answer')} its rule")


def _first(tags: dict[str, list[str]], field: str) -> str:
    return next(iter(tags.get(field, ())), "")
