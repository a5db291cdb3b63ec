"""`musfuse backup`"""

from contextlib import suppress
from pathlib import Path

import click

from musfuse.app.state import StateFolder
from musfuse.cli.common import absolute, is_there, library_folder, library_option, say, size
from musfuse.cli.progress import Waiting
from musfuse.errors import ConfigError, LibraryInUseError, StoreError


@click.command("backup", epilog="Example: musfuse backup ~/musfuse-2026-11-21.db")
@library_option
@click.option("--restore", is_flag=True, help="Put FILE back in place of what is kept now, which becomes FILE.before.")
@click.argument("file", type=click.Path(path_type=Path))
def command(library: Path | None, restore: bool, file: Path) -> None:
    """Copy what cannot be made again (tags, pictures and locks that were set, their history) to FILE.

    Works while the drive is mounted; a restore does not. Everything else comes back with a scan.
    """
    from musfuse.store import copy_database

    state, path = StateFolder(library_folder(library)), absolute(file)
    if restore:
        _restore(state, path)
        return
    state.check_exists()
    if is_there(path):
        raise ConfigError(f"{path}: is there already; name a new file")
    with Waiting("backup"):
        copy_database(state.user, path)
    say(f"{size(path.stat().st_size)} written to {path}")


def _have_looked_at_again(catalog: Path) -> None:
    from musfuse.library.catalog import Database

    database = Database(catalog)
    try:
        database.set_meta("overlay_seq", "-1")
    finally:
        database.close()


def _restore(state: StateFolder, path: Path) -> None:
    from musfuse.platform import system

    if not is_there(path):
        raise ConfigError(f"{path}: no such file; name one that `musfuse backup` wrote")
    before = path.with_name(path.name + ".before")
    if is_there(before):
        raise ConfigError(f"{before}: is there already; move it away first")
    with state.made():
        lock = system.ProcessLock(state.lock)
        if not lock.acquire():
            raise LibraryInUseError(f"{state.path}: a process owns this library; unmount first")
        try:
            _put_in_place(path, state.user, before)
            if state.catalog.exists():
                _have_looked_at_again(state.catalog)
        finally:
            lock.release()
    say(f"restored from {path}" + (f"; what was kept before is in {before}" if before.exists() else ""))


def _put_in_place(path: Path, kept: Path, before: Path) -> None:
    """Copy `path` to `kept`, and what was kept to `before`; where that fails, all is as it was."""
    from musfuse.store import copy_database

    try:
        if kept.exists():
            copy_database(kept, before)
        copy_database(path, kept)
    except StoreError as error:
        with suppress(OSError):
            before.unlink(missing_ok=True)
        raise StoreError(f"{error}; what was kept is as it was") from error
