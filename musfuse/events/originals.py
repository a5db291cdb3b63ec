"""What becomes of originals, of the places they are in, and of what is kept of them on disk."""

from dataclasses import dataclass
from typing import ClassVar

from musfuse.events.types import Event


@dataclass(frozen=True, slots=True)
class FileEvent(Event):
    """Something became of an original: its path within a source, the uid of that, its id in the catalog where the
    publisher knows it."""

    path: str
    origin_id: str
    file_id: int | None = None


class FileAdded(FileEvent):
    """A scan found a file that was not known."""

    __slots__ = ()
    NAME: ClassVar[str] = "file_added"


class FileModified(FileEvent):
    """A file that was known was read anew, because it changed or all files were asked for."""

    __slots__ = ()
    NAME: ClassVar[str] = "file_modified"


class FileRemoved(FileEvent):
    """A file is not where it was; one that was moved is told of under its new path as added."""

    __slots__ = ()
    NAME: ClassVar[str] = "file_removed"


@dataclass(frozen=True, slots=True)
class FileAccessed(Event):
    """A file of the drive is read: `size` bytes from `offset` on were asked for; at most one a handle a minute.
    `file_id` is the public id of the item, `path` and `origin_id` those of its original."""

    NAME: ClassVar[str] = "file_accessed"
    file_id: int
    path: str
    origin_id: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class OriginEvent(Event):
    """Something became of a source as a whole; `origin_id` is its uid."""

    origin_id: str


class OriginConnected(OriginEvent):
    """A source that was away, or was not looked at yet, can be reached."""

    __slots__ = ()
    NAME: ClassVar[str] = "origin_connected"


class OriginDisconnected(OriginEvent):
    """A source cannot be reached any more, or could not when it was first looked at."""

    __slots__ = ()
    NAME: ClassVar[str] = "origin_disconnected"


class SyncStarted(OriginEvent):
    """A scan of a source begins."""

    __slots__ = ()
    NAME: ClassVar[str] = "sync_started"


@dataclass(frozen=True, slots=True)
class SyncCompleted(Event):
    """A scan of a source ended, whole or not: so many files were read or are gone."""

    NAME: ClassVar[str] = "sync_completed"
    origin_id: str
    files_changed: int


@dataclass(frozen=True, slots=True)
class CacheEviction(Event):
    """So many bytes of encoded runs left the disk, to make room for others."""

    NAME: ClassVar[str] = "cache_eviction"
    bytes_freed: int
