"""Where a library's state lies, and how a folder of state comes to be: only where a library comes of it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from musfuse.errors import ConfigError, StoreError, plainly
from musfuse.logs import LOG_NAME

JOBS = "jobs.db"
_CATALOG, _USER = "catalog.db", "user.db"
_FILES = ("catalog.db", "user.db", JOBS, "owner.lock", LOG_NAME)
_FOLDERS = ("cache", "runs")


def default_folder() -> Path:
    """Where a library keeps its state when nobody says otherwise."""
    import platformdirs

    named = os.environ.get("MUSFUSE_LIBRARY")
    return Path(named) if named else Path(platformdirs.user_data_dir("musfuse", appauthor=False))


def check_exists(folder: Path) -> None:
    """Raise ConfigError where there is no library in a folder."""
    if not any(_is_there(folder, name) for name in (_CATALOG, _USER)):
        raise ConfigError(f"{folder}: no library there; `musfuse scan SOURCE` or `musfuse mount` makes one")


def check_scanned(folder: Path) -> None:
    """The same, and raise ConfigError where its catalog is gone, which can be made again."""
    check_exists(folder)
    if not _is_there(folder, _CATALOG):
        raise ConfigError(f"{folder}: its catalog is gone; `musfuse scan` makes it again")


def _is_there(folder: Path, name: str) -> bool:
    try:
        return (folder / name).exists()
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be looked into: {plainly(error)}") from error


@contextmanager
def new_folder(folder: Path) -> Iterator[None]:
    """Make the folder of a library where it is missing. Where the block fails, what was made for it is taken away
    again: a mistyped name leaves nothing behind. Raises StoreError."""
    missing = _missing(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        _remove(missing)
        file = next((path for path in (folder, *folder.parents) if os.path.isfile(path)), None)
        why = error.strerror if file is None else "a file" if file == folder else f"{file} is a file"
        raise StoreError(f"{folder}: cannot be made: {why}; name another folder with --library") from error
    try:
        yield
    except BaseException:
        if folder in missing:
            _empty(folder)
            _remove(missing)
        raise


def _missing(folder: Path) -> list[Path]:
    """The folder and those above it that are not there, the innermost first."""
    missing = []
    for path in (folder, *folder.parents):
        with suppress(OSError):
            if path.exists():
                break
        missing.append(path)
    return missing


def _empty(folder: Path) -> None:
    """Remove what a library consists of, and nothing else."""
    for name in _FILES:
        for path in folder.glob(f"{name}*"):
            with suppress(OSError):
                path.unlink()
    for name in _FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)


def _remove(folders: list[Path]) -> None:
    """Remove folders that are empty."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
