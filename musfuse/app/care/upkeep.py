"""What is done for a library's databases in the background: a look at every page, backups, room given back."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from musfuse.app.build.store import Stores
from musfuse.app.care.accounts import back_up_accounts
from musfuse.app.care.checking import cache_database
from musfuse.app.state import StateFolder
from musfuse.errors import StoreError
from musfuse.jobs import JobContext
from musfuse.library.userdb.backups import Backups
from musfuse.library.userdb.options import BackupOptions
from musfuse.store.integrity import problems
from musfuse.store.opening import DamagedError, failure
from musfuse.store.shrinking import bytes_of, check_room, shrink
from musfuse.store.suspicion import suspect

log = logging.getLogger(__name__)

Shrink = Callable[[sqlite3.Connection], None]
_CHECK_SECONDS = 24 * 3600.0


class Upkeep:
    """Jobs of one library. `clock` is a monotonic one, in seconds."""

    def __init__(
        self,
        state: StateFolder,
        stores: Stores,
        options: BackupOptions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state, self._stores, self.options, self._clock = state, stores, options, clock
        self._looked = float("-inf")
        self.healed: Sequence[str] = ()
        """What was damaged when the library was opened, and how that was mended."""

    def care(self, context: JobContext) -> Mapping[str, Any]:
        """Look at every page of the databases once a day, and make backups where they are due. Raises DamagedError for
        one that is damaged: the next owner mends it."""
        checked = 0
        if self._clock() - self._looked >= _CHECK_SECONDS:
            looked_at = [self._state.user, self._state.catalog]
            looked_at += [self._state.server] if self._state.server.exists() else []
            for path in looked_at:
                self._look(path, context)
                if context.stopping or context.gives_way():
                    return {"checked": checked, "backup": ""}
                checked += 1
                context.progress(checked, len(looked_at), path.name)
            self._looked = self._clock()
        return {"checked": checked, "backup": self.back_up_if_due()}

    def back_up_if_due(self) -> str:
        """Make a backup where one is due, also of accounts, and drop those that are too many; the path of that of
        user.db, '' for none. Raises StoreError."""
        accounts = back_up_accounts(self._state, self.options.hours, self.options.keep)
        if accounts:
            log.info("%s: backup of %s", accounts, self._state.server.name)
        backups = Backups(self._state.user, self.options.keep)
        if not backups.is_due(self.options.hours):
            return ""
        try:
            made = backups.make()
            backups.thin()
        except OSError as error:
            raise StoreError(f"{backups.folder}: no backup can be made: {error.strerror}") from error
        log.info("%s: backup of %s", made.path, self._state.user.name)
        return str(made.path)

    def vacuum(self, context: JobContext) -> Mapping[str, Any]:
        """Make all databases as small as they can be; bytes `before` and `after`. The one that is at it when the job is
        told to stop is as it was. Raises StoreError where the disk has no room for that."""
        others = self._state.jobs, self._state.server, cache_database(self._state)
        todo: list[tuple[Path, Callable[[Shrink], None]]] = [
            (self._state.catalog, self._stores.database.vacuum),
            (self._state.user, self._stores.user.kv.vacuum),
            *((path, _Alone(path).vacuum) for path in others if path.exists()),
        ]
        before = {path: bytes_of(path) for path, _ in todo}
        for path, _ in todo:
            check_room(path)
        for number, (path, vacuum) in enumerate(todo):
            if context.stopping:
                break
            context.progress(number, len(todo), path.name)
            vacuum(lambda db: _stoppable(db, context))
            context.progress(number + 1, len(todo), path.name)
        after = {path: bytes_of(path) for path, _ in todo}
        return {
            "before": sum(before.values()), "after": sum(after.values()),
            "databases": {path.name: [before[path], after[path]] for path, _ in todo},
        }  # fmt: skip

    def _look(self, path: Path, context: JobContext) -> None:
        found = problems(
            path, quick=True, most=1, stopping=lambda: context.stopping or context.gives_way(), open_here=True
        )
        if found:
            suspect(path, found[0])
            raise DamagedError(f"{path} is damaged: {found[0]}; `musfuse library repair` mends it")


class _Alone:
    """A database of which this process has another connection, or none."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def vacuum(self, shrink: Shrink) -> None:
        """Have `shrink` make it smaller. Raises StoreError."""
        try:
            with closing(sqlite3.connect(self._path, isolation_level=None, timeout=20)) as db:
                shrink(db)
        except sqlite3.Error as error:
            raise failure(self._path, error) from error


def _stoppable(db: sqlite3.Connection, context: JobContext) -> None:
    """Shrink a database; where the job is to stop meanwhile, it is as it was."""
    with context.stopped_by(db.interrupt):
        try:
            shrink(db)
        except sqlite3.OperationalError:
            if not context.stopping:
                raise


class Caretaker:
    """Asks for upkeep now and then, for as long as a process owns a library."""

    def __init__(self, ask: Callable[[], object], first_seconds: float = 60.0, seconds: float = 3600.0) -> None:
        self._ask, self._first, self._seconds = ask, first_seconds, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="caretaker", daemon=True)

    def start(self) -> None:
        """Begin to ask, the first time after some seconds: mounting comes first."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._stop.set()
        with suppress(RuntimeError):  # never started
            self._thread.join()

    def _run(self) -> None:
        pause = self._first
        while not self._stop.wait(pause):
            self._ask()
            pause = self._seconds
