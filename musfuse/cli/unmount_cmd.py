"""`musfuse unmount`"""

import os
from pathlib import Path

import click

from musfuse.app.state import StateFolder
from musfuse.cli.common import absolute_mountpoint, connect, say
from musfuse.cli.completing import drives
from musfuse.errors import ControlError, MountError

_END_SECONDS = 30.0


@click.command("unmount", epilog="Example: musfuse unmount ~/Drive")
@click.option("--force", is_flag=True, help="Unmount even while files are open; their readers get an error.")
@click.argument("mountpoint", type=click.Path(path_type=Path), shell_complete=drives)
def command(mountpoint: Path, force: bool) -> None:
    """Take the drive away from MOUNTPOINT.

    With the last one its process ends; the command returns when it is gone, everything written, all originals closed.
    """
    from musfuse.control import progress_of_owners
    from musfuse.platform import system
    from musfuse.service.requests.owner import UnmountFrom

    path = absolute_mountpoint(mountpoint)
    for status in progress_of_owners():
        mounted = next((mount for mount in status["mounts"] if system.same_path(mount, str(path))), None)
        if mounted is None:
            continue
        os.chdir(status["library"])  # who is in a folder of the drive, as its shell may be, has it in use
        pid, last = status["pid"], True
        try:
            with connect(Path(status["library"])) as service:
                last = service.call(UnmountFrom(Path(mounted), force)).last
        except ControlError:  # it may have been about to end anyway, by somebody else's word
            if system.is_mounted(path):
                raise
        if last and not system.wait_for_end(pid, _END_SECONDS):
            log = StateFolder(Path(status["library"])).log
            raise MountError(f"{path}: unmounted, but its process {pid} goes on; {log} may say why")
        say(f"unmounted {path}")
        return
    if system.clean_dead_mount(path):
        say(f"unmounted {path} (its process was gone already)")
        return
    raise MountError(f"{path}: no drive of musfuse is mounted there; `musfuse status` lists them")
