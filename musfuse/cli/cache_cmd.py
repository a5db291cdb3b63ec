"""`musfuse cache`"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    ListingGroup,
    ask_library,
    asked,
    config_option,
    connect,
    dry_run_option,
    json_option,
    library_folder,
    library_option,
    print_json,
    print_table,
    say,
    size,
)
from musfuse.cli.completing import collections, sources
from musfuse.cli.following import check_done, follow
from musfuse.cli.targets import TargetsOnly, resolve
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.service.requests.chunks import ChunksTold, Pinned
    from musfuse.service.requests.jobs import JobTold


class _Figures(ListingGroup):
    usual = "stats"


@click.group("cache", cls=_Figures, epilog="Example: musfuse cache pin 'Pink Floyd/Animals (1977)'")
def command() -> None:
    """What is kept on this machine of sources on other ones: what was read of them, and what is pinned.

    Without a subcommand it tells how much that is. What was used longest ago goes first when cache.content is full;
    what is pinned stays, and plays where there is no network.
    """


@command.command("stats", epilog="Example: musfuse cache stats --json")
@library_option
@config_option
@json_option
def stats(library: Path | None, config_file: Path | None, as_json: bool) -> None:
    """Tell how much is kept, and what is pinned."""
    from musfuse.service.requests.chunks import ShowChunks

    told = ask_library(library, ShowChunks(), config_file)
    if as_json:
        print_json(told)
    else:
        print_table(("what", "how much"), _rows(told))


@command.command("clear", epilog="Example: musfuse cache clear NAS")
@library_option
@config_option
@json_option
@click.argument("source", required=False, shell_complete=sources)
def clear(library: Path | None, config_file: Path | None, as_json: bool, source: str | None) -> None:
    """Drop what is kept of SOURCE, of all without one. What is pinned stays; `musfuse cache unpin` lets go of it."""
    from musfuse.service.requests.chunks import ClearChunks
    from musfuse.service.requests.sources import ShowSource

    with connect(library_folder(library), config_file) as service:
        of = service.call(ShowSource(asked(source))).id if source is not None else ""
        done = service.call(ClearChunks(of))
    if as_json:
        print_json(done)
    else:
        say(f"{size(done.bytes)} in {counted(done.chunks, 'chunk')} dropped")


@command.command("verify", epilog="Example: musfuse cache verify")
@library_option
@config_option
@json_option
def verify(library: Path | None, config_file: Path | None, as_json: bool) -> None:
    """Read all that is kept, and drop what is damaged. That is fetched again when somebody plays it. Exits with 1 where
    something was. Who reads a file through the drive never gets damaged bytes, verified before or not."""
    from musfuse.service.requests.chunks import BeginChunkCheck

    with connect(library_folder(library), config_file) as service:
        job = follow(service, service.call(BeginChunkCheck()).job, as_json)
    check_done(job)
    if as_json:
        print_json(job.result)
    else:
        strays = job.result["strays"]
        more = f"; {counted(strays, 'file')} that belonged to none dropped" if strays else ""
        say(f"{counted(job.result['chunks'], 'chunk')} read, {job.result['damaged']} damaged{more}")
    if job.result["damaged"]:
        raise SystemExit(1)


def _choosing(named: Callable[..., None]) -> Callable[..., None]:
    """Have a command take the tracks that it is about: of TARGETs, and of collections."""
    targets = click.argument("targets", nargs=-1, metavar="[TARGET]...")
    names = click.option(
        "--collection", "names", multiple=True, metavar="NAME", shell_complete=collections,
        help="The tracks that this collection, or playlist, has now. May be repeated.",
    )  # fmt: skip
    return names(targets(named))


@command.command("pin", cls=TargetsOnly, epilog="Example: musfuse cache pin album:animals")
@library_option
@config_option
@json_option
@dry_run_option
@_choosing
def pin(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    names: tuple[str, ...],
    targets: tuple[str, ...],
) -> None:
    """Keep the originals of TARGETs whole on this machine. They are fetched now, and stay until they are unpinned.

    Ctrl-C ends waiting; a mounted library goes on fetching. What changes at its source is fetched again after the scan
    that finds it.
    """
    from musfuse.service.requests.chunks import PinTracks

    if not targets and not names:
        raise click.UsageError("name TARGETs: paths on the drive or in a source, or a query; or a --collection")
    folder, found = resolve(library, targets)
    with connect(folder, config_file) as service:
        pinned = service.call(PinTracks(found, dry_run, names))
        job = follow(service, pinned.job, as_json) if pinned.job else None
    if job is not None:
        check_done(job)
    if as_json:
        print_json({"pinned": pinned, "fetched": job.result if job is not None else None})
    else:
        _say_pinned(pinned, job, dry_run)
    if job is not None and job.result["failed"]:
        raise SystemExit(1)


@command.command("unpin", cls=TargetsOnly, epilog="Example: musfuse cache unpin album:animals")
@library_option
@config_option
@json_option
@click.option("--all", "everything", is_flag=True, help="Of everything that is pinned.")
@_choosing
def unpin(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    everything: bool,
    names: tuple[str, ...],
    targets: tuple[str, ...],
) -> None:
    """Let go of the originals of TARGETs. They stay until something else needs the room."""
    from musfuse.service.requests.chunks import UnpinTracks

    if everything == bool(targets or names):
        raise click.UsageError("name TARGETs or a --collection, or --all, and not both")
    folder, found = resolve(library, targets) if targets else (library_folder(library), ())
    with connect(folder, config_file) as service:
        done = service.call(UnpinTracks(found, names))
    if as_json:
        print_json(done)
    else:
        say(f"{counted(done.files, 'file')} not pinned any more")


def _rows(told: "ChunksTold") -> list[tuple[str, str]]:
    rows = [
        ("kept", f"{size(told.bytes)} of {size(told.limit)}, in {counted(told.chunks, 'chunk')}"),
        ("files", f"{told.files}, with {size(told.contents)} together"),
        ("pinned", f"{counted(told.pinned, 'file')}, {size(told.pinned_bytes)} of {size(told.pinned_size)} here"),
        ("found here", f"{told.hits} of {counted(told.hits + told.misses, 'read')} since the process began"),
        ("where", told.folder),
    ]
    return [*rows, ("problem", told.problem)] if told.problem else rows


def _say_pinned(pinned: "Pinned", job: "JobTold | None", dry_run: bool) -> None:
    already = f", {pinned.already} were already" if pinned.already else ""
    say(f"{counted(pinned.files, 'file')} ({size(pinned.bytes)}) {'would be pinned' if dry_run else 'pinned'}{already}")
    if pinned.near:
        say(f"{counted(pinned.near, 'track')} on this machine anyway")
    if job is not None:
        say(f"{counted(job.result['fetched'], 'file')} fetched, {job.result['failed']} could not be")
        for problem in job.result["problems"]:
            say(problem)
