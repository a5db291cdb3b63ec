"""What `musfuse mount` says of a drive that fills: its first scan, shown, waited for, or told of."""

import sys
from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import say
from musfuse.cli.newcomers import tell_empty
from musfuse.cli.progress import follow
from musfuse.control import Client, find_owner
from musfuse.errors import MountError


def tell(folder: Path, wait: str | None) -> None:
    """Wait for every name, or every size (`index`), where that is asked for. Else show the scan of sources that are new
    on a terminal, until Ctrl-C, and elsewhere say that the drive fills."""
    client = find_owner(folder)
    if client is None:
        return  # unmounted again already
    with client:
        waiting: dict[str, Any] = client.call("waiting")
        if wait:
            _wait(client, waiting, wait)
        elif waiting["new"] and waiting["ticket"]:
            _show(client, waiting)


def _wait(client: Client, waiting: dict[str, Any], wait: str) -> None:
    done = follow(client, "scan", waiting["ticket"], False) if waiting["ticket"] else {}
    if "error" in done or done.get("problems"):
        reason = done.get("error") or "; ".join(done["problems"])
        raise MountError(f"mounted, but not every name is there: {reason}")
    tell_empty(client.call("waiting")["empty"])
    if wait == "index":
        done = follow(client, "index", client.call("index")["ticket"], False)
        if "error" in done:
            raise MountError(f"mounted, but not every size is known: {done['error']}")


def _show(client: Client, waiting: dict[str, Any]) -> None:
    new = ", ".join(waiting["new"])
    if not sys.stderr.isatty():
        seen = client.call("progress")["scan"]["done"]
        say(f"scanning {new}: {seen} files so far; the drive fills meanwhile", err=True)
        say("`musfuse status` shows how far it is, `mount --wait` waits until every name is there", err=True)
        return
    say(f"scanning {new}; Ctrl-C leaves the drive mounted, and the scan going on", err=True)
    try:
        done = follow(client, "scan", waiting["ticket"], False)
    except KeyboardInterrupt:
        click.echo("the drive stays mounted and the scan goes on; `musfuse status` shows how far it is", err=True)
        return
    if "files" in done:
        say(f"{done['files']} files, {done.get('skipped', 0)} skipped; `musfuse report` lists what is not shown")
        tell_empty(done.get("empty", ()))
