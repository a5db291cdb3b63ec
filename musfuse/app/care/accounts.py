"""The care of server.db: who may use the library over a network. It cannot be made again, so it is backed up as user.db
is; one that is damaged is set aside, and its last backup that is sound takes its place."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from musfuse.app.care.replacing import finish, replacement
from musfuse.app.state import StateFolder
from musfuse.errors import StoreError
from musfuse.library.userdb.backups import Backups
from musfuse.server.tables.database import TABLE
from musfuse.server.tables.devices import forget_devices
from musfuse.service.requests.care import Finding, State
from musfuse.store.aside import set_aside
from musfuse.store.copies import copy_database
from musfuse.store.integrity import header_problem, problems
from musfuse.store.suspicion import clear, suspicion

_NO_BACKUP = (
    "there is no backup of it: accounts are made anew, by `musfuse user add` or the link that `musfuse serve` says"
)


def accounts_backups(state: StateFolder, keep: int = 7) -> Backups:
    """The automatic backups of accounts."""
    return Backups(state.server, keep, table=TABLE)


def heal_accounts(state: StateFolder, now_ns: Callable[[], int] = time.time_ns) -> str:
    """Replace accounts that are damaged, as far as headers and notes of damage tell; what was done. Raises
    StoreError."""
    finish(state.server)
    if not state.server.exists():
        return ""
    wrong = header_problem(state.server)
    suspected = suspicion(state.server)
    if not wrong and suspected:
        wrong = next(iter(problems(state.server, most=1)), "")
        if not wrong:
            clear(state.server)
    return replace_accounts(state, wrong, now_ns) if wrong else ""


def replace_accounts(state: StateFolder, why: str, now_ns: Callable[[], int] = time.time_ns) -> str:
    """Set server.db aside, and put its last backup that is sound in its place, or nothing where there is none; what was
    done. Nobody is let in by what the backup let in: it may have been revoked since. Raises StoreError."""
    backup = next(accounts_backups(state).sound(), None)
    note = f"{state.server} was damaged ({why}) and is set aside as {{}}; "
    if backup is None:
        note += _NO_BACKUP
    else:
        note += f"restored from the backup of {backup}; devices sign in again, and keys are made anew"
        new = replacement(state.server)
        with suppress(OSError):
            new.unlink(missing_ok=True)
        copy_database(backup.path, new, table=TABLE)
        forget_devices(new)
    aside = set_aside(state.server, state.damaged, note, now_ns())
    finish(state.server)
    return note.replace("{}", str(aside))


def check_accounts(state: StateFolder) -> Iterator[Finding]:
    """What is found of accounts, where there are any. Raises StoreError."""
    path = state.server
    if not path.exists():
        return
    wrong = problems(path)
    if wrong:
        backup = next(accounts_backups(state).sound(), None)
        mend = f"puts the backup of {backup} in its place" if backup else f"sets it aside; {_NO_BACKUP}"
        yield Finding(
            "accounts", State.DAMAGED, f"{path.name} is damaged: {wrong[0]}", f"`musfuse library repair` {mend}"
        )
        return
    if suspicion(path):
        yield Finding("accounts", State.NOTE, f"{path.name} failed once and is sound: {suspicion(path)}")
    yield Finding("accounts", State.OK, f"{path.name} is sound")


def back_up_accounts(state: StateFolder, hours: float, keep: int) -> str:
    """Make a backup of accounts where one is due, and drop those that are too many; its path, '' for none. Raises
    StoreError."""
    backups = accounts_backups(state, keep)
    if not backups.is_due(hours):
        return ""
    try:
        made = backups.make()
        backups.thin()
    except OSError as error:
        raise StoreError(f"{backups.folder}: no backup can be made: {error.strerror}") from error
    return str(made.path)
