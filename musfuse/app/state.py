"""What lies in the folder of a library, and how such a folder comes to be: only where a library comes of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from musfuse.errors import ConfigError, StoreError, plainly
from musfuse.platform import system
from musfuse.platform.regular import OWNER_LOCK

LOG_NAME = "musfuse.log"


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The folder of a library. These names are those of libraries that exist: they stay as they are."""

    path: Path

    @property
    def catalog(self) -> Path:
        """The database of what is known of originals, which can be made again."""
        return self.path / "catalog.db"

    @property
    def user(self) -> Path:
        """The database of what cannot be made again: sources, and what somebody said."""
        return self.path / "user.db"

    @property
    def jobs(self) -> Path:
        """The database of jobs, which tells what a process that was killed was at."""
        return self.path / "jobs.db"

    @property
    def events(self) -> Path:
        """The database of what happened."""
        return self.path / "events.db"

    @property
    def tokens(self) -> Path:
        """The database of tokens, by which others reach the library over a network."""
        return self.path / "tokens.db"

    @property
    def server(self) -> Path:
        """The database of accounts, and of what others than the library's owner think of music and play."""
        return self.path / "server.db"

    @property
    def app_passwords(self) -> Path:
        """The file of app passwords, which no backup carries."""
        return self.path / "app-passwords.json"

    @property
    def lock(self) -> Path:
        """The file that the process which owns the library holds locked."""
        return self.path / OWNER_LOCK

    @property
    def log(self) -> Path:
        """What the owner did, and what failed."""
        return self.path / LOG_NAME

    @property
    def cache(self) -> Path:
        """The folder of indexes and pictures, which can be made again."""
        return self.path / "cache"

    @property
    def frames(self) -> Path:
        """The folder of the frame cache, named after the runs of frames in it."""
        return self.path / "runs"

    @property
    def chunks(self) -> Path:
        """The folder of the chunk cache: contents of far originals."""
        return self.path / "chunks"

    @property
    def damaged(self) -> Path:
        """The folder of databases that were damaged, set aside."""
        return self.path / "damaged"

    @property
    def backups(self) -> Path:
        """The folder of automatic backups of what cannot be made again."""
        return self.path / "backups"

    @property
    def devices(self) -> Path:
        """The file that tells on which players and disks files were put."""
        return self.path / "devices.json"

    @property
    def copies(self) -> Path:
        """The folder of copies of other programs' databases, each for as long as it takes to read it."""
        return self.path / ".import-copies"

    def drop_copies(self) -> None:
        """Drop what an import left that was killed. By whoever holds the library's lock, before anything is
        imported."""
        if not self.copies.exists():
            return
        import shutil

        shutil.rmtree(self.copies, ignore_errors=True)

    def check_exists(self) -> None:
        """Raise ConfigError where there is no library in the folder."""
        if not (self._has(self.catalog) or self._has(self.user)):
            raise ConfigError(f"{self.path}: no library there; `musfuse scan SOURCE` or `musfuse mount` makes one")

    def check_scanned(self) -> None:
        """Raise ConfigError where there is no library, or its catalog is gone."""
        self.check_exists()
        if not self._has(self.catalog):
            raise ConfigError(f"{self.path}: its catalog is gone; `musfuse scan` makes it again")

    @contextmanager
    def made(self, stays: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """Make the folder where it is missing. Where the block fails, what was made for it is taken away again, unless
        it `stays` all the same: a mistyped name leaves nothing behind. Raises StoreError."""
        missing = _missing(self.path)
        try:
            system.private_folder(self.path)
        except OSError as error:
            _remove(missing)
            raise StoreError(f"{self.path}: cannot be made: {self._obstacle(error)}") from error
        try:
            yield
        except BaseException:
            if self.path in missing and not stays():
                self._empty()
                _remove(missing)
            raise

    def _has(self, path: Path) -> bool:
        try:
            return path.exists()
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be looked into: {plainly(error)}") from error

    def _obstacle(self, error: OSError) -> str:
        file = next((path for path in (self.path, *self.path.parents) if os.path.isfile(path)), None)
        why = error.strerror if file is None else "a file" if file == self.path else f"{file} is a file"
        return f"{why}; name another folder with --library"

    def _empty(self) -> None:
        """Remove what a library consists of, and nothing else: a database has files of its name beside it."""
        import shutil

        others = self.tokens, self.server, self.app_passwords, self.lock, self.log, self.devices
        for file in (self.catalog, self.user, self.jobs, self.events, *others):
            for path in self.path.glob(f"{file.name}*"):
                with suppress(OSError):
                    path.unlink()
        for folder in (self.cache, self.frames, self.chunks, self.damaged, self.backups, self.copies):
            shutil.rmtree(folder, ignore_errors=True)


def default_folder() -> Path:
    """Where a library keeps its state when nobody says otherwise."""
    import platformdirs

    named = os.environ.get("MUSFUSE_LIBRARY")
    return Path(named) if named else Path(platformdirs.user_data_dir("musfuse", appauthor=False))


def _missing(folder: Path) -> list[Path]:
    """The folder and those above it that are not there, the innermost first."""
    missing = []
    for path in (folder, *folder.parents):
        with suppress(OSError):
            if path.exists():
                break
        missing.append(path)
    return missing


def _remove(folders: list[Path]) -> None:
    """Remove folders that are empty."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
