"""What is kept of far originals, for whoever asks: figures and pins, and the jobs that fetch and verify it."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from musfuse.app.library import Library
from musfuse.errors import ConfigError, OriginError
from musfuse.jobs import JobContext
from musfuse.library.selection import MAIN, Selected
from musfuse.model import SourceFile, Stamp
from musfuse.service.handlers import Handlers
from musfuse.service.port import Asked
from musfuse.service.requests.chunks import (
    BeginChunkCheck,
    ChunksCleared,
    ChunksTold,
    ClearChunks,
    Pinned,
    PinTracks,
    ShowChunks,
    Unpinned,
    UnpinTracks,
)
from musfuse.service.requests.owner import JobBegun
from musfuse.sources.urgency import Urgency

if TYPE_CHECKING:
    from musfuse.store.chunks.store import ChunkStore

log = logging.getLogger(__name__)

_STEP = 1 << 20
_MOST_PINNED = 0.9
"""The part of the limit that may be pinned: what is only played needs room, too."""
_NOT_KEPT = "found no room in the cache, or changed a moment ago; pin it again then"
_SECONDS = 60.0
"""As long as a command waits for a collection."""
_TOLD = 5
"""Problems that a job names."""


class FarContents:
    """Use cases of one library."""

    def __init__(self, library: Library) -> None:
        self._library, self._chunks = library, library.stores.chunks

    def answer(self, handlers: Handlers, begin: Callable[[str], int]) -> None:
        """Answer the requests; `begin` begins a job of a kind, and tells its id."""
        handlers.on(ShowChunks, lambda _: self.told())
        handlers.on(ClearChunks, self._clear)
        handlers.on(BeginChunkCheck, lambda _: JobBegun(begin("verify")))
        handlers.on(PinTracks, lambda asked: self._pin(asked, begin))
        handlers.on(UnpinTracks, self._unpin)

    def told(self) -> ChunksTold:
        """What is kept. Raises StoreError."""
        chunks, store = self._chunks, self._chunks.there()
        if store is None:
            return ChunksTold(str(chunks.folder), chunks.limit, 0, 0, 0, 0, 0, 0, 0, 0, 0, chunks.problem)
        kept, (_, pinned_size) = store.kept(), store.pinned()
        return ChunksTold(
            str(chunks.folder), store.limit, kept.chunk_bytes, kept.chunks, kept.versions, kept.bytes,
            kept.pinned_files, kept.pinned_bytes, pinned_size, store.hits, store.misses, store.problem,
        )  # fmt: skip

    def fetch_pinned(self, context: JobContext) -> Mapping[str, Any]:
        """Fetch what is pinned and not here. A source that is away is not asked again; what is missing is named."""
        store = self._chunks.there()
        done = fetched = 0
        problems: list[str] = []
        away = set[str]()
        total = store.pinned()[0] if store is not None else 0
        for file in self._pinned_files(store) if store is not None else ():
            if context.stopping:
                break
            context.progress(done, total, file.path)
            if store is not None and not store.is_whole(file) and file.source_uid not in away:
                try:
                    fetched += self._fetched(store, file, context)
                except OriginError as error:
                    away.update({file.source_uid} if error.may_retry else ())
                    problems.append(str(error))
            done += 1
        if store is not None:
            store.recutter.wait()  # a command may end now
        context.progress(done, total)
        return {"files": done, "fetched": fetched, "failed": len(problems), "problems": problems[:_TOLD]}

    def verify(self, context: JobContext) -> Mapping[str, Any]:
        """Read every chunk, and drop what is damaged. Raises StoreError, ConfigError."""
        store = self._usable()
        if store is None:
            context.progress(0)
            return {"chunks": 0, "damaged": 0, "strays": 0}
        from musfuse.store.chunks.checking import verify

        found = verify(store.shelf, context.progress, lambda: context.stopping)
        if found.damaged or found.strays:
            log.warning("%d chunks were damaged, %d files belonged to none; they are dropped", found[1], found[2])
        return found._asdict()

    def _usable(self) -> "ChunkStore | None":
        """As LazyChunks.there. Raises ConfigError where something was kept, and cannot be opened now."""
        store = self._chunks.there()
        if store is None and self._chunks.problem:
            raise ConfigError(self._chunks.problem)
        return store

    def _clear(self, asked: ClearChunks) -> ChunksCleared:
        store = self._usable()
        return ChunksCleared(*store.clear(asked.source)) if store is not None else ChunksCleared(0, 0)

    def _pin(self, asked: PinTracks, begin: Callable[[str], int]) -> Pinned:
        store = self._store()
        size = store.pinned()[1]
        new: dict[tuple[str, str], SourceFile] = {}  # no more than fits
        already = near = added = 0
        for row in self._selected(asked.targets, asked.collections):
            file = SourceFile(row.source_uid, row.inside, Stamp(row.source_bytes, 0))
            if self._is_near(file.source_uid):
                near += 1
            elif (file.source_uid, file.path) not in new and store.is_pinned(file):
                already += 1
            elif (file.source_uid, file.path) not in new:
                new[file.source_uid, file.path] = file
                added += row.source_bytes
            if size + added > store.limit * _MOST_PINNED:
                raise _too_much(store.limit * _MOST_PINNED - size, store.limit)
        if asked.dry_run:
            return Pinned(len(new), added, already, near, 0)
        for file in new.values():
            store.pin(file)
        return Pinned(len(new), added, already, near, begin("pin") if new or already else 0)

    def _unpin(self, asked: UnpinTracks) -> Unpinned:
        store = self._usable()
        if store is None:
            return Unpinned(0)
        if not asked.targets and not asked.collections:
            return Unpinned(store.unpin_all())
        files = (SourceFile(row.source_uid, row.inside, Stamp(0, 0))
                 for row in self._selected(asked.targets, asked.collections))  # fmt: skip
        return Unpinned(sum(store.unpin(file) for file in files))

    def _selected(self, targets: Sequence[Asked], collections: Sequence[str]) -> Iterator[Selected]:
        """The tracks of targets, then those of collections. Raises NotFoundError, QueryError, ConfigError."""
        from musfuse.app.build.collections import build_shelf

        selection, stores = self._library.tagging.selection, self._library.stores
        if targets:
            yield from selection.of(targets)
        shelf, view = build_shelf(stores.user, stores.database, selection.formats), selection.view(MAIN)
        for name in collections:
            members = shelf.members(shelf.get(name), view, counts=False, seconds=_SECONDS)
            yield from selection.rows(members.items, view)

    def _store(self) -> "ChunkStore":
        """The cache, made where there is none. Raises ConfigError where there can be none."""
        store = self._chunks.get()
        if store is None:
            raise ConfigError(
                self._chunks.problem or "nothing is kept of far sources: cache.content is 0; set it to so many bytes"
            )
        return store

    def _is_near(self, uid: str) -> bool:
        return self._library.sources.origin(uid, Urgency.PREFETCH).traits.local

    def _pinned_files(self, store: "ChunkStore") -> Iterator[SourceFile]:
        """What is pinned and part of the library, in the version that it knows."""
        for uid, path in store.pins():
            row = self._library.catalog.tracks.at(uid, path, 0)
            if row is not None:
                yield row.track.file

    def _fetched(self, store: "ChunkStore", file: SourceFile, context: JobContext) -> int:
        """Have all of a file here: 1 where it is. Raises OriginError, also where it found no room."""
        origin = self._library.sources.origin(file.source_uid, Urgency.PREFETCH)
        for at in range(0, file.stamp.size, _STEP):
            if context.stopping:
                return 0
            origin.read(file.path, at, _STEP, file.stamp)
        if not store.is_whole(file):
            raise OriginError(f"{origin.name}/{file.path}: {store.problem or _NOT_KEPT}")
        return 1


def _too_much(left: float, limit: int) -> ConfigError:
    return ConfigError(
        f"these are more than the {_gib(left)} that may still be pinned, so nothing was; cache.content is {_gib(limit)}"
        ": `musfuse config set --save cache.content BYTES` allows more after a restart, `musfuse cache unpin` lets"
        " others go"
    )


def _gib(size: float) -> str:
    return f"{max(0.0, size) / (1 << 30):.2f} GiB"
