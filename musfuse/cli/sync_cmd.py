"""`musfuse sync`"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.common import (
    absolute,
    config_option,
    connect,
    drive_path,
    dry_run_option,
    json_option,
    library_folder,
    library_option,
    print_json,
    say,
)
from musfuse.cli.completing import collections as collection_names
from musfuse.cli.completing import folders, policies, views
from musfuse.cli.following import check_done, follow
from musfuse.cli.guards import UNASKED, ask, on_terminal
from musfuse.cli.synced import show_synced
from musfuse.errors import ConfigError, ControlError

if TYPE_CHECKING:
    from musfuse.app.connection import Connection
    from musfuse.service.requests.sync import BeginSync, Synced

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE)


def _bytes(_: click.Context, param: click.Parameter, value: str) -> int:
    """A size as people write it: `60G` are 60 billion bytes, as on the label of a card, `60GiB` are 60 · 1024³."""
    found = _SIZE.fullmatch(value)
    power = "kmgt".index(found[2].lower()) + 1 if found and found[2] else 0
    count = int(float(found[1]) * (1024 if found[3] else 1000) ** power) if found else 0
    if value and not 0 < count < 1 << 62:
        raise click.BadParameter(f"{value!r} is no size; 60G or 500M, say", param=param)
    return count


@click.command("sync", epilog="Example: musfuse sync /media/walkman --where genre:jazz --playlists")
@library_option
@config_option
@json_option
@dry_run_option
@click.option(
    "--yes", is_flag=True, help=f"Do not ask. On a terminal, removing more than {UNASKED} files is asked about."
)
@click.option(
    "--view", default="main", shell_complete=views, help="The view whose tracks and names these are.", show_default=True
)
@click.option(
    "--policy",
    default="",
    shell_complete=policies,
    help="What lossless tracks are made into [default: the view's policy].",
)
@click.option("--where", "queries", multiple=True, metavar="QUERY", help="Only tracks that answer all of these.")
@click.option(
    "--collection", "collections", multiple=True, metavar="NAME", shell_complete=collection_names,
    help="Only tracks of these collections and playlists.",
)  # fmt: skip
@click.option(
    "--max-size",
    "most",
    metavar="SIZE",
    callback=_bytes,
    default="",
    help="So many bytes of tracks at most: 60G, 500M, 8GiB.",
)
@click.option(
    "--by",
    type=click.Choice(["plays", "rating", "added"]),
    default="plays",
    help="Which come first where not all have room.",
    show_default=True,
)
@click.option("--playlists", is_flag=True, help="Also write collections and playlists, as M3U8.")
@click.option("--verify", is_flag=True, help="Read back what is written, and all that was written before.")
@click.option(
    "--as", "name", default="main", metavar="NAME", help="Keep it apart from what is put there under other names."
)
@click.option("--new", is_flag=True, help="Begin anew where nothing of what was put there before is found.")
@click.option("--take-over", is_flag=True, help="Go on with what another library put there, as one that is lost.")
@click.option(
    "--jobs", type=click.IntRange(0, 64), default=0, help="Files that are made at the same time [default: one a core]."
)
@click.argument("dest", type=click.Path(path_type=Path), shell_complete=folders)
def command(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    queries: tuple[str, ...],
    most: int,
    dest: Path,
    **wishes: Any,
) -> None:
    """Have the folder DEST of a player, a stick or a card hold tracks of the library.

    What it lacks is copied, what changed is written anew, and what was put there and is not wanted any more is removed.
    Nothing else on the device is touched. Names are such as FAT32 and exFAT can have. A sync that is cut off, also by
    pulling the device out, goes on with the next one; `.musfuse-sync` on the device tells what was put there.

    Exit codes: 1 where the device is full or gone, or a track could not be put there.
    """
    from musfuse.devices.choosing import Rank
    from musfuse.service.requests.sync import BeginSync

    place = absolute(dest)
    if drive_path(str(dest)).inside is not None:
        raise ConfigError(f"{dest}: the drive itself; name a folder of a device")
    wanted = " ".join(f"({query})" for query in queries) if len(queries) > 1 else "".join(queries)
    asked = BeginSync(dest=place, where=wanted, max_bytes=most, by=Rank(wishes.pop("by")), dry_run=dry_run, **wishes)
    with connect(library_folder(library), config_file) as service:
        if not (dry_run or yes or as_json) and on_terminal():
            _ask(service, asked)
        done = _made(service, asked, quiet=as_json)
    if as_json:
        print_json(done)
    else:
        show_synced(done)
    if done.failed_count or done.stopped:
        raise click.exceptions.Exit(1)


def _ask(service: "Connection", asked: "BeginSync") -> None:
    """Ask where much would be removed: what is wanted may have been mistyped."""
    from msgspec import structs

    planned = _made(service, structs.replace(asked, dry_run=True, verify=False), quiet=False)
    if planned.removed > UNASKED:
        ask(f"Remove {planned.removed} of the files that were put there?")


def _made(service: "Connection", request: "BeginSync", *, quiet: bool) -> "Synced":
    """Have a sync made. Ctrl-C stops it, and leaves what the next one goes on with."""
    from musfuse.service.requests.jobs import CancelJob, WaitJob
    from musfuse.service.requests.sync import Synced
    from musfuse.service.wire import from_json

    number = service.call(request).job
    try:
        job = follow(service, number, quiet)
    except KeyboardInterrupt:
        service.call(CancelJob(number))
        job = service.call(WaitJob(number))
        if job.result.get("stopped", True):
            say("stopped; the same command goes on with it", err=True)
            raise
    if "dest" in job.result:
        return from_json(job.result, Synced)
    if job.result.get("usage"):
        raise ConfigError(job.error)
    check_done(job)
    raise ControlError(f"job {number}: its result is not kept; `musfuse jobs show {number}` tells what is")
