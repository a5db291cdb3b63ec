"""What stands around changes of tags and pictures: `--dry-run`, a question before large ones, warnings, and what is
said of what was done."""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from musfuse.app.state import default_folder
from musfuse.cli.common import absolute, connect, print_json, print_table, printable, say, shortened
from musfuse.cli.progress import Waiting
from musfuse.wording import agreeing, counted

if TYPE_CHECKING:
    from musfuse.service.port import Request
    from musfuse.service.requests.changes import Change, Changed, FieldChange, MoveTold

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
    change: "Change",
    count: "Request[int]",
    done: str,
    *,
    as_json: bool,
    yes: bool,
) -> None:
    """Make a change, or show it with `dry_run`, and say what it did; one of many tracks, as `count` finds
    them, is asked about first."""
    if not (change.dry_run or yes or as_json) and on_terminal():
        with connect(folder, config_file) as service, Waiting("tags"):
            tracks = service.call(count)
        if tracks > UNASKED:
            ask(f"Change {tracks} tracks?")
    result = make(folder, config_file, change)
    if as_json:
        print_json(result)
    elif change.dry_run:
        show_rehearsal(folder, result)
    else:
        report(folder, result, done.format(undone=result.undone))


def make(folder: Path, config_file: Path | None, change: "Change") -> "Changed":
    """Have a change made, or with `dry_run` only told of."""
    with connect(folder, config_file) as service, Waiting("tags"):
        return service.call(change)


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


def warn_of(folder: Path, check: "Request[tuple[str, ...]]") -> None:
    """Say what is odd about fields that are named."""
    with connect(folder) as service:
        odd = service.call(check)
    warn(odd)


def report(folder: Path, result: "Changed", done: str) -> None:
    """Say what a change did and where folders moved to; and in which library, where that is not the default one."""
    if not result.change:
        say(f"nothing to do: {result.selected} selected, none changed")
    else:
        number = result.change
        say(f"{done} {counted(result.tracks, 'track')}{_where(folder)} (change {number}; {_back(number)})")
        _say_moves(result)
    _say_refused(result)


def _say_moves(result: "Changed") -> None:
    """Where folders are now, the first of them."""
    moves = result.moves or ()
    folders = [move for move in moves if move.whole]
    for move in folders[:_FEW_MOVES]:
        say(printable(f"its folder is now {move.new} (was {move.old})"))
    if len(folders) > _FEW_MOVES:
        more = "or more " if (result.move_count or 0) > len(moves) else ""
        left = len(folders) - _FEW_MOVES
        say(f"and {left} {more}other {agreeing(left, 'folder', 'folders')} moved")


def show_rehearsal(folder: Path, result: "Changed") -> None:
    """A change that was not made: fields, moves, and how many there are."""
    changes, move_count = result.changes or 0, result.move_count or 0
    show_fields(result.shown or (), changes)
    for move in (result.moves or ())[:_MOVES]:
        click.echo(printable(_moves(move)))
    if move_count > _MOVES:
        click.echo(
            f"and {counted(move_count - _MOVES, 'more move')}, {counted(result.moved_files or 0, 'file')} in all"
        )
    if not result.change:
        say(f"nothing to do: {result.selected} selected, none would change")
    else:
        fields, tracks = counted(changes, "field"), counted(result.tracks, "track")
        say(f"{fields} of {tracks} would change{_where(folder)}; nothing changed")
    _say_refused(result)


def show_fields(shown: "Sequence[FieldChange]", changes: int) -> None:
    """The first of so many fields of a change, before and after."""
    rows = shown[:_ROWS]
    if rows:
        table = [(row.path, row.field, _shown(row, after=False), _shown(row, after=True)) for row in rows]
        print_table(("track", "field", "before", "after"), table)
    if changes > len(rows):
        click.echo(f"and {changes - len(rows)} more")


def _shown(row: "FieldChange", after: bool) -> str:
    values = row.after if after else row.before
    absent = "(hidden)" if row.field.startswith("art:") else "(absent)"
    text = "(the file's own)" if values is None else "; ".join(values) or absent
    if row.field == "*":
        text = "(all fields)"
    return shortened(printable(text), 60) + (", locked" if row.locked is after else "")


def _moves(move: "MoveTold") -> str:
    if move.whole or move.files == 1:
        return f"{move.old} moves to {move.new}"
    if move.old == move.new:
        return f"{move.files} files of {move.old} get other names"
    return f"{move.files} files of {move.old} move to {move.new}"


def _say_refused(result: "Changed") -> None:
    if result.refused:
        were, they = agreeing(result.refused, "was", "were"), agreeing(result.refused, "it is", "they are")
        reason = f"{they} locked, or {were} changed again since"
        click.echo(f"{counted(result.refused, 'field')} {were} kept: {reason}", err=True)


def _back(number: int) -> str:
    return f"`musfuse tag undo {number}` takes it back"


def _where(folder: Path) -> str:
    return "" if folder == absolute(default_folder()) else f" in the library {folder}"
