"""`musfuse backup`, a short name of `musfuse library backup` and `library restore`."""

from pathlib import Path

import click

from musfuse.cli.common import library_option
from musfuse.cli.library_cmd import back_up, put_back


@click.command("backup", epilog="Example: musfuse backup ~/musfuse-2026-11-21.db")
@library_option
@click.option("--restore", is_flag=True, help="Put FILE back, as `musfuse library restore --yes` does.")
@click.argument("file", type=click.Path(path_type=Path))
def command(library: Path | None, restore: bool, file: Path) -> None:
    """Copy what cannot be made again (tags, pictures and locks that were set, their history) to FILE.

    Works while the drive is mounted; a restore does not. Everything else comes back with a scan, but accounts, of which
    the library makes backups by itself.
    """
    if restore:
        put_back(library, file, as_json=False, dry_run=False, yes=True)
    else:
        back_up(library, file)
