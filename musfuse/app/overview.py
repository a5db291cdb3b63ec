"""What a host answers to who steers it from outside: a glance at everything, its sources, its caches."""

import os
import time
from functools import cached_property

from musfuse import __version__
from musfuse.app.methods import Hosting
from musfuse.app.sourcehealth import SourcesAtAGlance
from musfuse.drive import Drive
from musfuse.errors import StoreError
from musfuse.service.handlers import Handlers
from musfuse.service.requests.overview import (
    CacheCleared,
    CacheTold,
    ClearCache,
    LibraryState,
    LookAtSource,
    Overview,
    ShowCache,
    ShowOverview,
    SourceHealth,
    SourceOverview,
    TierTold,
)
from musfuse.store import KvNamespace

_ALL = float("inf")
_HURT = frozenset({SourceHealth.DEGRADED, SourceHealth.UNHEALTHY})


class OwnerOverview:
    """Use cases of one host."""

    def __init__(self, host: Hosting) -> None:
        self._host = host

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests."""
        handlers.on(ShowOverview, lambda _: self.overview())
        handlers.on(LookAtSource, lambda asked: self._sources.one(asked.id, look=asked.look))
        handlers.on(ShowCache, lambda _: self.cache())
        handlers.on(ClearCache, self.clear)

    def overview(self) -> Overview:
        """A library at a glance. Raises StoreError."""
        host, library, media = self._host, self._host.library, self._host.library.media
        recorder, sources = library.drives.recorder, self._sources.all()
        return Overview(
            version=__version__,
            pid=os.getpid(),
            library=str(library.folder),
            uptime_seconds=round(time.time() - host.began, 3),
            mounts=tuple(host.mounts()),
            state=self._state(sources),
            open_files=library.drive.open_handles,
            operations=recorder.total("musfuse_fuse_ops") if recorder is not None else 0,
            files=Drive.statvfs(library.drive).files,  # not as a call of the drive, which would be counted
            cache_bytes=media.frame_cache.held_bytes + library.stores.frame_files.held_bytes,
            sources=sources,
        )

    def cache(self) -> CacheTold:
        """What is kept and can be made again. Raises StoreError."""
        stores, memory = self._host.library.stores, self._host.library.media.frame_cache
        entries = size = 0
        for namespace in (KvNamespace.INDEX, KvNamespace.ARTWORK):
            found = stores.disk.figures(namespace) if stores.disk is not None else (0, 0)
            entries, size = entries + found[0], size + found[1]
        tracks, taken = stores.frame_files.figures()
        files, content, contents = stores.frame_files, TierTold(0, 0), 0
        if (far := stores.chunks.opened()) is not None:
            kept = far.kept()
            content, contents = TierTold(kept.chunks, kept.chunk_bytes, far.hits, far.misses), kept.bytes
        return CacheTold(
            TierTold(entries, size),
            TierTold(len(memory), memory.held_bytes, memory.hits, memory.misses),
            TierTold(tracks, taken, files.hits, files.misses),
            files.limit,
            content,
            stores.chunks.limit,
            contents,
        )

    def clear(self, asked: ClearCache) -> CacheCleared:
        """Drop what can be made again. Raises NotFoundError, StoreError."""
        if asked.source:
            self._host.library.sources.row(asked.source)
        far = self._host.library.stores.chunks.there() if asked.chunks else None
        before, entries = self._taken(), 0
        if asked.chunks:
            entries += self._clear_runs(asked.source)
            entries += far.clear(asked.source)[1] if far is not None else 0
        if asked.made:
            entries += self._host.library.media.indexes.drop_all(asked.source)
        return CacheCleared(max(0, before - self._taken()), entries)

    @cached_property
    def _sources(self) -> SourcesAtAGlance:
        return SourcesAtAGlance(self._host.library)

    def _taken(self) -> int:
        told = self.cache()
        return told.made.bytes + told.memory.bytes + told.disk.bytes + told.content.bytes

    def _clear_runs(self, source: str) -> int:
        """Drop the encoded runs of a source, of all for ''; of how many tracks and in how many pieces of memory."""
        memory, files = self._host.library.media.frame_cache, self._host.library.stores.frame_files
        if not source:
            return memory.clear() + sum(files.drop(name, _ALL) for name in list(files.unused_since(_ALL)))
        before = files.figures()[0] + len(memory)
        for key in self._host.library.media.indexes.keys(source):
            memory.forget(key)
            files.forget(key)
        return max(0, before - files.figures()[0] - len(memory))

    def _state(self, sources: tuple[SourceOverview, ...]) -> LibraryState:
        host = self._host
        if host.ending:
            return LibraryState.ENDING
        if not host.ready.is_set():
            return LibraryState.STARTING
        if any(host.jobs.told(kind)["state"] == "running" for kind in ("scan", "rescan")):
            return LibraryState.SYNCING
        hurt = any(one.health in _HURT for one in sources) or self._unwritten()
        return LibraryState.DEGRADED if hurt else LibraryState.READY

    def _unwritten(self) -> bool:
        try:
            return bool(self._host.library.unwritten())
        except StoreError:
            return True
