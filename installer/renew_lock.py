#!/usr/bin/env python3
"""Makes installer/windows/lock.txt anew, by the newest wheels for Windows that constraints.txt lets in.

    installer/renew_lock.py [--dry-run]

Downloads all of them (some 60 MB). Look at the difference before you commit it.
"""

import tempfile
from pathlib import Path

import click
from winsetup.errors import BuildError
from winsetup.lock import LOCK
from winsetup.renewing import renewed


@click.command(epilog="Example: installer/renew_lock.py --dry-run")
@click.option("--dry-run", is_flag=True, help="Print the new lock file; change nothing.")
def command(dry_run: bool) -> None:
    """Make the lock file of the Windows installer anew."""
    with tempfile.TemporaryDirectory(prefix="musfuse-lock-") as folder:
        try:
            text = renewed(Path(folder))
        except BuildError as error:
            raise click.ClickException(str(error)) from error
    if dry_run:
        click.echo(text, nl=False)
        return
    LOCK.write_text(text, "utf-8")
    click.echo(f"{LOCK}: {text.count('==')} wheels")


if __name__ == "__main__":
    command(prog_name="installer/renew_lock.py")
