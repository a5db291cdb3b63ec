"""`musfuse serve`"""

from pathlib import Path

import click

from musfuse.app.state import StateFolder
from musfuse.cli.anywhere import wishes
from musfuse.cli.common import absolute, config_option, library_option, located, new_library_folder, say
from musfuse.cli.completing import folders
from musfuse.cli.hosting import host, started, stated
from musfuse.cli.newcomers import Newcomers
from musfuse.errors import ControlError


@click.command("serve", epilog="Example: musfuse serve ~/Music")
@library_option
@config_option
@click.option("--grpc", is_flag=True, help="Serve gRPC, too, on a socket of yours alone: `grpc.enabled`.")
@click.option("--foreground", is_flag=True, help="Stay in the foreground; Ctrl-C ends it.")
@click.option("--ready-fd", type=int, hidden=True)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", shell_complete=folders)
def command(
    library: Path | None,
    config_file: Path | None,
    grpc: bool,
    foreground: bool,
    ready_fd: int | None,
    sources: tuple[str, ...],
) -> None:
    """Keep the library at work without any mount, until `musfuse stop`.

    It scans, builds indexes and answers all commands. Mounts may come and go meanwhile; with the last of them the
    process stays.
    """
    from musfuse.control import find_owner

    folder, places = new_library_folder(library), [located(source) for source in sources]
    told = stated(config_file, **({"grpc__enabled": True} if grpc else {}))
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
    newcomers = Newcomers(folder, places if ready_fd is None else ())

    def serve(ready_fd: int | None) -> None:
        host(folder, told, places, (), lambda _: say(f"serving {folder}; Ctrl-C ends it"), ready_fd, stays=True)

    if foreground or ready_fd is not None:
        serve(ready_fd)
        return
    flags = ["-" + "v" * wishes().verbose] if wishes().verbose else []
    flags += ["--config", str(absolute(config_file))] if config_file else []
    flags += ["--grpc"] if grpc else []
    with StateFolder(folder).made():
        started(folder, "serve", flags, places, serve)
    say(f"serving {folder}; `musfuse stop` ends it")
    newcomers.tell()
