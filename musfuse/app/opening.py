"""Opens a library under its lock; what is damaged is set aside first."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol, TypeVar

from musfuse.app.care.healing import heal
from musfuse.app.care.upkeep import Upkeep
from musfuse.app.state import StateFolder
from musfuse.errors import LibraryInUseError
from musfuse.logs.files import keep_log
from musfuse.logs.options import LoggingOptions
from musfuse.platform import system
from musfuse.store.opening import DamagedError


class Kept(Protocol):
    """What is opened: something whose databases are looked after."""

    @property
    def upkeep(self) -> Upkeep: ...


K = TypeVar("K", bound=Kept)


def open_sound(folder: Path, closing: ExitStack, logging: LoggingOptions, make: Callable[[ExitStack], K]) -> K:
    """Open a library, which `make` builds of parts that its stack closes; a database that turns
    out to be damaged meanwhile is looked at whole by the next try. Raises LibraryInUseError, StoreError."""
    for _ in ("the catalog", "user.db"):
        with suppress(DamagedError):
            return _open(folder, closing, logging, make)
    return _open(folder, closing, logging, make)


def _open(folder: Path, closing: ExitStack, logging: LoggingOptions, make: Callable[[ExitStack], K]) -> K:
    state, opened = StateFolder(folder), ExitStack()
    closing.callback(opened.close)
    lock = system.ProcessLock(state.lock)
    if not lock.acquire():
        raise LibraryInUseError(f"{folder}: another process owns this library; `musfuse status` shows it")
    opened.callback(lock.release)
    keep_log(state.log, opened, logging)
    try:
        state.drop_copies()
        healed = heal(state)
        library = make(opened)
    except BaseException:
        opened.close()
        raise
    library.upkeep.healed = healed
    return library
