"""Options that may stand anywhere on the command line: `-v`, `-q` and `--json`, before a command, behind it, between.

Each command declares `--json` only where it prints any; `share` gives the rest to every command when it is loaded.
"""

import logging
from dataclasses import dataclass

import click

from musfuse.logs.lines import formatter

_KEY = "musfuse.wishes"
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


@dataclass
class Wishes:
    """What was asked for so far."""

    verbose: int = 0
    quiet: bool = False
    json: bool = False

    @property
    def level(self) -> int:
        """The lowest level of the log that is shown on standard error."""
        if self.quiet and not self.verbose:
            return logging.ERROR
        return _LEVELS[min(self.verbose, 2)]


def wishes(context: click.Context | None = None) -> Wishes:
    """The wishes for the command that runs, whatever level of the command line they were given at."""
    context = context or click.get_current_context(silent=True)
    if context is None:
        return Wishes()
    found: Wishes = context.meta.setdefault(_KEY, Wishes())
    return found


def set_up_logging() -> None:
    """Have the log shown on standard error, as far as the wishes go."""
    if not logging.getLogger().handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(formatter())
        logging.getLogger().addHandler(handler)
    _adjust(wishes())


def options(hidden: bool = False) -> list[click.Option]:
    """Give a group the options `-v`, `-q` and `--json`."""
    return [*_talk(hidden), click.Option(
        ["--json"], is_flag=True, expose_value=False, callback=_want_json, hidden=hidden,
        help="Print JSON, where the command can.",
    )]  # fmt: skip


def share(command: click.Command) -> click.Command:
    """Give a command, and all below it, the options that it lacks."""
    given = {name: param for param in command.params for name in param.opts}
    if "-v" in given:
        return command
    if isinstance(command, click.Group):
        command.params += options(hidden=True)
        for below in command.commands.values():
            share(below)
        return command
    command.params += _talk(hidden=True)
    if "--json" in given:
        given["--json"].callback = lambda context, _, value: value or wishes(context).json
    else:
        command.params.append(
            click.Option(["--json"], is_flag=True, expose_value=False, callback=_refuse_json, hidden=True)
        )
    return command


def _talk(hidden: bool) -> list[click.Option]:
    return [
        click.Option(["-v", "--verbose"], count=True, expose_value=False, callback=_say_more, hidden=hidden,
                     help="Say more on standard error (-vv: everything)."),
        click.Option(["-q", "--quiet"], is_flag=True, expose_value=False, callback=_say_less, hidden=hidden,
                     help="Say only what was asked for, and errors."),
    ]  # fmt: skip


def _say_more(context: click.Context, _: click.Parameter, value: int) -> None:
    if value:
        wishes(context).verbose += value
        _adjust(wishes(context))


def _say_less(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        wishes(context).quiet = True
        _adjust(wishes(context))


def _want_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    wishes(context).json |= value


def _refuse_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    if (value or wishes(context).json) and not context.resilient_parsing:
        raise click.UsageError(f"`{context.command_path}` prints no JSON", context)


def _adjust(wanted: Wishes) -> None:
    root = logging.getLogger()
    for handler in root.handlers:
        if type(handler) is logging.StreamHandler:  # that of set_up_logging
            root.setLevel(wanted.level)
            handler.setLevel(wanted.level)
