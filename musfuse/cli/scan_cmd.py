"""`musfuse scan`"""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import (
    config_option,
    connect,
    json_option,
    library_folder,
    library_option,
    load,
    located,
    new_library_folder,
    print_json,
    say,
)
from musfuse.cli.completing import folders
from musfuse.cli.following import check_done, follow
from musfuse.cli.newcomers import Newcomers, tell_empty
from musfuse.cli.progress import Progress
from musfuse.cli.typed import typed


@click.command("scan", epilog="Example: musfuse scan ~/Music")
@library_option
@config_option
@json_option
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Look into unchanged files, too; an empty folder is empty, not unmounted.",
)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", shell_complete=folders)
def command(
    library: Path | None, config_file: Path | None, as_json: bool, everything: bool, sources: tuple[str, ...]
) -> None:
    """Look for new, changed and removed files in all sources, and in SOURCES, which are remembered."""
    from musfuse.control import find_owner

    places = [located(source) for source in sources]
    folder = new_library_folder(library) if places else library_folder(library)
    newcomers = Newcomers(folder, places)
    client = find_owner(folder)
    if client is not None:
        with client:
            number = client.call("scan", sources=places, everything=everything)["ticket"]
        with connect(folder) as service:
            job = follow(service, number, as_json)
        newcomers.tell()
        check_done(job)
        result = {"seen": job.done, **job.result}
    else:
        result = _scan_here(folder, config_file, places, as_json, everything)
        newcomers.tell()
    if as_json:
        print_json(result)
    else:
        say(f"{result['seen']} files, {result['read']} read, {result['skipped']} skipped, {result['removed']} removed")
        for problem in result["problems"]:
            click.echo(typed().restore(f"not scanned: {problem}"), err=True)
        tell_empty(result.get("empty", ()))
    if result["problems"]:
        raise SystemExit(1)


def _scan_here(
    folder: Path, config_file: Path | None, places: list[str], quiet: bool, everything: bool
) -> dict[str, Any]:
    from musfuse.app.library import open_library
    from musfuse.errors import ConfigError
    from musfuse.events import ScanProgress

    with ExitStack() as closing:
        library = open_library(folder, load(config_file), closing, sources=places, make=bool(places))
        if not library.sources.rows():
            raise ConfigError(f"{folder}: this library has no sources yet; name a folder with music")
        with Progress("scan", quiet) as progress:
            library.events.listen(ScanProgress, lambda e: progress.update(e.seen, e.total, e.source))
            results = library.scan_all(library.scanner(), everything)
        empty = library.catalog.sources.empty()
    return {
        "seen": sum(r.seen for r in results),
        "read": sum(r.read for r in results),
        "skipped": sum(r.skipped for r in results),
        "removed": sum(r.removed for r in results),
        "problems": [r.problem for r in results if r.problem],
        "empty": empty,
    }
