"""Requests about the chunk cache: contents of far originals that are kept on this machine."""

from typing import ClassVar

from musfuse.service.port import Answer, Asked, Request
from musfuse.service.requests.owner import JobBegun


class ChunksTold(Answer, frozen=True):
    """What is kept: `bytes` of `limit` at most, in `chunks`, of `files` versions of files; `contents` is what these
    have together, each by itself. Of the `pinned` files, `pinned_bytes` are here of `pinned_size`. How often something
    that was asked for was here since the process began (`hits`), and how often not, or not all of it. `problem`: why
    nothing is kept now, '' where it is."""

    folder: str
    limit: int
    bytes: int
    chunks: int
    files: int
    contents: int
    pinned: int
    pinned_bytes: int
    pinned_size: int
    hits: int
    misses: int
    problem: str


class ChunksCleared(Answer, frozen=True):
    """So many bytes and chunks are gone."""

    bytes: int
    chunks: int


class Pinned(Answer, frozen=True):
    """Files that are pinned now, or would be, and their bytes; those that were `already`, and tracks whose originals
    lie on this machine (`near`), of which nothing has to be kept. `job` fetches them, 0 for none."""

    files: int
    bytes: int
    already: int
    near: int
    job: int


class Unpinned(Answer, frozen=True):
    """So many files are not pinned any more."""

    files: int


class ShowChunks(Request[ChunksTold], frozen=True):
    """What is kept. Raises StoreError."""

    METHOD: ClassVar[str] = "chunks.show"


class ClearChunks(Request[ChunksCleared], frozen=True):
    """Drop what is kept of a source (by its id), or of all, and not pinned. Raises StoreError."""

    METHOD: ClassVar[str] = "chunks.clear"
    source: str = ""


class BeginChunkCheck(Request[JobBegun], frozen=True):
    """Read every chunk, and drop what is damaged."""

    METHOD: ClassVar[str] = "chunks.verify"


class PinTracks(Request[Pinned], frozen=True):
    """Keep the originals of the tracks that the targets mean, and of those that are in collections now, whole and for
    good, and fetch what is not here. Raises NotFoundError, QueryError, and ConfigError where they are more than the
    cache may hold."""

    METHOD: ClassVar[str] = "chunks.pin"
    targets: tuple[Asked, ...]
    dry_run: bool = False
    collections: tuple[str, ...] = ()


class UnpinTracks(Request[Unpinned], frozen=True):
    """Let go of the originals of the tracks that the targets mean, and of those that are in collections now; of all
    where neither is named. Raises NotFoundError, QueryError."""

    METHOD: ClassVar[str] = "chunks.unpin"
    targets: tuple[Asked, ...] = ()
    collections: tuple[str, ...] = ()
