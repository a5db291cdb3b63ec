"""`musfuse view`"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from musfuse.cli.common import (
    ask_library,
    config_option,
    dry_run_option,
    json_option,
    library_option,
    print_json,
    print_table,
    printable,
    say,
)
from musfuse.cli.completing import POLICY_HELP, policies, views
from musfuse.platform import system
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.service.requests.edits import EditsUndone
    from musfuse.service.requests.views import ViewChanged

F = TypeVar("F", bound=Callable[..., Any])


def _what(command: F) -> F:
    """`--template`, `--policy` and `--filter`"""
    template = click.option("--template", help="Path template of a track [default: the main view's].")
    policy = click.option(
        "--policy", shell_complete=policies,
        help=f"{POLICY_HELP} [default: the main view's].",
    )  # fmt: skip
    chosen = click.option("--filter", help="A query; only tracks that answer it are shown [default: all].")
    return template(policy(chosen(command)))


@click.group("view", epilog="Example: musfuse view add car --template '$artist - $title' --filter 'genre:jazz'")
def command() -> None:
    """Views: the same library under other names, served as something else, or only a part of it.

    The view `main` follows the configuration. `musfuse mount --view NAME` mounts another one, beside it or alone;
    tracks, tags and indexes are the same in all. A change takes effect at once, also where a view is mounted: until the
    new tree is whole, the old one is shown.

    Exit codes: 2 where a template, policy, filter or name cannot be; 3 where a view is mounted that is to be removed.
    """


@command.command("list", epilog="Example: musfuse view list --json")
@library_option
@config_option
@json_option
def list_(library: Path | None, config_file: Path | None, as_json: bool) -> None:
    """List the views, the main one first."""
    from musfuse.service.requests.views import ListViews

    rows = ask_library(library, ListViews(), config_file)
    if as_json:
        print_json(rows)
        return
    print_table(("name", "files", "policy", "filter", "template", "state", "mounted at"), [
        (row.name, str(row.files), row.policy, row.filter, row.template, row.state, ", ".join(row.mounts))
        for row in rows
    ])  # fmt: skip


@command.command("show", epilog="Example: musfuse view show car")
@library_option
@config_option
@json_option
@click.argument("name", shell_complete=views)
def show(library: Path | None, config_file: Path | None, as_json: bool, name: str) -> None:
    """Tell all that is known of the view NAME."""
    from musfuse.service.requests.views import ShowView

    told = ask_library(library, ShowView(name), config_file)
    if as_json:
        print_json(told)
        return
    rows = [("name", told.name)]
    for key in ("template", "policy", "filter"):
        follows = "" if key in told.own or key == "filter" or name == "main" else " (the main view's)"
        rows.append((key, (getattr(told, key) or "none") + follows))
    rows += [("drive", f"{counted(told.files, 'file')} in {counted(told.folders, 'folder')}"), ("state", told.state)]
    print_table(("what", "value"), [*rows, *(("mounted at", place) for place in told.mounts)])


@command.command("add", epilog="Example: musfuse view add car --policy original --filter 'genre:jazz year:..1979'")
@library_option
@config_option
@json_option
@dry_run_option
@_what
@click.argument("name")
def add(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, name: str, **what: str | None
) -> None:
    """Add a view under the NAME. What is not said it has from the main view, also when that changes."""
    from musfuse.service.requests.views import AddView

    said = {key: value for key, value in what.items() if value is not None}
    changed = ask_library(library, AddView(name, **said, dry_run=dry_run), config_file)
    if as_json:
        print_json(changed)
        return
    would, word = "would be" if dry_run else "is", system.as_typed([name])
    say(printable(f"the view {name} {would} added; `musfuse mount --view {word}` mounts it"))
    _say_of_making(changed)


@command.command("set", epilog="Example: musfuse view set car --filter 'genre:jazz -live'")
@library_option
@config_option
@json_option
@dry_run_option
@_what
@click.argument("name", shell_complete=views)
def set_(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, name: str, **what: str | None
) -> None:
    """Change the template, policy or filter of the view NAME; an empty value takes it back. `musfuse ls --view NAME
    --template …` shows beforehand what would be where."""
    from musfuse.service.requests.views import SetView

    if not any(value is not None for value in what.values()):
        raise click.UsageError("nothing to set: say --template, --policy or --filter")
    changed = ask_library(library, SetView(name, **what, dry_run=dry_run), config_file)
    if as_json:
        print_json(changed)
        return
    for change in changed.changes:
        would = "would be" if dry_run else "is"
        say(printable(f"{change.key} {would} {change.after or 'not set'} (was {change.before or 'not set'})"))
    if not changed.changes:
        say("nothing to do: it is so already")
    _say_of_making(changed)


@command.command("remove", epilog="Example: musfuse view remove car")
@library_option
@config_option
@json_option
@dry_run_option
@click.option("--force", is_flag=True, help="Unmount it where it is mounted, also where files are open.")
@click.argument("name", shell_complete=views)
def remove(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, force: bool, name: str
) -> None:
    """Remove the view NAME. No track, tag or index goes with it. One that is mounted is refused, exit code 3, unless
    --force is said."""
    from musfuse.service.requests.views import RemoveView

    removed = ask_library(library, RemoveView(name, force, dry_run=dry_run), config_file)
    if as_json:
        print_json(removed)
        return
    would = "would be" if dry_run else "is"
    say(printable(f"the view {name} {would} removed, with {counted(removed.files, 'file')}"))
    for place in removed.mounts:
        say(printable(f"{place} {would} unmounted"))


@command.command("log", epilog="Example: musfuse view log --limit 5")
@library_option
@config_option
@json_option
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="So many at most; 0 for all.")
@click.argument("name", default="main", shell_complete=views)
def log(library: Path | None, config_file: Path | None, as_json: bool, limit: int, name: str) -> None:
    """List what was rearranged by hand in the view NAME [default: main], the last edit first. What was taken back is
    not in it."""
    from musfuse.cli.edits import edit_row
    from musfuse.service.requests.edits import ListEdits

    edits = ask_library(library, ListEdits(name, limit), config_file)
    if as_json:
        print_json(edits)
        return
    print_table(("edit", "time", "tracks", "what"), map(edit_row, edits))


@command.command("undo", epilog="Example: musfuse view undo --count 3")
@library_option
@config_option
@json_option
@dry_run_option
@click.option("--count", type=click.IntRange(min=1), help="How many edits, from the last one on [default: 1].")
@click.option("--to", type=click.IntRange(min=1), help="The edit with this number, and all after it.")
@click.argument("name", default="main", shell_complete=views)
def undo(
    library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, count: int | None, to: int | None,
    name: str,
) -> None:  # fmt: skip
    """Take back the last edit by hand of the view NAME [default: main], or several: everything is where it was."""
    from musfuse.service.requests.edits import UndoEdits

    if count and to:
        raise click.UsageError("--count and --to say different things: use one of them")
    undone = ask_library(library, UndoEdits(name, count or 1, to or 0, dry_run=dry_run), config_file)
    _say_undone(undone, as_json, dry_run)


@command.command("reset", epilog="Example: musfuse view reset car")
@library_option
@config_option
@json_option
@dry_run_option
@click.argument("name", default="main", shell_complete=views)
def reset(library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, name: str) -> None:
    """Take back all that was rearranged by hand in the view NAME [default: main], for good: it shows what its template
    says."""
    from musfuse.service.requests.edits import ResetView

    undone = ask_library(library, ResetView(name, dry_run=dry_run), config_file)
    _say_undone(undone, as_json, dry_run)


def _say_undone(undone: "EditsUndone", as_json: bool, dry_run: bool) -> None:
    from musfuse.cli.edits import edit_told

    if as_json:
        print_json(undone)
        return
    would = "would be" if dry_run else "is" if undone.undone == 1 else "are"
    for edit in undone.edits[:10]:
        say(printable(edit_told(edit)))
    if undone.undone > 10:
        say(f"and {undone.undone - 10} before")
    left = f"; {counted(undone.left, 'edit')} left" if undone.left else ""
    say(f"{counted(undone.undone, 'edit')} {would} taken back{left}")


def _say_of_making(changed: "ViewChanged") -> None:
    if changed.making:
        say("its tree is being made, and shown when it is whole; `musfuse view list` tells when")
