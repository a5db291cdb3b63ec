"""`musfuse import`"""

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
    located,
    print_json,
    say,
)
from musfuse.cli.following import check_done, follow
from musfuse.cli.guards import UNASKED, ask, on_terminal
from musfuse.cli.progress import Waiting
from musfuse.cli.taken import show_imported
from musfuse.cli.targets import author
from musfuse.errors import ConfigError, ControlError
from musfuse.model import TagSource

if TYPE_CHECKING:
    from musfuse.app.connection import Connection
    from musfuse.service.requests.imports import BeginImport, Imported, PlanLibrary

KINDS = ("beets", "itunes", "navidrome", "mpd", "playlists", "musfuse")
PARTS = ("tags", "ratings", "plays", "playlists")


@click.command("import", epilog="Example: musfuse import beets ~/.config/beets/library.db --dry-run")
@library_option
@config_option
@json_option
@dry_run_option
@click.option(
    "--yes", is_flag=True, help=f"Do not ask. On a terminal, imports for more than {UNASKED} tracks are asked about."
)
@click.option(
    "--map", "mappings", multiple=True, metavar="FROM=TO",
    help="Paths that begin with FROM there begin with TO here; `.=TO` for relative ones [default: guessed].",
)  # fmt: skip
@click.option(
    "--only", "parts", multiple=True, type=click.Choice(PARTS), help="What is taken over [default: all of it]."
)
@click.option(
    "--as", "source", type=click.Choice(["user", "orchestrator", "provider"]), default="orchestrator",
    help="On whose behalf tags are set: a stronger one's stay in front (user > orchestrator > provider > the file).",
    show_default=True,
)  # fmt: skip
@click.option(
    "--user", default="", metavar="NAME", help="Whose opinions and playlists, where several people have some."
)
@click.option("--rules", is_flag=True, help="Also playlists whose tracks a rule chooses, as they are now.")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("path", type=click.Path(path_type=Path))
def command(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    mappings: tuple[str, ...],
    parts: tuple[str, ...],
    source: str,
    user: str,
    rules: bool,
    kind: str,
    path: Path,
) -> None:
    """Take over what another program knows of the same music: tags, ratings, plays, playlists.

    PATH is its library, which is only read; so are all originals. Tracks are found by their paths, then by ids, by what
    they sound like, and by title and length. Tags are set as `musfuse tag set` does, and `musfuse tag undo` takes them
    back. Stars that were given here stay, and of counts of plays the larger one. All of it is taken over or, where
    something goes wrong, nothing; a second import takes over what is new.

    \b
    Kinds:
      beets   library.db (`beet config -p` names its folder), of beets 1.6 to 2.14
      itunes  the XML of iTunes or Apple's Music: File > Library > Export Library…
      navidrome  navidrome.db: stars, favourites, plays and playlists of one of its people
      mpd     MPD's sticker_file: what its clients note of songs
      playlists  a folder of M3U, M3U8, PLS, XSPF, or one of these
      musfuse  a table that `musfuse export` wrote: tags, stars, favourites, plays
    """
    from msgspec import structs

    from musfuse.service.requests.imports import BeginImport, PlanLibrary

    folder, place = library_folder(library), absolute(path)
    plan = PlanLibrary(
        kind=kind,
        path=place,
        mappings=_whole(mappings),
        parts=parts,
        source=TagSource(source),
        user=user,
        rules=rules,
    )
    if dry_run:
        _show(_asked(folder, config_file, plan), as_json)
        return
    if on_terminal() and not (yes or as_json):
        planned = _asked(folder, config_file, plan)
        if sum(planned.found.values()) > UNASKED:
            _show(planned, as_json)
            ask("Take this over?")
    with connect(folder, config_file) as service:
        done = _made(service, BeginImport(**structs.asdict(plan), author=author()), quiet=as_json)
    _show(done, as_json)


def _whole(mappings: tuple[str, ...]) -> tuple[str, ...]:
    """Mappings with the place here as an absolute path, or a URI."""
    parts = (text.partition("=") for text in mappings)
    return tuple(f"{old}{equals}{located(new) if new else ''}" for old, equals, new in parts)


def _asked(folder: Path, config_file: Path | None, request: "PlanLibrary") -> "Imported":
    with connect(folder, config_file) as service, Waiting("import"):
        return service.call(request)


def _made(service: "Connection", request: "BeginImport", *, quiet: bool) -> "Imported":
    """Have an import made. Who does not wait for it any more does not want it: nothing of it is taken over then, unless
    all of it is already."""
    from musfuse.service.requests.imports import Imported
    from musfuse.service.requests.jobs import CancelJob, WaitJob
    from musfuse.service.wire import from_json

    number = service.call(request).job
    try:
        job = follow(service, number, quiet)
    except KeyboardInterrupt:
        service.call(CancelJob(number))
        job = service.call(WaitJob(number))
        if "program" not in job.result:
            say("nothing was taken over", err=True)
            raise
    if "program" in job.result:
        return from_json(job.result, Imported)
    if job.result.get("usage"):
        raise ConfigError(job.error)
    check_done(job)
    raise ControlError(f"job {number}: its result is not kept; `musfuse jobs show {number}` tells what is")


def _show(told: "Imported", as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        show_imported(told)
