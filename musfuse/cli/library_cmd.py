"""`musfuse library`"""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    absolute,
    config_option,
    connect,
    dry_run_option,
    json_option,
    library_folder,
    library_option,
    print_json,
    print_table,
    printable,
    say,
    size,
)
from musfuse.cli.following import check_done, follow
from musfuse.cli.guards import ask, on_terminal
from musfuse.cli.progress import Waiting
from musfuse.cli.typed import typed
from musfuse.errors import ConfigError
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.service.requests.care import Kept

yes_option = click.option("--yes", is_flag=True, help="Do not ask. Without a terminal it is needed.")


@click.group("library", epilog="Example: musfuse library check")
def command() -> None:
    """Care of what a library keeps: check and repair it, make it smaller, back it up and restore it.

    Originals are never touched. All that cannot be made again of them (tags, pictures, locks, history, sources) lies in
    user.db, of which the library makes backups by itself.
    """


@command.command("check", epilog="Example: musfuse library check --json")
@library_option
@json_option
def check(library: Path | None, as_json: bool) -> None:
    """Look at every page of the library's databases; exits with 1 where something is damaged. Works while it is
    mounted, and writes nothing."""
    from musfuse.service.requests.care import CheckLibrary

    with connect(library_folder(library)) as service, Waiting("check"):
        result = service.call(CheckLibrary())
    if as_json:
        print_json(result)
    else:
        restore = typed().restore
        rows = [(row.what, row.state.value, restore(row.detail), restore(row.advice)) for row in result.findings]
        print_table(("part", "state", "what was found", "what to do"), rows)
    if not result.sound:
        raise SystemExit(1)


@command.command("repair", epilog="Example: musfuse library repair --dry-run")
@library_option
@config_option
@json_option
@dry_run_option
@yes_option
def repair(library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, yes: bool) -> None:
    """Mend what a check finds: a damaged catalog is made again from the sources, a damaged user.db is replaced by its
    last backup, caches that cannot be read are dropped. Damaged databases are kept aside."""
    from musfuse.service.requests.care import RepairLibrary
    from musfuse.service.requests.owner import BeginScan
    from musfuse.service.requests.sources import ListSources

    with connect(library_folder(library), config_file) as service:
        with Waiting("check"):
            plan = service.call(RepairLibrary(dry_run=True))
        if dry_run or not (plan.done or plan.rescan):
            if as_json:
                print_json(plan)
            else:
                for line in plan.done:
                    _say(line)
                say("a scan would follow" if plan.rescan else "" if plan.done else "all is sound")
            return
        if plan.done:
            if not as_json:
                for line in plan.done:
                    click.echo(printable(typed().restore(line)), err=True)
            _ask("Repair this?", yes)
            with Waiting("repair"):
                done = service.call(RepairLibrary()).done
        else:
            done = ()
        job = None
        if plan.rescan and service.call(ListSources()):
            job = follow(service, service.call(BeginScan()).job, as_json)
    if job is not None:
        check_done(job)
    if as_json:
        print_json({"done": done, "rescan": plan.rescan, "scan": job.result if job else None})
        return
    for line in done:
        _say(line)
    if job is not None:
        say(f"scanned: {counted(job.done, 'file')}, {job.result['read']} read")


@command.command("vacuum", epilog="Example: musfuse library vacuum")
@library_option
@config_option
@json_option
def vacuum(library: Path | None, config_file: Path | None, as_json: bool) -> None:
    """Give back the room that the databases do not need any more. The drive goes on meanwhile; needs twice the room of
    the largest database for a while."""
    from musfuse.service.requests.care import BeginVacuum

    with connect(library_folder(library), config_file) as service:
        job = follow(service, service.call(BeginVacuum()).job, as_json)
    check_done(job)
    if as_json:
        print_json(job.result)
        return
    for name, (before, after) in job.result["databases"].items():
        say(f"{name}: {size(before)} before, {size(after)} now")
    say(f"{size(max(0, job.result['before'] - job.result['after']))} given back")


@command.command("backup", epilog="Example: musfuse library backup ~/musfuse-2026-11-21.db")
@library_option
@json_option
@click.argument("file", required=False, type=click.Path(path_type=Path))
def backup(library: Path | None, as_json: bool, file: Path | None) -> None:
    """Copy what cannot be made again (tags, pictures and locks that were set, their history, sources) to FILE, a new
    file; without one to musfuse-DATE.db here.

    Works while the drive is mounted. Everything else comes back with a scan, but accounts, of which the library makes
    backups by itself. Of secrets it holds where they are kept only.
    """
    back_up(library, file, as_json)


@command.command("restore", epilog="Example: musfuse library restore ~/musfuse-2026-11-21.db")
@library_option
@json_option
@dry_run_option
@yes_option
@click.argument("file", type=click.Path(path_type=Path))
def restore(library: Path | None, as_json: bool, dry_run: bool, yes: bool, file: Path) -> None:
    """Put FILE, which `backup` wrote, in the place of what is kept now; that becomes one of the automatic backups.

    Nobody may own the library meanwhile: `musfuse stop` first.
    """
    put_back(library, file, as_json=as_json, dry_run=dry_run, yes=yes)


def back_up(library: Path | None, file: Path | None, as_json: bool = False) -> None:
    """Copy user.db of a library to a new file, and say so."""
    from musfuse.service.requests.care import BackUpLibrary

    path = absolute(file or Path(time.strftime("musfuse-%Y-%m-%d-%H%M%S.db")))
    with connect(library_folder(library)) as service, Waiting("backup"):
        made = service.call(BackUpLibrary(path))
    if as_json:
        print_json(made)
    else:
        _say(f"{size(made.bytes)} written to {made.file}")


def put_back(library: Path | None, file: Path, *, as_json: bool, dry_run: bool, yes: bool) -> None:
    """Restore user.db of a library from a file, after a question, and say so."""
    from musfuse.service.requests.care import RestoreLibrary

    folder, path = library_folder(library), absolute(file)
    with connect(folder) as service:
        if dry_run:
            result = service.call(RestoreLibrary(path, dry_run=True))
        else:
            if not yes:
                _ask(f"Put {file} in the place of what {folder} keeps?", yes)
            with Waiting("restore"):
                result = service.call(RestoreLibrary(path))
    if as_json:
        print_json(result)
        return
    _say(f"{path} {'would be restored' if dry_run else 'is restored'}: {_kept(result.now)}")
    if result.was is not None:
        where = f"; that lies in {result.before} now" if result.before else ""
        _say(f"in the place of {_kept(result.was)}{where}")


def _kept(kept: "Kept") -> str:
    more = "".join(
        f", {counted(count, what)}"
        for count, what in (
            (kept.views, "view"),
            (kept.plays, "play"),
            (kept.rated, "rating"),
            (kept.collections, "collection"),
            (kept.playlists, "playlist"),
        )
        if count
    )
    return (
        f"{counted(kept.sources, 'source')}, tags of {counted(kept.tracks, 'track')},"
        f" {counted(kept.changes, 'change')}, {counted(kept.pictures, 'picture')}{more}"
    )


def _ask(question: str, yes: bool) -> None:
    if yes:
        return
    if not on_terminal():
        raise ConfigError("nobody can be asked here; say --yes, or see what would happen with --dry-run")
    sys.stdout.flush()
    ask(question)


def _say(text: str) -> None:
    say(printable(typed().restore(text)))
