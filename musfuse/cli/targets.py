"""What commands share that act on TARGETs: telling targets from assignments, finding the library, naming who acts."""

import getpass
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from musfuse.cli import completing
from musfuse.cli.common import OnDrive, absolute, absolute_or_none, drive_path, library_folder
from musfuse.errors import ConfigError, NoEntryError
from musfuse.origins import scheme_of
from musfuse.service.port import Asked

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


def resolve(library: Path | None, targets: Sequence[str]) -> tuple[Path, tuple[Asked, ...]]:
    """The library's folder and the targets, each as (path on the drive or as typed, absolute path)."""
    from musfuse.app.reading import near
    from musfuse.library.selection import MAIN, is_path, of_view

    folder, found = library, list[Asked]()
    for text in targets:
        if not text.strip():
            raise click.UsageError("an empty TARGET means nothing; the mountpoint means everything")
        exists = _exists(text)
        inside, owned, view = drive_path(text) if exists or is_path(text) else OnDrive()
        if owned is not None:
            if not exists:
                raise NoEntryError(f"{text}: no such file or folder on the drive{near(owned, inside or '')}")
            if folder is not None and absolute(folder) != owned:
                raise ConfigError(f"{text}: lies on the drive of another library, {owned}")
            folder = owned
        if inside is not None and view != MAIN:
            inside = of_view(view, inside)
        found.append((inside if inside is not None else text, absolute_or_none(text)))
    return library_folder(folder), tuple(found)


def _exists(text: str) -> bool:
    """Whether a text is the path of something; a query may be longer than a path, or hold what no path holds."""
    if scheme_of(text):
        return False
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def author() -> str:
    """The user's name, for the history."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
