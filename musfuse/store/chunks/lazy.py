"""The chunk cache of a library, opened when a far source is asked first: a library without one loads nothing of it."""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from musfuse.errors import StoreError
from musfuse.store.opening import DamagedError
from musfuse.store.suspicion import suspicion

if TYPE_CHECKING:
    from musfuse.store.chunks.store import ChunkStore

log = logging.getLogger(__name__)

_DATABASE = "chunks.db"
_OLD = ".old-"
INSTALL = "pip install 'musfuse[cache]'"


class LazyChunks:
    """A ChunkStore in `folder`, of `limit` bytes; none for a limit of 0, or where it cannot be had, which is said."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self.on_evicted: Callable[[int], None] = lambda _: None
        self._lock = threading.Lock()
        self._store: ChunkStore | None = None
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why nothing can be kept now, '' where it can, or nothing was to be kept so far."""
        store = self._store
        return self._problem if store is None else store.problem

    def opened(self) -> "ChunkStore | None":
        """The cache where it is open already."""
        return self._store

    def has_pins(self) -> bool:
        """Whether something is pinned, as far as the cache is open, and can tell."""
        try:
            return self._store is not None and self._store.pinned()[0] > 0
        except StoreError:
            return False

    def get(self) -> "ChunkStore | None":
        """The cache, opened; None where there is none."""
        if self.limit <= 0:
            return None
        with self._lock:
            if self._store is None and not self._problem:
                try:
                    self._store = self._made()
                except (StoreError, ImportError) as error:
                    self._problem = f"{_reason(error)}; what far sources give is not kept on disk"
                    log.warning("%s", self._problem)
            return self._store

    def close(self) -> None:
        """Close the cache where it was opened."""
        with self._lock:
            store, self._store = self._store, None
        if store is not None:
            store.close()

    def _made(self) -> "ChunkStore":
        from musfuse.store.chunks.store import ChunkStore

        database = self.folder / _DATABASE
        if suspicion(database) or (self.folder.exists() and not database.exists()):
            self._set_aside("its table is damaged or gone")
        self._drop_old()
        try:
            return ChunkStore(self.folder, self.limit, on_evicted=lambda size: self.on_evicted(size))
        except DamagedError as error:
            self._set_aside(str(error))
            self._drop_old()
            return ChunkStore(self.folder, self.limit, on_evicted=lambda size: self.on_evicted(size))

    def _set_aside(self, why: str) -> None:
        """Begin anew: without its table nobody knows what lies in the cache."""
        log.warning("%s: %s; the cache begins anew, and is filled by what is read", self.folder, why)
        with suppress(OSError):
            self.folder.rename(self.folder.with_name(f"{self.folder.name}{_OLD}{time.time_ns()}"))

    def _drop_old(self) -> None:
        """Remove what was set aside, behind everything else: it may be many files."""
        old = list(self.folder.parent.glob(f"{self.folder.name}{_OLD}*"))
        if old:
            threading.Thread(target=_remove, args=(old,), name="drop-chunks", daemon=True).start()


def _remove(folders: list[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _reason(error: Exception) -> str:
    return f"{error}; {INSTALL} brings it" if isinstance(error, ImportError) else str(error)
