"""Copies of databases: whole or not there, also after a kill, and sound."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from musfuse.errors import StoreError
from musfuse.platform import system
from musfuse.store.integrity import problems
from musfuse.store.opening import DamagedError, is_unsound, reading_uri
from musfuse.store.suspicion import suspect

_PAGES = 1024

Report = Callable[[int, int], None]
"""Hears of (pages done, pages of all)."""


def copy_database(source: Path, target: Path, report: Report = lambda _done, _all: None, *, table: str = "kv") -> None:
    """Copy a database as of one moment, while others write it; the target is whole or as it was, also after a kill.

    A target that is there is written over in one transaction of its own, so that nobody who has it open sees a half; a
    new one is written under another name, looked at page by page, and on the disk before it has its own. `table` is one
    that the source has where it is what it is taken for. Raises
    DamagedError where the source is damaged, StoreError where either is no database of ours, or cannot be read or
    written.
    """
    written = target if target.exists() else partial(target)
    try:
        with closing(sqlite3.connect(reading_uri(source), uri=True)) as old:
            old.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
            if written != target:
                written.unlink(missing_ok=True)  # of a copy that was killed
            with closing(sqlite3.connect(written, timeout=20)) as new:
                old.backup(new, pages=_PAGES, progress=lambda _, left, count: report(count - left, count))
                if written != target:
                    new.execute("PRAGMA journal_mode=DELETE")  # one file, which nothing has to lie beside to be read
        if written != target:
            put_in_place(written, target, source)
    except (sqlite3.Error, OSError) as error:
        if written != target:
            with suppress(OSError):
                written.unlink(missing_ok=True)
        said = f"{source} cannot be copied to {target}: {error}"
        if isinstance(error, sqlite3.Error) and is_unsound(error):
            raise DamagedError(said) from error
        raise StoreError(said) from error


def put_in_place(written: Path, target: Path, source: Path) -> None:
    """Give a whole copy of `source` its name, once it is on the disk. Raises OSError, and DamagedError where it is not
    sound: then it is dropped, and the source is noted as damaged."""
    wrong = problems(written, quick=True, most=1)
    if wrong:
        written.unlink()
        suspect(source, wrong[0])
        raise DamagedError(f"{source} cannot be copied to {target}: it is damaged: {wrong[0]}")
    with written.open("rb+") as file:
        os.fsync(file.fileno())
    written.replace(target)
    system.flush_folder(target.parent)


def partial(target: Path) -> Path:
    """Where a copy lies until it is whole."""
    return target.with_name(f".{target.name}.partial")
