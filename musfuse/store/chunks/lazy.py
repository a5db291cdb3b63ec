"""The chunk cache of a library, opened when a far source is asked first: a library without one loads nothing of it."""

import logging
import re
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from musfuse.errors import StoreError
from musfuse.model import SourceFile
from musfuse.store.opening import DamagedError
from musfuse.store.suspicion import suspicion

if TYPE_CHECKING:
    from musfuse.store.chunks.store import ChunkStore

log = logging.getLogger(__name__)

_DATABASE = "chunks.db"
_OLD, _OWN = re.compile(r"\.old-\d+"), re.compile(r"chunks\.db.*")
_AGAIN_SECONDS = 60.0
INSTALL = "pip install 'musfuse[cache]'"


class LazyChunks:
    """A ChunkStore in `folder`, of `limit` bytes; none for a limit of 0, or where it cannot be had, which is said. Then
    it is tried again after a while: a disk that was full has room some time. `now` is a monotonic clock, in seconds."""

    def __init__(self, folder: Path, limit: int, now: Callable[[], float] = time.monotonic) -> None:
        self.folder, self.limit, self._now, self._again_at = folder, limit, now, 0.0
        self.on_evicted: Callable[[int], None] = lambda _: None
        self._lock = threading.Lock()
        self._store: ChunkStore | None = None
        self._closed, self._lacking, self._problem = False, False, ""

    @property
    def problem(self) -> str:
        """Why nothing can be kept now, '' where it can, or nothing was to be kept so far."""
        store = self._store
        return self._problem if store is None else store.problem

    def opened(self) -> "ChunkStore | None":
        """The cache where it is open already."""
        return self._store

    def there(self) -> "ChunkStore | None":
        """The cache where anything was kept so far, opened."""
        return self.get() if self._store is not None or self.folder.exists() else None

    def has_pins(self) -> bool:
        """Whether something is pinned, as far as the cache is open, and can tell."""
        try:
            return self._store is not None and self._store.pinned()[0] > 0
        except StoreError:
            return False

    def get(self) -> "ChunkStore | None":
        """The cache, opened; None where there is none. With a limit of 0 one from before is opened: then all goes that
        is not pinned, and the rest can be let go of."""
        if (store := self._store) is not None or (self.limit <= 0 and not (self.folder / _DATABASE).exists()):
            return store
        with self._lock:
            if self._store is None and not self._closed and self._now() >= self._again_at:
                self._open()
            return self._store

    def contents(self) -> "LazyChunks | None":
        """What keeps and gives contents from now on; None where there never will be any: for a limit of 0, and without
        the packages."""
        self.get()
        return self if self.limit > 0 and not self._lacking else None

    def read(self, file: SourceFile, offset: int, size: int) -> bytes:
        """As the cache has it; nothing where there is none."""
        store = self.get()
        return b"" if store is None else store.read(file, offset, size)

    def missing_until(self, file: SourceFile, offset: int, end: int) -> int:
        """As the cache has it; `end` where there is none."""
        store = self.get()
        return end if store is None else store.missing_until(file, offset, end)

    def keep(self, file: SourceFile, offset: int, data: bytes) -> bool:
        """Keep bytes of a version where there is a cache; whether they are kept."""
        store = self.get()
        return store is not None and store.keep(file, offset, data)

    def holds(self, file: SourceFile, offset: int, end: int) -> bool:
        """Whether all of a range is kept where there is a cache."""
        store = self.get()
        return store is not None and store.holds(file, offset, end)

    def read_head(self, file: SourceFile, offset: int, size: int) -> bytes:
        """As the cache has it; nothing where there is none."""
        store = self.get()
        return b"" if store is None else store.read_head(file, offset, size)

    def keep_heads(self, heads: Sequence[tuple[SourceFile, int, bytes]]) -> None:
        """Keep what a scan looked at, where there is a cache."""
        store = self.get()
        if store is not None:
            store.keep_heads(heads)

    def close(self) -> None:
        """Close the cache where it was opened."""
        with self._lock:
            store, self._store, self._closed = self._store, None, True
        if store is not None:
            store.close()

    def _open(self) -> None:
        try:
            self._store = self._made()
        except (StoreError, ImportError) as error:
            known, self._problem = self._problem, f"{_reason(error)}; what far sources give is not kept on disk"
            self._lacking, self._again_at = isinstance(error, ImportError), self._now() + _AGAIN_SECONDS
            if not known:
                log.warning("%s", self._problem)
        else:
            self._problem = ""

    def _made(self) -> "ChunkStore":
        from musfuse.store.chunks.store import ChunkStore

        database = self.folder / _DATABASE
        if suspicion(database) or (self.folder.exists() and not database.is_file()):
            self._set_aside("its table is damaged or gone")
        self._drop_old()
        try:
            return ChunkStore(self.folder, self.limit, on_evicted=lambda size: self.on_evicted(size))
        except DamagedError as error:
            self._set_aside(str(error))
            self._drop_old()
            return ChunkStore(self.folder, self.limit, on_evicted=lambda size: self.on_evicted(size))

    def _set_aside(self, why: str) -> None:
        """Begin anew: without its table nobody knows what lies in the cache. What is its own moves aside within the
        folder, which may be a link, or a disk of its own, and hold more."""
        from musfuse.store.chunks.files import holds_chunks

        aside = self.folder / f".old-{time.time_ns()}"
        with suppress(OSError):
            own = [entry for entry in self.folder.iterdir() if _OWN.fullmatch(entry.name) or holds_chunks(entry)]
            if own:
                log.warning(
                    "%s: %s; the cache begins anew, and is filled by what is read; what was pinned is no more",
                    self.folder,
                    why,
                )
                aside.mkdir()
            for entry in own:
                entry.rename(aside / entry.name)

    def _drop_old(self) -> None:
        """Remove what was set aside, behind everything else: it may be many files."""
        old = [entry for entry in self.folder.glob(".old-*") if _OLD.fullmatch(entry.name)]
        if old:
            threading.Thread(target=_remove, args=(old,), name="drop-chunks", daemon=True).start()


def _remove(folders: list[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _reason(error: Exception) -> str:
    return f"{error}; {INSTALL} brings it" if isinstance(error, ImportError) else str(error)
