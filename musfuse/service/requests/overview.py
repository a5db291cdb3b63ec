"""Requests of who steers a library from outside: what it is at, its sources, what it keeps on disk."""

from enum import StrEnum
from typing import ClassVar, TypeVar

from musfuse.service.port import Answer, Request

A = TypeVar("A")


class LibraryState(StrEnum):
    """What a library is at. `SYNCING`: a scan is under way; `DEGRADED`: something of it is not as it should be."""

    STARTING = "starting"
    READY = "ready"
    SYNCING = "syncing"
    DEGRADED = "degraded"
    ENDING = "ending"


class SourceHealth(StrEnum):
    """How a source is. `DEGRADED`: it can be reached, but not all of it could be, or it does not tell of changes."""

    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class SourceOverview(Answer, frozen=True):
    """A source: `kind` is its scheme; `files` of audio with so many `bytes`; its health when it was looked at, in ns
    since 1970, and what is wrong ('' for nothing)."""

    id: str
    kind: str
    name: str
    root: str
    files: int
    bytes: int
    health: SourceHealth
    problem: str
    looked_ns: int


class Overview(Answer, frozen=True):
    """A library at a glance. `operations`: calls of the drive, 0 where they are not counted; `files` of the main view;
    `cache_bytes` of encoded runs in memory and on disk."""

    version: str
    pid: int
    library: str
    uptime_seconds: float
    mounts: tuple[str, ...]
    state: LibraryState
    open_files: int
    operations: int
    files: int
    cache_bytes: int
    sources: tuple[SourceOverview, ...]


class TierTold(Answer, frozen=True):
    """What a part of the cache holds, and how often something was found there, or not."""

    entries: int
    bytes: int
    hits: int = 0
    misses: int = 0


class CacheTold(Answer, frozen=True):
    """What is kept and can be made again: indexes and pictures (`made`), encoded runs in memory (`memory`), and of so
    many tracks on disk (`disk`, of `limit` bytes at most); chunks of far originals (`content`, of `content_limit` bytes
    at most), of files that have `contents` bytes, each by itself."""

    made: TierTold
    memory: TierTold
    disk: TierTold
    limit: int
    content: TierTold = TierTold(0, 0)
    content_limit: int = 0
    contents: int = 0


class CacheCleared(Answer, frozen=True):
    """So many bytes and values are gone."""

    bytes: int
    entries: int


class _OfOwner(Request[A], frozen=True):
    @property
    def live(self) -> bool:
        """Only the owner knows."""
        return True


class ShowOverview(_OfOwner[Overview], frozen=True):
    """A library at a glance: what may be asked for often."""

    METHOD: ClassVar[str] = "overview.show"


class LookAtSource(_OfOwner[SourceOverview], frozen=True):
    """Look whether a source can be reached now, unless that was done a moment ago; without `look` tell what is known.
    Raises NotFoundError."""

    METHOD: ClassVar[str] = "overview.source"
    id: str
    look: bool = True


class ShowCache(_OfOwner[CacheTold], frozen=True):
    """What is kept and can be made again."""

    METHOD: ClassVar[str] = "cache.show"


class ClearCache(Request[CacheCleared], frozen=True):
    """Drop what can be had again: `chunks`, encoded runs and contents of far originals, but for what is pinned, and
    `made`, indexes; of one source (by its id) or all. Files that are open go on. Raises NotFoundError where there is no
    such source."""

    METHOD: ClassVar[str] = "cache.clear"
    chunks: bool = True
    made: bool = False
    source: str = ""
