"""`musfuse stop`"""

from pathlib import Path

import click

from musfuse.app.state import StateFolder
from musfuse.cli.common import library_folder, library_option, say
from musfuse.errors import ControlError

_END_SECONDS = 60.0


@click.command("stop", epilog="Example: musfuse stop")
@library_option
def command(library: Path | None) -> None:
    """End the process that owns the library: what it shows is unmounted, its jobs stop, everything is written.

    Files that are open on a drive end with it; `musfuse unmount` refuses then.
    """
    from musfuse.control import find_owner
    from musfuse.platform import system

    folder = library_folder(library)
    owner = find_owner(folder)
    if owner is None:
        raise ControlError(f"{folder}: no process has this library; `musfuse status` lists those that do")
    with owner:
        pid = owner.call("stop")["pid"]
    if not system.wait_for_end(pid, _END_SECONDS):
        raise ControlError(f"process {pid} was told to end, and goes on; {StateFolder(folder).log} may say why")
    say(f"ended process {pid}")
