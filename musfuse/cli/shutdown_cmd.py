"""`musfuse shutdown`"""

from pathlib import Path

import click

from musfuse.app.state import StateFolder
from musfuse.cli.common import json_option, library_folder, library_option, print_json, say
from musfuse.errors import ControlError
from musfuse.wording import agreeing, counted

_END_SECONDS = 60.0
_DAY = 86_400.0


@click.command("shutdown", epilog="Example: musfuse shutdown --graceful --timeout 30")
@library_option
@json_option
@click.option("--graceful/--force", default=True, help="Wait for files that are open, or not [default: wait].")
@click.option(
    "--timeout", type=click.FloatRange(0, _DAY), default=5.0, show_default=True, help="Wait so many seconds at most."
)
def command(library: Path | None, as_json: bool, graceful: bool, timeout: float) -> None:
    """End the process that owns the library once nothing is read from its drives any more.

    Nothing more is opened from now on, and what is open can be read to its end; what is still open after the timeout
    ends with the process. Then all is unmounted and written, as `musfuse stop` does it at once.
    """
    from musfuse.control import find_owner
    from musfuse.platform import system

    folder = library_folder(library)
    owner = find_owner(folder)
    if owner is None:
        raise ControlError(f"{folder}: no process has this library; `musfuse status` lists those that do")
    with owner:
        told = owner.call("stop", graceful=graceful, timeout_seconds=timeout)
    pid, opened = told["pid"], told["open_files"]
    if opened and graceful and not as_json:
        files, they = counted(opened, "open file"), agreeing(opened, "it is", "they are")
        say(f"waiting for {files} until {they} closed, {timeout:g} s at most; `musfuse stop` ends it at once", err=True)
    if not system.wait_for_end(pid, timeout + _END_SECONDS):
        raise ControlError(f"process {pid} was told to end, and goes on; {StateFolder(folder).log} may say why")
    if as_json:
        print_json(told)
    else:
        say(f"ended process {pid}")
