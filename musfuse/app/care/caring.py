"""Answers the requests about the care of a library, over its files: nobody has to own it, or nobody may."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from musfuse.app.care.accounts import replace_accounts
from musfuse.app.care.checking import Checking
from musfuse.app.care.healing import damage, heal, replace_catalog, replace_user
from musfuse.app.state import StateFolder
from musfuse.errors import ConfigError, LibraryInUseError, StoreError, plainly
from musfuse.library.catalog.soundness import have_looked_at_again
from musfuse.library.userdb.backups import Backups
from musfuse.library.userdb.database import SCHEMA_VERSION
from musfuse.library.userdb.soundness import Held, held, lacks, strange
from musfuse.logs.files import keep_log
from musfuse.platform import system
from musfuse.service.handlers import Handlers
from musfuse.service.requests.care import (
    BackedUp,
    BackUpLibrary,
    Checked,
    CheckLibrary,
    Kept,
    Repaired,
    RepairLibrary,
    Restored,
    RestoreLibrary,
    State,
)
from musfuse.store import copy_database
from musfuse.store.integrity import problems

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caring:
    """Over the folder of one library."""

    state: StateFolder

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests."""
        handlers.on(CheckLibrary, lambda _: self.check())
        handlers.on(BackUpLibrary, lambda asked: self.back_up(asked.file))
        handlers.on(RepairLibrary, lambda asked: self.repair(asked.dry_run))
        handlers.on(RestoreLibrary, lambda asked: self.restore(asked.file, asked.dry_run))

    def check(self) -> Checked:
        """Look at everything. Raises ConfigError where there is no library, StoreError."""
        self.state.check_exists()
        return Checking(self.state).check()

    def back_up(self, file: Path) -> BackedUp:
        """Copy user.db, which holds all that cannot be made again. Raises ConfigError where the file is there,
        StoreError."""
        self.state.check_exists()
        if file.exists():
            raise ConfigError(f"{file}: is there already; name a new file")
        copy_database(self.state.user, file)
        return BackedUp(file, file.stat().st_size)

    def repair(self, dry_run: bool = False) -> Repaired:
        """Mend what a check finds. Raises LibraryInUseError, StoreError."""
        found = self.check()
        damaged = {finding.what: finding for finding in found.findings if finding.state is State.DAMAGED}
        if dry_run:
            return Repaired(tuple(f"{finding.detail}; {finding.advice}" for finding in damaged.values()), found.rescan)
        with self._owned():
            done = heal(self.state)  # what lies open, as after a kill
            for what in damaged:
                mended = self._mended(what)
                for said in mended:
                    log.warning("%s", said)
                done += mended
        return Repaired(tuple(done), found.rescan)

    def restore(self, file: Path, dry_run: bool = False) -> Restored:
        """Put a copy in the place of user.db; what was there becomes one of the automatic backups. Raises ConfigError
        where there is no such file, LibraryInUseError, StoreError where it is no copy of a user.db."""
        now = _restorable(file)
        if dry_run:
            self.state.check_exists()
            return Restored(now, self._kept(), None)
        with self.state.made(), self._owned():
            user, before = self.state.user, None
            wrong = damage(user, thorough=True)
            if wrong:
                replace_user(self.state, wrong)
            was = self._kept()
            if was is not None:
                before = Backups(user).make("before-restore").path
            have_looked_at_again(self.state.catalog)
            copy_database(file, user)
        return Restored(now, was, before)

    def _kept(self) -> Kept | None:
        user = self.state.user
        found = held(user) if user.exists() and not problems(user, most=1) else None
        return _kept(found) if found is not None else None

    def _mended(self, what: str) -> list[str]:
        path = {"catalog": self.state.catalog, "user": self.state.user, "jobs": self.state.jobs}.get(what)
        if what == "cache":
            _drop_folder(self.state.cache)
            return [f"{self.state.cache} was damaged and is gone; indexes are built again"]
        if what == "accounts":
            wrong = next(iter(problems(self.state.server, most=1)), "")
            return [replace_accounts(self.state, wrong)] if wrong else []
        assert path is not None
        if what == "jobs":
            _drop(path)
            return [f"{path} was damaged and is gone; only what jobs did is lost"]
        if not path.exists() or not (wrong := damage(path, thorough=True) or self._still(what)):
            return []  # it was mended by the look before
        return [(replace_catalog if what == "catalog" else replace_user)(self.state, wrong)]

    def _still(self, what: str) -> str:
        """What a check finds wrong with a database whose pages are sound."""
        found = (finding for finding in Checking(self.state).check().findings if finding.what == what)
        return next((finding.detail for finding in found if finding.state is State.DAMAGED), "")

    @contextmanager
    def _owned(self) -> Iterator[None]:
        lock = system.ProcessLock(self.state.lock)
        if not lock.acquire():
            raise LibraryInUseError(
                f"{self.state.path}: a process owns this library; `musfuse stop` ends it, then try again"
            )
        with ExitStack() as held:
            held.callback(lock.release)
            keep_log(self.state.log, held)
            yield


def _restorable(path: Path) -> Kept:
    """What a copy of a user.db holds. Raises ConfigError where there is no such file, StoreError where it is none, is
    damaged, is of a newer musfuse, or has what no user.db has: its SQL would run here."""
    name_one = "name one that `musfuse library backup` wrote"
    try:
        if not S_ISREG(path.stat().st_mode):
            raise ConfigError(f"{path}: not a regular file; {name_one}")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; {name_one}") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {plainly(error)}") from error
    no_copy = f"{path}: cannot be restored: it is no sound copy of what `musfuse library backup` copies"
    wrong = problems(path, most=1)
    if wrong or not path.stat().st_size:
        raise StoreError(f"{no_copy}: {wrong[0] if wrong else 'it is empty'}")
    found = held(path)
    if found is None:
        raise StoreError(f"{no_copy}: it holds something else")
    if found.schema > SCHEMA_VERSION:
        raise StoreError(f"{path}: made by a newer musfuse (schema {found.schema}); update musfuse")
    strangely = lacks(path) or strange(path)
    if strangely:
        raise StoreError(f"{no_copy}: {strangely[0]}")
    return _kept(found)


def _kept(found: Held) -> Kept:
    return Kept(
        found.sources, found.tracks, found.changes, found.pictures, found.views, found.plays, found.rated,
        found.collections, found.playlists,
    )  # fmt: skip


def _drop(path: Path) -> None:
    try:
        for end in ("-shm", "-wal", ""):
            path.with_name(path.name + end).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: is damaged, and cannot be dropped: {plainly(error)}") from error


def _drop_folder(path: Path) -> None:
    try:
        shutil.rmtree(path)
    except OSError as error:
        raise StoreError(f"{path}: is damaged, and cannot be dropped: {plainly(error)}") from error
