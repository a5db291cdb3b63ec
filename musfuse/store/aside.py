"""Files that are damaged are kept aside, a few of each: somebody may still get something out of them."""

import time
from contextlib import suppress
from pathlib import Path

from musfuse.errors import StoreError, plainly
from musfuse.platform import system
from musfuse.store.suspicion import clear

KEPT = 2
"""Damaged databases of one name that are kept."""
_SIDES = ("-wal", "")
"""What goes along. The database goes last: after a kill there is a database without its log, never a log that another
database under this name would take for its own."""


def set_aside(path: Path, folder: Path, note: str, now_ns: int) -> Path:
    """Put a database into a folder for damaged ones, with a note of what it is; where it is now. Nobody may have it
    open. Raises StoreError where it cannot be moved."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_ns / 1e9))
    target = folder / f"{path.stem}-{stamp}{path.suffix}"
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{stamp}-{number}{path.suffix}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _note(target).write_text(note.replace("{}", str(target)), "utf-8", "backslashreplace")
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
        for end in _SIDES:
            with suppress(FileNotFoundError):
                path.with_name(path.name + end).replace(target.with_name(target.name + end))
        system.flush_folder(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: is damaged, and cannot be set aside in {folder}: {plainly(error)}") from error
    clear(path)
    _thin(folder, path)
    return target


def notes(folder: Path) -> list[str]:
    """What is said of the databases that lie aside, by name; of those that somebody took away nothing."""
    found = []
    with suppress(OSError):
        for note in sorted(folder.glob("*.txt")):
            if note.with_suffix("").exists():
                found.append(note.read_text("utf-8", "replace"))
    return found


def _thin(folder: Path, path: Path) -> None:
    with suppress(OSError):
        kept = sorted(folder.glob(f"{path.stem}-*{path.suffix}"))
        for old in kept[:-KEPT]:
            for file in (old, old.with_name(f"{old.name}-wal"), _note(old)):
                file.unlink(missing_ok=True)


def _note(target: Path) -> Path:
    return target.with_name(f"{target.name}.txt")
