"""`musfuse serve`"""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.app.state import StateFolder
from musfuse.cli.anywhere import wishes
from musfuse.cli.common import absolute, config_option, library_option, located, new_library_folder, say
from musfuse.cli.completing import folders
from musfuse.cli.hosting import host, started, stated
from musfuse.cli.newcomers import Newcomers
from musfuse.config import Config
from musfuse.errors import ControlError

if TYPE_CHECKING:
    from musfuse.app.build.faces import MakeFace

log = logging.getLogger(__name__)


@click.command("serve", epilog="Example: musfuse serve ~/Music")
@library_option
@config_option
@click.option("--listen", metavar="HOST:PORT", help="Where HTTP is served: `http.listen`, which is 127.0.0.1:4533.")
@click.option("--no-http", is_flag=True, help="Serve no HTTP: `http.enabled = false`.")
@click.option("--grpc", is_flag=True, help="Serve gRPC, too, on a socket of yours alone: `grpc.enabled`.")
@click.option("--foreground", is_flag=True, help="Stay in the foreground; Ctrl-C ends it.")
@click.option("--ready-fd", type=int, hidden=True)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", shell_complete=folders)
def command(
    library: Path | None,
    config_file: Path | None,
    listen: str | None,
    no_http: bool,
    grpc: bool,
    foreground: bool,
    ready_fd: int | None,
    sources: tuple[str, ...],
) -> None:
    """Serve the library over HTTP, and keep it at work without any mount, until `musfuse stop`.

    It scans, builds indexes and answers all commands. Mounts may come and go meanwhile; with the last of them the
    process stays.
    """
    from musfuse.control import find_owner

    folder, places = new_library_folder(library), [located(source) for source in sources]
    if no_http and listen is not None:
        raise click.UsageError("--listen says where HTTP is served, --no-http that it is not; leave one of them out")
    given: dict[str, object] = {"grpc__enabled": True} if grpc else {}
    given |= {"http__listen": listen} if listen is not None else {"http__enabled": False} if no_http else {}
    told = stated(config_file, **given)
    if ready_fd is None:
        owner = find_owner(folder)
        if owner is not None:
            with owner:
                pid = owner.call("progress")["pid"]
            raise ControlError(f"{folder}: process {pid} has this library already; `musfuse stop` ends it")
    if grpc:  # who asks for it is told what it lacks; one that is only configured stops nothing
        from musfuse.app.build.faces import grpc_face

        wanted = grpc_face(told.config, StateFolder(folder))
        if wanted is not None:
            wanted.check()
    faces = _over_http(told.config, folder, wanted=listen is not None)
    if ready_fd is None:
        for make in faces:
            make(told.config).check()
    newcomers = Newcomers(folder, places if ready_fd is None else ())

    def serve(ready_fd: int | None) -> None:
        host(folder, told, places, faces, lambda names: say(_serving(folder, names, "Ctrl-C")), ready_fd, stays=True)

    if foreground or ready_fd is not None:
        serve(ready_fd)
        return
    flags = ["-" + "v" * wishes().verbose] if wishes().verbose else []
    flags += ["--config", str(absolute(config_file))] if config_file else []
    flags += ["--grpc"] if grpc else []
    flags += ["--listen", listen] if listen is not None else ["--no-http"] if no_http else []
    with StateFolder(folder).made():
        ready = started(folder, "serve", flags, places, serve)
    say(_serving(folder, ready.names, "`musfuse stop`"))
    for said in ready.said:
        click.echo(said)
    newcomers.tell()


def _over_http(config: Config, folder: Path, *, wanted: bool) -> "list[MakeFace]":
    """What serves HTTP, if the configuration has it and what it needs is installed; where somebody `wanted` it, that is
    found out later, and an error."""
    from musfuse_http.face import lacks
    from musfuse_http.options import HttpOptions

    from musfuse.app.build.faces import http_face

    if not config[HttpOptions].enabled:
        return []
    if not wanted and (missing := lacks()):
        log.warning("HTTP is not served: %s is not installed; `pip install 'musfuse[server]'` brings it", missing)
        return []
    return [partial(http_face, state=StateFolder(folder))]


def _serving(folder: Path, names: Sequence[str], by: str) -> str:
    return f"serving {folder}{f' at {names[0]}' if names else ''}; {by} ends it"
