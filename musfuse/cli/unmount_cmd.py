"""`musfuse unmount`"""

import time
from pathlib import Path

import click

from musfuse.errors import MountError

_END_SECONDS = 15.0


@click.command("unmount", epilog="Example: musfuse unmount ~/Drive")
@click.option("--force", is_flag=True, help="Unmount even while files are open; their readers get an error.")
@click.argument("mountpoint", type=click.Path(path_type=Path))
def command(mountpoint: Path, force: bool) -> None:
    """Take the drive away from MOUNTPOINT; with the last one its process ends, and everything is written."""
    from musfuse.control import owners
    from musfuse.control.protocol import endpoint
    from musfuse.platform import system

    path = system.absolute_mountpoint(mountpoint)
    for client in owners():
        with client:
            status = client.call("status")
            if str(path) not in status["mounts"]:
                continue
            last = client.call("unmount", mountpoint=str(path), force=force)["last"]
        if last:
            _wait_for_end(endpoint(Path(status["library"])))
        click.echo(f"unmounted {path}")
        return
    if system.clean_dead_mount(path):
        click.echo(f"unmounted {path} (its process was gone already)")
        return
    raise MountError(f"{path}: no drive of musfuse is mounted there; `musfuse status` lists them")


def _wait_for_end(endpoint: Path) -> None:
    until = time.monotonic() + _END_SECONDS
    while endpoint.exists() and time.monotonic() < until:
        time.sleep(0.02)
