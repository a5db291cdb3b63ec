"""The command line: one module a command, imported only when it runs.

Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 mounting or unmounting failed; 4 the process that owns
the library refused or did not answer; 130 interrupted.
"""

import difflib
import importlib
import itertools
import os
import sys
from functools import partial

import click

from musfuse import __version__
from musfuse.cli import anywhere
from musfuse.cli.typed import Typed

_COMMANDS = {
    "mount": "show the library at a folder",
    "unmount": "take the drive away",
    "serve": "keep the library at work without a mount",
    "stop": "end the process that owns the library",
    "shutdown": "the same when nothing is open on its drives any more",
    "status": "mounts, library, scan and index progress",
    "scan": "look for new, changed and removed files",
    "rescan": "look for changes in some folders",
    "index": "build missing frame indexes",
    "jobs": "background jobs: list, show, cancel, wait",
    "report": "files that were skipped, and why",
    "ls": "list a folder of the drive, mounted or not",
    "search": "look for music: what answers a query best",
    "find": "the tracks that a query finds, one line each",
    "export": "write the library as a table or a playlist",
    "sync": "put tracks on a player, a stick or a card",
    "import": "take over what beets, iTunes and others know",
    "info": "where a file of the drive comes from",
    "tag": "show and change tags",
    "art": "show, set and clear pictures",
    "view": "the same library under other names, or a part of it",
    "collection": "tracks that a rule chooses, under a name",
    "playlist": "tracks that somebody chose, in an order",
    "rate": "give tracks stars",
    "star": "have tracks among the favourites",
    "history": "what was played, and forget it",
    "cache": "what is kept of far sources: figures, pins",
    "prefetch": "make tracks ready before they are played",
    "source": "the folders of a library; one that was moved",
    "library": "check, repair, vacuum, backup, restore",
    "backup": "copy what cannot be made again",
    "config": "show the configuration, and change it",
    "doctor": "check this machine",
    "metrics": "figures of what runs, for Prometheus",
    "log": "what musfuse did, and what failed",
    "events": "what happened: files that came and went, scans, jobs",
    "token": "who may reach the library by gRPC",
    "user": "accounts of who uses the library over HTTP",
    "webhook": "receivers on the network that are told of what happens",
    "completion": "complete commands and paths in a shell",
    "demo": "make a small library, mount it, check it",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"musfuse.cli.{cmd_name}_cmd")
        return anywhere.share(module.command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS and not ctx.resilient_parsing:
            raise click.UsageError(f"No such command {args[0]!r}.{_hint(args)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _hint(args: list[str]) -> str:
    """What may have been meant: a command of a similar name, or what mount(8) and fstab call as a helper."""
    if "/" in args[0] or "\\" in args[0] or args[0].startswith(("~", ".")):
        from musfuse.platform import system

        paths = itertools.takewhile(lambda arg: not arg.startswith("-"), args)
        return f" To mount: `musfuse mount {system.as_typed(paths)}`; `-o` in front passes options of FUSE."
    close = difflib.get_close_matches(args[0], _COMMANDS, n=1)
    return f" Did you mean {close[0]!r}?" if close else " `musfuse --help` lists them."


@click.command(
    cls=_Lazy,
    params=list[click.Parameter](anywhere.options()),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 mount, 4 owner of the library, 130 interrupted.",
)
@click.version_option(__version__, prog_name="musfuse")
def cli() -> None:
    """Your music collection as one clean, read-only drive. `-v`, `-q` and `--json` may stand anywhere.

    \b
    Example:
      musfuse mount ~/Music ~/Drive
      musfuse unmount ~/Drive
    """
    anywhere.set_up_logging()


def main() -> None:
    """Run the program and exit."""
    if "_MUSFUSE_COMPLETE" in os.environ:  # a shell asks, see musfuse.cli.shells
        from musfuse.cli.shells import register

        register()
    from musfuse.cli.ending import ended

    typed = Typed()
    # A shell of Windows leaves `*` to programs, and click would take it for a pattern: here it is a free drive letter.
    run = partial(cli.main, prog_name="musfuse", standalone_mode=False, obj=typed, windows_expand_args=False)
    sys.exit(ended(run, typed))
