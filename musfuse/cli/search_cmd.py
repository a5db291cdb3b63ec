"""`musfuse search`"""

from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import (
    ask_library,
    json_option,
    library_option,
    print_json,
    print_nul,
    print_table,
    say,
)
from musfuse.cli.completing import orders, query_terms, views
from musfuse.cli.targets import TargetsOnly
from musfuse.errors import NotFoundError

_SORT = "Sort by title, artist, album, year, added, length or path, with - the last first [default: the best first]."


class QueryCommand(TargetsOnly):
    """A command whose arguments make one query; `-word` is a part of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        query = click.Argument(["targets"], nargs=-1, metavar="QUERY...", required=True, shell_complete=query_terms)
        self.params = [query if param.name == "targets" else param for param in self.params]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`-year` behind `--sort` is its value, no part of the query."""
        joined, each = list[str](), iter(args)
        for arg in each:
            value = next(each, None) if arg == "--sort" else None
            joined.append(arg if value is None else f"{arg}={value}")
        return super().parse_args(ctx, joined)


@click.command("search", cls=QueryCommand, epilog="Example: musfuse search --limit 20 'beetles~ (help OR yester*)'")
@library_option
@json_option
@click.option("--view", default="main", show_default=True, shell_complete=views, help="The view to search in.")
@click.option("--limit", default=100, show_default=True, help="How many tracks to print, 10000 at most.")
@click.option("--offset", default=0, help="How many of the best to leave out, for the next page.")
@click.option("--sort", default="", shell_complete=orders, metavar="[-]ORDER", help=_SORT)
@click.option("-0", "nul", is_flag=True, help="Print paths on the drive alone, a NUL behind each, for `xargs -0`.")
@click.argument("targets", nargs=-1)
def command(
    library: Path | None,
    as_json: bool,
    view: str,
    limit: int,
    offset: int,
    sort: str,
    nul: bool,
    targets: tuple[str, ...],
) -> None:
    """Look for music: the tracks of the drive that answer a query best.

    QUERY is words, "phrases", field:value, year:1967..1969, word*, word~ (one letter different), -word, OR, and groups
    in parentheses; quote it for the shell. `musfuse find` prints all that a query finds. The exit code is 1 where there
    is nothing.
    """
    from musfuse.service.requests.search import SearchMusic

    if as_json and nul:
        raise click.UsageError("--json and -0 do not go together")
    query = " ".join(targets)
    found = ask_library(library, SearchMusic(query, limit, offset, view, sort))
    if as_json:
        print_json(found)
    elif nul:
        for row in found.results:
            print_nul(row.path)
    elif found.results:
        print_table(("artist", "title", "album", "year", "path"), (
            (row.artist, row.title, row.album, row.year, row.path) for row in found.results
        ))  # fmt: skip
        if offset + len(found.results) < found.total_matches or not found.counted:
            more = "" if found.counted else "more than "
            shown = f"{len(found.results)} of {more}{found.total_matches}"
            say(f"{shown} tracks; --limit and --offset show others", err=True)
    if not found.results:
        raise NotFoundError(f"{query}: no track answers this{f' behind the first {offset}' if offset else ''}")
