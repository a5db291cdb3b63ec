"""`musfuse mount`"""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from musfuse.app.state import StateFolder
from musfuse.cli import filling
from musfuse.cli.anywhere import wishes
from musfuse.cli.common import (
    absolute,
    absolute_mountpoint,
    config_option,
    connect,
    library_option,
    located,
    new_library_folder,
    say,
)
from musfuse.cli.completing import POLICY_HELP, folders, policies, views
from musfuse.cli.hosting import host, started, stated
from musfuse.cli.newcomers import Newcomers
from musfuse.config import Config
from musfuse.config.load import Stated
from musfuse.errors import ConfigError, ControlError, MountError, StoreError
from musfuse.origins import default_registry
from musfuse.platform import system
from musfuse.rendition import parse_policy

MAIN = "main"
_Shown = tuple[str, Sequence[str]]
"""Where the drive is mounted, and which sources no scan saw whole yet."""


def no_helper(context: click.Context, _: click.Parameter, kind: str | None) -> None:
    """`musfuse mount -t fuse.musfuse …`, as one calls mount(8)."""
    if kind is not None and not context.resilient_parsing:
        raise click.UsageError(
            "this is not mount(8), and takes no -t: `musfuse mount SOURCE MOUNTPOINT`; `-o` passes an option of FUSE"
        )


class _MountCommand(click.Command):
    """`--wait` may stand without a value before a SOURCE, which click would take for its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, ["--wait=names" if a == "--wait" else a for a in args[:end]] + args[end:])


@click.command("mount", cls=_MountCommand, epilog="Example: musfuse mount ~/Music ~/Drive")
@library_option
@config_option
@click.option("--policy", shell_complete=policies, help=f"{POLICY_HELP}.")
@click.option("--template", help="Path template of a track.")
@click.option(
    "--view", shell_complete=views, help="The view to show; `musfuse view` tells about views [default: main]."
)
@click.option("--foreground", is_flag=True, help="Stay in the foreground; Ctrl-C unmounts.")
@click.option("-o", "options", multiple=True, metavar="FUSE_OPTION", help="A FUSE mount option, such as allow_other.")
@click.option(
    "--wait",
    type=click.Choice(["names", "index"]),
    help="Return when every name is there, which is what `--wait` alone means, or with `=index` every size.",
)
@click.option("-t", "kind", hidden=True, expose_value=False, callback=no_helper)
@click.option("--ready-fd", type=int, hidden=True)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="[SOURCE]... MOUNTPOINT",
    shell_complete=folders,
)
def command(
    library: Path | None,
    config_file: Path | None,
    policy: str | None,
    template: str | None,
    view: str | None,
    foreground: bool,
    wait: str | None,
    options: tuple[str, ...],
    ready_fd: int | None,
    paths: tuple[str, ...],
) -> None:
    """Show the library at MOUNTPOINT, an empty folder, and return once the drive answers.

    SOURCEs are folders with music, or URIs of places that hold some; they are remembered, so that a later mount needs
    none. The drive fills while they are scanned: on a terminal the first scan is shown, and Ctrl-C leaves the drive
    mounted. A library that is mounted already is shown at one more place.
    """
    folder = new_library_folder(library)
    sources, mountpoint = [located(path) for path in paths[:-1]], absolute_mountpoint(Path(paths[-1]))
    told = stated(config_file, view__policy=policy, view__template=template)
    for source in sources:
        if default_registry().overlap(source, str(mountpoint)):
            raise MountError(
                f"{mountpoint}: the mountpoint and the source {source} lie within each other; name another folder"
            )
    if wait and foreground:
        raise click.UsageError("--wait is for a drive in the background; --foreground stays anyway")
    if view and (policy or template):
        raise click.UsageError(f"--policy and --template are of the main view; `musfuse view set {view}` sets them")
    newcomers = Newcomers(folder, sources if ready_fd is None else ())
    shown = (
        _mounted_by_owner(folder, sources, mountpoint, options, policy, template, view) if ready_fd is None else None
    )
    if shown is None:
        if not sources:
            _check_has_library(folder, mountpoint)

        def serve(ready_fd: int | None) -> None:
            _serve(folder, told, sources, mountpoint, options, view, ready_fd)

        if foreground or ready_fd is not None:
            serve(ready_fd)
            return
        shown = _spawn(folder, _flags(config_file, policy, template, view, options), sources, mountpoint, serve)
    where, new = shown
    say(f"mounted at {where}")
    newcomers.tell()
    filling.tell(folder, wait, new)


def _check_has_library(folder: Path, mountpoint: Path) -> None:
    try:
        StateFolder(folder).check_exists()
    except ConfigError as error:
        raise MountError(
            f"{folder}: no library there yet; name a folder with music first: musfuse mount ~/Music {mountpoint}"
        ) from error


def _mounted_by_owner(
    folder: Path,
    sources: list[str],
    mountpoint: Path,
    options: tuple[str, ...],
    policy: str | None,
    template: str | None,
    view: str | None,
) -> _Shown | None:
    """Have the owner mount; None where nobody owns the library."""
    from musfuse.control import find_owner

    owner = find_owner(folder)
    if owner is None:
        return None
    owner.close()
    from musfuse.service.requests.owner import MountAt, ShowStatus

    with connect(folder) as service:
        status = service.call(ShowStatus())
        if status.pid is None:  # the owner ended meanwhile
            return None
        same_policy = policy is None or parse_policy(policy) == parse_policy(status.policy or "flac")
        for name, same, known in (
            ("policy", same_policy, status.policy), ("template", template in (None, status.template), status.template)
        ):  # fmt: skip
            if not same:
                raise ControlError(
                    f"the library is mounted with {name} {known!r}; unmount it first, or use another --library"
                )
        made = service.call(MountAt(mountpoint, options, tuple(sources), view or MAIN))
    return made.mountpoint, made.new


def _serve(
    folder: Path,
    told: Stated,
    sources: list[str],
    mountpoint: Path,
    options: tuple[str, ...],
    view: str | None,
    ready_fd: int | None,
) -> None:
    """Own the library until the end of the mount, in this process."""
    from musfuse.app.build.faces import choose_mounter
    from musfuse.service.face import Face
    from musfuse.service.mounting import MountFace

    def ready(names: list[str]) -> None:
        say(f"mounted at {names[0]}; Ctrl-C unmounts")

    def make(config: Config) -> Face:
        return MountFace(choose_mounter(config), mountpoint, options, view or MAIN)

    nothing = f"{folder}: this library has no sources yet; name a folder with music before the mountpoint"
    host(folder, told, sources, [make], ready, ready_fd, nothing=nothing)


def _flags(
    config_file: Path | None, policy: str | None, template: str | None, view: str | None, options: tuple[str, ...]
) -> list[str]:
    flags = ["-" + "v" * wishes().verbose] if wishes().verbose else []
    if config_file:
        flags += ["--config", str(absolute(config_file))]
    if policy:
        flags += ["--policy", policy]
    if template:
        flags += ["--template", template]
    if view:
        flags += ["--view", view]
    for option in options:
        flags += ["-o", option]
    return flags


def _spawn(
    folder: Path, flags: list[str], sources: list[str], mountpoint: Path, serve: Callable[[int], None]
) -> _Shown:
    """Start the owner in the background and wait until it says where the drive is, or why not."""
    state = StateFolder(folder)
    for source in sources:
        default_registry().check(source)
    try:
        with state.made():
            ready = started(folder, "mount", flags, [*sources, str(mountpoint)], serve)
    except StoreError as error:
        raise MountError(str(error)) from error
    where = ready.names[0]
    if not system.mount_answers(Path(where)):
        raise MountError(f"{where}: mounted, but it does not answer; {state.log} may say why")
    return where, ready.new
