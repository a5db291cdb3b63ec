"""What a track is on a device: as a view serves it, or as it would by another policy; how large, and its bytes."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace

from musfuse.devices.choosing import Chosen
from musfuse.errors import MediaError, MusfuseError, NotFoundError
from musfuse.library.catalog import TrackRow, Tracks
from musfuse.library.names import rendition_extension
from musfuse.library.naming import ViewRules
from musfuse.library.sizes import Sizes, pcm_bytes
from musfuse.media.engine import MediaEngine
from musfuse.media.indexing.pool import Priority
from musfuse.media.indexing.protocol import Answer
from musfuse.media.layout import Blob, Inline, Layout, SourceRange
from musfuse.media.ports import NotIndexedError
from musfuse.model import Rendition, Track

_FIRST_S, _LAST_S, _STEP_S = 315_532_800 + 86_400, 4_354_819_198 - 86_400, 2
"""1980 to 2107, less a day for time zones: what FAT keeps, in steps of 2 s."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A track as a file: `path` is that of the drive, with the extension of what it is served as. `version` is another
    one wherever its bytes are."""

    chosen: Chosen
    path: str
    size: int
    version: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Unrendered:
    """A track that cannot be made now, and why."""

    chosen: Chosen
    why: str


class Renderer:
    """Makes tracks of a view, under its policy or another one. All methods may be called from many threads.

    `ahead` indexes are built at the same time. Of what that encodes `keeps` bytes are kept for who opens these tracks
    soon, those that come first, since they are opened first.
    """

    def __init__(
        self,
        tracks: Tracks,
        engine: MediaEngine,
        sizes: Sizes,
        rules: ViewRules,
        policy: str,
        *,
        ahead: int,
        keeps: int = 0,
    ) -> None:
        self._tracks, self._engine, self._sizes = tracks, engine, sizes
        self._rules, self._policy, self._ahead, self._keeps = rules, policy, ahead, keeps

    def rendered(
        self, chosen: Iterable[Chosen], stops: Callable[[], bool] = lambda: False
    ) -> Iterator[Rendered | Unrendered]:
        """What each of these tracks is as a file, in their order; indexes that are missing are built, some ahead of
        those that are given."""
        waiting = deque[tuple[Chosen, Rendered | Unrendered | Future[Answer]]]()
        for one in chosen:
            if stops():
                return
            waiting.append((one, self._begin(one)))
            while waiting and (len(waiting) > self._ahead or not isinstance(waiting[0][1], Future)):
                yield self._finish(*waiting.popleft(), stops)
        while waiting and not stops():
            yield self._finish(*waiting.popleft(), stops)

    def open(self, item: int) -> tuple[Layout, str]:
        """The bytes of a track, and their version. Raises MusfuseError."""
        track = self._track(item)
        layout = self._engine.layout(track)
        return layout, self._version(track, layout)

    def _begin(self, one: Chosen) -> "Rendered | Unrendered | Future[Answer]":
        try:
            track = self._track(one.item)
            try:
                return self._told(one, track)
            except NotIndexedError:
                return self._sizes.request(track, self._priority(track))
        except MusfuseError as error:
            return Unrendered(one, str(error))

    def _finish(
        self, one: Chosen, begun: "Rendered | Unrendered | Future[Answer]", stops: Callable[[], bool]
    ) -> Rendered | Unrendered:
        if not isinstance(begun, Future):
            return begun
        while not stops():
            try:
                answer = begun.result(0.2)
            except TimeoutError:
                continue
            if answer.index is None and answer.may_retry:
                return Unrendered(one, answer.error)
            again = self._begin(one)  # where it cannot be decoded, it is its original from now on
            return Unrendered(one, answer.error) if isinstance(again, Future) else again
        return Unrendered(one, "was not looked at any more")

    def _priority(self, track: Track) -> Priority:
        """What is asked for ahead of somebody is kept, and else not."""
        self._keeps -= pcm_bytes(track)
        return Priority.FOLDER if self._keeps > 0 else Priority.BACKGROUND

    def _told(self, one: Chosen, track: Track) -> Rendered:
        layout = self._engine.layout(track)
        try:
            version = self._version(track, layout)
            path = _renamed(one.path, self._shown(one.item), track)
            return Rendered(one, path, layout.size, version, fat_time(track.mtime_ns))
        finally:
            layout.close()

    def _track(self, item: int) -> Track:
        row = self._row(item)
        return replace(row.track, rendition=self._rendition(row))

    def _row(self, item: int) -> TrackRow:
        row = self._tracks.track(item)
        if row is None:
            raise NotFoundError("is gone from the library")
        return row

    def _shown(self, item: int) -> Rendition:
        return self._row(item).track.rendition

    def _rendition(self, row: TrackRow) -> Rendition:
        """What a track is made into: as `ViewRules.place` has it."""
        if not self._policy:
            return row.becomes or row.track.rendition
        track, cut = row.track, row.track.part is not None
        if row.problem and cut:
            raise MediaError(f"{track.file.path}: {row.problem}")
        made = Rendition.ORIGINAL if row.problem else self._rules.rendition_of(track.format, self._policy, cut)
        edited = track.embedded is not None or bool(track.art) or self._rules.retag_all
        return Rendition.RETAGGED if made is Rendition.ORIGINAL and edited else made

    def _version(self, track: Track, layout: Layout) -> str:
        """A hash of all that decides about the bytes: the version of the original, which part of it, what it is made
        into and by what, and what is made here as it is."""
        digest = hashlib.blake2b(digest_size=16)
        file, samples = track.file, track.sample_range
        token = "" if track.rendition is Rendition.ORIGINAL else self._engine.token(track.rendition)
        digest.update(repr((str(file.stamp), samples.start, samples.stop, str(track.rendition), token)).encode())
        for segment in layout.segments:
            match segment:
                case Inline(data=data):
                    digest.update(data)
                case Blob(digest=name):
                    digest.update(name.encode())
                case SourceRange(start=start, length=length):
                    digest.update(f"original {start} {length}".encode())
                case other:
                    digest.update(f"{type(other).__name__} {other.length}".encode())
        return digest.hexdigest()


def fat_time(time_ns: int) -> int:
    """A time as FAT keeps it, in ns since 1970."""
    seconds = min(max(time_ns // 10**9, _FIRST_S), _LAST_S)
    return seconds // _STEP_S * _STEP_S * 10**9


def _renamed(path: str, shown: Rendition, track: Track) -> str:
    """The path of a track with the extension of what it is made into in place of what the view serves."""
    before, after = (rendition_extension(kind, track.file.path) for kind in (shown, track.rendition))
    if before == after:
        return path
    ends = bool(before) and path.lower().endswith(f".{before.lower()}")
    return f"{path[: -len(before) - 1] if ends else path}.{after}" if after else path
