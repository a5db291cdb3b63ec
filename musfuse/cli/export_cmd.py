"""`musfuse export`"""

import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import absolute, connect, library_option, say
from musfuse.cli.exporting import KINDS, SUFFIXES, exchanged, writer
from musfuse.cli.files import whole_file
from musfuse.cli.guards import warn_of
from musfuse.cli.progress import Progress
from musfuse.cli.targets import TargetsOnly, resolve
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.library.exchange.columns import ExchangedTrack
    from musfuse.service.requests.library import Opinions


@click.command("export", cls=TargetsOnly, epilog="Example: musfuse export --to jazz.csv --where genre:jazz")
@library_option
@click.option("--to", "out", type=click.Path(path_type=Path), help="File to write [default: standard output].")
@click.option("--format", "kind", type=click.Choice(KINDS), help="[default: by the file's name, else CSV]")
@click.option(
    "--fields", help="Columns of a table, with commas between them: those of a CSV, `part`, any field of tags."
)
@click.option(
    "--opinions", is_flag=True,
    help="Only tracks that are rated, starred or were played, with that [default: as JSON].",
)  # fmt: skip
@click.option("--where", "queries", multiple=True, metavar="QUERY", help="Only tracks that answer all of these.")
@click.option(
    "--paths", "base", metavar="FOLDER",
    help="Of a playlist: where it finds the drive, as `.` or a mountpoint [default: it plays the originals].",
)  # fmt: skip
@click.argument("targets", nargs=-1)
def command(
    library: Path | None,
    out: Path | None,
    kind: str | None,
    fields: str | None,
    opinions: bool,
    queries: tuple[str, ...],
    base: str | None,
    targets: tuple[str, ...],
) -> None:
    """Write the library, or the tracks of the TARGETs, as a table (CSV, JSON) or a playlist (M3U8, XSPF, JSPF).

    Tracks come in the order in which the library came to know them, or as `sort:` in a query says. They are written as
    they are found, however many there are. `musfuse import musfuse` takes such a table over, in another library, too.
    `tag export` writes all tags, for `tag import` to read back.
    """
    from musfuse.library.exchange.columns import COLUMNS, OPINIONS, cells, fields_of
    from musfuse.service.requests.library import FindTracks
    from musfuse.service.requests.tags import CheckFields

    kind = kind or SUFFIXES.get(out.suffix.lower() if out else "", "json" if opinions else "csv")
    usual = list(OPINIONS if opinions else COLUMNS)
    columns = [name.strip().lower() for name in fields.split(",")] if fields else usual
    cells(columns)  # a wrong one is said before anything is looked for
    if fields and kind not in ("csv", "json"):
        raise click.UsageError(f"--fields are those of a table; a playlist ({kind}) has its own")
    if base is not None and kind in ("csv", "json"):
        raise click.UsageError("--paths is for playlists; a table has both paths of a track")
    if queries and targets:
        raise click.UsageError("--where says which tracks are wanted, and so do TARGETs; name either")
    wanted = " ".join(f"({query})" for query in queries) if len(queries) > 1 else "".join(queries)
    folder, found = resolve(library, (wanted,) if wanted else targets)
    if fields and (named := fields_of(columns)):
        warn_of(folder, CheckFields(named))
    write = writer(kind, columns, out.stem if out else "musfuse", base)
    asked = FindTracks(tuple(found), _told_with(columns, opinions))
    with connect(folder) as service, Progress("export", quiet=out is None) as progress:

        def tracks() -> "Iterator[ExchangedTrack]":
            for number, row in enumerate(service.rows(asked), 1):
                progress.update(number)
                track = exchanged(row)
                if base is None or track.virtual_path:
                    yield track

        given = tracks()
        first = list(islice(given, 1))  # where there is none that is an error, and nothing is written
        if out is None:
            write(chain(first, given), sys.stdout)
            return
        with whole_file(absolute(out)) as file:
            count = write(chain(first, given), file)
    say(f"{counted(count, 'track')} written to {out}", err=True)


def _told_with(columns: list[str], only: bool) -> "Opinions":
    """What has to be told of opinions for these columns: nothing where no column shows it."""
    from musfuse.library.exchange.columns import THOUGHTS
    from musfuse.service.requests.library import Opinions

    if only:
        return Opinions.ONLY
    return Opinions.NONE if THOUGHTS.keys().isdisjoint(columns) else Opinions.ALL
