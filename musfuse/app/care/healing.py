"""What an owner does before it opens a library's databases: one that is damaged is set aside, and replaced.

At a glance only, since mounting waits for it: headers, notes of whoever met damage, and every page of a user.db that is
small. A catalog is made again by the next scan; user.db is replaced by its last backup that is sound. Each step leaves
either the old database or the new one under its name, so that a kill only has it looked at once more.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from musfuse.app.care.accounts import heal_accounts
from musfuse.app.care.replacing import finish, replacement
from musfuse.app.state import StateFolder
from musfuse.errors import StoreError
from musfuse.library.catalog import soundness as catalog
from musfuse.library.catalog.soundness import have_looked_at_again
from musfuse.library.userdb import soundness as userdb
from musfuse.library.userdb.backups import Backups
from musfuse.store.aside import set_aside
from musfuse.store.copies import copy_database
from musfuse.store.integrity import header_problem, problems
from musfuse.store.suspicion import clear, suspicion

log = logging.getLogger(__name__)

_SMALL = 4 << 20
"""Bytes of a user.db whose every page is looked at when it is opened, which takes 5 ms a MiB."""


def heal(state: StateFolder, now_ns: Callable[[], int] = time.time_ns) -> list[str]:
    """Replace what is damaged, and log it; what was done. By whoever holds the library's lock, before any of it is
    opened. Raises StoreError where it cannot be done."""
    healed = _heal_user(state, now_ns), _heal_catalog(state, now_ns), heal_accounts(state, now_ns)
    done = [said for said in healed if said]
    for said in done:
        log.warning("%s", said)
    return done


def damage(path: Path, *, thorough: bool = False) -> str:
    """What is wrong with a database, '' for nothing: at a glance, or `thorough`. A note beside it that turns out to be
    wrong is dropped, by who may write there. Raises StoreError."""
    try:
        wrong = header_problem(path)
        small = path.name == "user.db" and path.exists() and path.stat().st_size <= _SMALL
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    if wrong:
        return wrong
    suspected = suspicion(path)
    if thorough or suspected:
        found = problems(path, most=1) or lacking(path)
    else:
        found = problems(path, quick=True, most=1) if small else []
    if suspected and not found:
        clear(path)
    return found[0] if found else ""


def lacking(path: Path) -> list[str]:
    """What a database lacks that it was made with; nothing of one that is not there. Raises StoreError."""
    return (catalog if path.name == "catalog.db" else userdb).lacks(path) if path.exists() else []


def replace_catalog(state: StateFolder, why: str, now_ns: Callable[[], int] = time.time_ns) -> str:
    """Set the catalog aside; what was done. Raises StoreError."""
    note = f"{state.catalog} was damaged ({why}) and is set aside as {{}}; a scan makes it again, nothing is lost"
    return note.replace("{}", str(set_aside(state.catalog, state.damaged, note, now_ns())))


def replace_user(state: StateFolder, why: str, now_ns: Callable[[], int] = time.time_ns) -> str:
    """Set user.db aside, and put the last backup that is sound in its place, or nothing where there is none; what was
    done. Raises StoreError."""
    backup = next(Backups(state.user).sound(), None)
    new = replacement(state.user)
    if backup is None:
        note = (
            f"{state.user} was damaged ({why}) and is set aside as {{}}; there is no backup of it, so tags and pictures"
            " that were set are gone: `musfuse library restore` brings back a copy, where you have one"
        )
    else:
        note = f"{state.user} was damaged ({why}) and is set aside as {{}}; restored from the backup of {backup}"
        with suppress(OSError):
            new.unlink(missing_ok=True)
        copy_database(backup.path, new)
    have_looked_at_again(state.catalog)
    aside = set_aside(state.user, state.damaged, note, now_ns())
    finish(state.user)
    return note.replace("{}", str(aside))


def _heal_user(state: StateFolder, now_ns: Callable[[], int]) -> str:
    finish(state.user)
    wrong = damage(state.user)
    if wrong:
        return replace_user(state, wrong, now_ns)
    if not state.user.exists():
        return _bring_back(state)
    return ""


def _heal_catalog(state: StateFolder, now_ns: Callable[[], int]) -> str:
    wrong = damage(state.catalog)
    return replace_catalog(state, wrong, now_ns) if wrong else ""


def _bring_back(state: StateFolder) -> str:
    backup = next(Backups(state.user).sound(), None)
    if backup is None:
        return ""
    have_looked_at_again(state.catalog)
    copy_database(backup.path, state.user)
    return f"{state.user} was gone; restored from the backup of {backup}"
