"""What commands share that act on TARGETs: telling targets from assignments, finding the library, calling its owner."""

import getpass
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from musfuse.cli import completing
from musfuse.cli.common import absolute, drive_path, library_folder, load, say
from musfuse.cli.progress import Waiting
from musfuse.errors import ConfigError

_ASSIGNMENT = re.compile(r"[^=\s/\\:\"][^=/\\:\"]*=", re.DOTALL)
_NEGATED = re.compile(r"-(?![vq]+$)[^-].+", re.DOTALL)


class TargetCommand(click.Command):
    """Splits its arguments at a `--` into the parameters `targets` and `fields`.

    For a `set` without one, what looks like FIELD=VALUE is a field. `-word` is a query's negation, not an option; `-vv`
    is one.
    """

    takes_fields = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params = [_completed(param) if param.name == "targets" else param for param in self.params]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take targets and fields out of the arguments; click gets the options."""
        before, dashes, behind = _split(args)
        ctx.meta["musfuse.dashes"] = dashes
        negated = [arg for arg in before if _NEGATED.fullmatch(arg)]
        rest = super().parse_args(ctx, [arg for arg in before if arg not in negated])
        targets = [*ctx.params.pop("targets", ()), *negated]
        if not dashes and ctx.command.name == "set":
            behind = [t for t in targets if _ASSIGNMENT.match(t) and not _exists(t)]
            targets = [t for t in targets if t not in behind]
        ctx.params["targets"] = tuple(targets)
        if self.takes_fields:
            ctx.params["fields"] = tuple(behind)
        elif dashes and not ctx.resilient_parsing:
            raise click.UsageError("nothing is wanted behind `--` here; targets stand before it")
        return rest


class TargetsOnly(TargetCommand):
    """A command whose arguments are all targets."""

    takes_fields = False


def _completed(targets: click.Parameter) -> click.Argument:
    return click.Argument(["targets"], nargs=-1, metavar=targets.metavar, shell_complete=completing.targets)


def _split(args: Sequence[str]) -> tuple[list[str], bool, list[str]]:
    if "--" not in args:
        return list(args), False, []
    at = list(args).index("--")
    return list(args[:at]), True, list(args[at + 1 :])


def resolve(library: Path | None, targets: Sequence[str]) -> tuple[Path, list[tuple[str, str]]]:
    """The library's folder and the targets, each as (path on the drive or as typed, absolute path)."""
    folder, found = library, list[tuple[str, str]]()
    for text in targets:
        if not text.strip():
            raise click.UsageError("an empty TARGET means nothing; the mountpoint means everything")
        inside, owned = drive_path(Path(text)) if _exists(text) else (None, None)
        if owned is not None:
            if folder is not None and absolute(folder) != owned:
                raise ConfigError(f"{text}: lies on the drive of another library, {owned}")
            folder = owned
        found.append((inside if inside is not None else text, str(absolute(Path(text)))))
    return library_folder(folder), found


def _exists(text: str) -> bool:
    """Whether a text is the path of something; a query may be longer than a path, or hold what no path holds."""
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def change(
    folder: Path, config_file: Path | None, method: str, here: Callable[[Any], dict[str, Any]], **params: Any
) -> dict[str, Any]:
    """Have the owner change something, or do it here where nobody owns the library; `here` gets its Tagging."""
    from musfuse.control import find_owner

    client = find_owner(folder, timeout=600)
    if client is not None:
        with client, Waiting("tags"):
            result: dict[str, Any] = client.call(method, **params)
            return result
    from musfuse.app import open_library

    with ExitStack() as closing, Waiting("tags"):
        return here(open_library(folder, load(config_file), closing, make=False).tagging)


def author() -> str:
    """The user's name, for the history."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def report(folder: Path, result: dict[str, Any], done: str) -> None:
    """Say what a change did; and in which library, where that is not the default one."""
    from musfuse.app.state import default_folder

    tracks = f"{result['tracks']} track{'' if result['tracks'] == 1 else 's'}"
    if not result["change"]:
        say(f"nothing to do: {result['selected']} selected, none changed")
    else:
        where = "" if folder == absolute(default_folder()) else f" in the library {folder}"
        say(f"{done} {tracks}{where} (change {result['change']}; `musfuse tag undo {result['change']}` takes it back)")
    if result["refused"]:
        click.echo(f"{result['refused']} fields were kept: they are locked, or were changed again since", err=True)
