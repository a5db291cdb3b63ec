"""What stands around changes of tags and pictures: `--dry-run`, a question before large ones, warnings, and what is
said of what was done."""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from musfuse.cli.common import absolute, print_json, print_table, printable, say, shortened
from musfuse.cli.progress import Waiting
from musfuse.cli.targets import change

F = TypeVar("F", bound=Callable[..., Any])

UNASKED = 100
"""Tracks that a change may have before it is asked about."""

_ROWS, _MOVES, _FEW_MOVES, _WARNINGS = 40, 20, 5, 20


def guard_options(command: F) -> F:
    """`--dry-run` and `--yes`"""
    yes = click.option(
        "--yes", is_flag=True, help=f"Do not ask. On a terminal, changes of more than {UNASKED} tracks are asked about."
    )
    dry = click.option(
        "--dry-run", is_flag=True, help="Show what would change and where files move to; change nothing."
    )
    return dry(yes(command))


def guarded(
    folder: Path,
    config_file: Path | None,
    method: str,
    done: str,
    *,
    as_json: bool,
    dry_run: bool,
    yes: bool,
    **params: Any,
) -> None:
    """Make a change, or show it with `dry_run`, and say what it did; a large one is asked about first."""
    if not (dry_run or yes or as_json) and on_terminal():
        count = _tracks(folder, method, params)
        if count > UNASKED:
            ask(f"Change {count} tracks?")
    result = change(folder, config_file, method, dry_run, **params)
    if as_json:
        print_json(result)
    elif dry_run:
        show_rehearsal(folder, result)
    else:
        report(folder, result, done.format(**result))


def on_terminal() -> bool:
    """Whether somebody can be asked, and see the question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> None:
    """Go on after a yes; else end with exit code 1."""
    if not click.confirm(question, err=True):
        click.echo("nothing changed", err=True)
        sys.exit(1)


def warn(cautions: Iterable[str]) -> None:
    """Say on standard error what is odd; it is done all the same."""
    found = list(cautions)
    for caution in found[:_WARNINGS]:
        click.echo(printable(f"warning: {caution}"), err=True)
    if len(found) > _WARNINGS:
        click.echo(f"warning: and {len(found) - _WARNINGS} more", err=True)


def warn_of(folder: Path, assignments: Sequence[str]) -> None:
    """Say what is odd about fields that are to be set."""
    from musfuse.app.assignments import parse_assignments
    from musfuse.app.cautions import cautions
    from musfuse.app.reading import read_vocabulary

    fields = parse_assignments(assignments)
    with read_vocabulary(folder) as vocabulary:
        warn(cautions(fields, vocabulary))


def warn_of_names(folder: Path, names: Sequence[str]) -> None:
    """Say which fields that are named without a value may be slips."""
    from musfuse.app.assignments import checked_field
    from musfuse.app.cautions import odd_field
    from musfuse.app.reading import read_vocabulary

    checked = [checked_field(name) for name in names]
    with read_vocabulary(folder) as vocabulary:
        warn(filter(None, (odd_field(name, vocabulary) for name in checked)))


def report(folder: Path, result: dict[str, Any], done: str) -> None:
    """Say what a change did and where folders moved to; and in which library, where that is not the default one."""
    if not result["change"]:
        say(f"nothing to do: {result['selected']} selected, none changed")
    else:
        number = result["change"]
        say(f"{done} {_count(result['tracks'], 'track')}{_where(folder)} (change {number}; {_back(number)})")
        _say_moves(result)
    _say_refused(result)


def _say_moves(result: dict[str, Any]) -> None:
    """Where folders are now, the first of them."""
    folders = [move for move in result["moves"] if move["whole"]]
    for move in folders[:_FEW_MOVES]:
        say(printable(f"its folder is now {move['to']} (was {move['from']})"))
    if len(folders) > _FEW_MOVES:
        more = "or more " if result["move_count"] > len(result["moves"]) else ""
        say(f"and {len(folders) - _FEW_MOVES} {more}other folders moved")


def show_rehearsal(folder: Path, result: dict[str, Any]) -> None:
    """A change that was not made: fields, moves, and how many there are."""
    show_fields(result)
    for move in result["moves"][:_MOVES]:
        click.echo(printable(_moves(move)))
    if result["move_count"] > _MOVES:
        click.echo(f"and {result['move_count'] - _MOVES} more moves, {result['moved_files']} files in all")
    if not result["change"]:
        say(f"nothing to do: {result['selected']} selected, none would change")
    else:
        fields, tracks = _count(result["changes"], "field"), _count(result["tracks"], "track")
        say(f"{fields} of {tracks} would change{_where(folder)}; nothing changed")
    _say_refused(result)


def show_fields(result: dict[str, Any]) -> None:
    """The first fields of a change, before and after."""
    rows = result["shown"][:_ROWS]
    if rows:
        table = [(row["path"], row["field"], _shown(row, "before"), _shown(row, "after")) for row in rows]
        print_table(("track", "field", "before", "after"), table)
    if result["changes"] > len(rows):
        click.echo(f"and {result['changes'] - len(rows)} more")


def _shown(row: dict[str, Any], side: str) -> str:
    values = row[side]
    absent = "(hidden)" if row["field"].startswith("art:") else "(absent)"
    text = "(the file's own)" if values is None else "; ".join(values) or absent
    if row["field"] == "*":
        text = "(all fields)"
    locked = "locked" in row and row["locked"] == (side == "after")
    return shortened(printable(text), 60) + (", locked" if locked else "")


def _moves(move: dict[str, Any]) -> str:
    if move["whole"] or move["files"] == 1:
        return f"{move['from']} moves to {move['to']}"
    if move["from"] == move["to"]:
        return f"{move['files']} files of {move['from']} get other names"
    return f"{move['files']} files of {move['from']} move to {move['to']}"


def _say_refused(result: dict[str, Any]) -> None:
    if result["refused"]:
        click.echo(f"{result['refused']} fields were kept: they are locked, or were changed again since", err=True)


def _back(number: int) -> str:
    return f"`musfuse tag undo {number}` takes it back"


def _where(folder: Path) -> str:
    from musfuse.app.state import default_folder

    return "" if folder == absolute(default_folder()) else f" in the library {folder}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _tracks(folder: Path, method: str, params: dict[str, Any]) -> int:
    """How many tracks a change is about."""
    from musfuse.app.reading import read_tagging

    with read_tagging(folder) as tagging, Waiting("tags"):
        if method == "tag.undo":
            return tagging.collector.change(params["number"] or tagging.last_standing()).tracks
        return sum(1 for _ in tagging.selection.of(params["targets"]))
