"""Covers that folders show: taken out of originals, made smaller, and looked at before a listing names them.

Once that was done, nobody reads the original to tell a size: what the picture is stands in the catalog, what was made
of it in the cache. The picture itself is kept there only once somebody read it.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from musfuse.errors import MalformedError, MusfuseError, NoEntryError, NotFoundError, SourceChangedError
from musfuse.library.catalog import Renditions, TrackRow, Tracks
from musfuse.lru import Lru
from musfuse.media.art.port import CoverExtractor
from musfuse.media.art.scale import scaled_jpeg
from musfuse.media.layout import Blob, Layout
from musfuse.model import Picture
from musfuse.origins import Origin
from musfuse.origins.traits import IndexWhen
from musfuse.store import PictureStore

log = logging.getLogger(__name__)

MEDIUM, THUMB = 300, 150
"""Pixels of the longer side of cover_medium.jpg and cover_thumb.jpg."""

_REMEMBERED = 1024
_AS_IT_IS = ("image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture that a folder shows: `track` is that whose original holds it, 0 where it is no part of one. Its digest
    is empty until it was looked at."""

    picture: Picture
    mtime_ns: int
    track: int = 0


class Covers:
    """Pictures of folders in their sizes. All methods may be called from many threads."""

    def __init__(
        self,
        tracks: Tracks,
        renditions: Renditions,
        pictures: PictureStore,
        extractor: CoverExtractor,
        origin_of: Callable[[str], Origin],
    ) -> None:
        self._tracks, self._renditions, self._store = tracks, renditions, pictures
        self._extractor, self._origin_of = extractor, origin_of
        self._lock = threading.Lock()
        self._made: Lru[str, int] = Lru(_REMEMBERED)
        self._scaling = threading.BoundedSemaphore(2)  # a large picture takes 150 MB while it is made smaller

    def usable(self, cover: Cover) -> Cover | None:
        """The cover with its picture as it turned out, its smallest size made; None where it cannot be shown.

        One that cannot be read just now stands as it is: whoever asks for it hears why.
        """
        try:
            picture = self._taken_out(cover)
            self._scaled(picture, THUMB)
        except (NoEntryError, NotFoundError, SourceChangedError) as error:
            log.info("a cover is not shown: %s", error)
            return None
        except MusfuseError as error:
            log.warning("a cover cannot be looked at now: %s", error)
            return cover
        return replace(cover, picture=picture)

    def make(self, cover: Cover) -> bool:
        """Make a cover in its sizes where that was not done, and keep these alone; whether it can be shown. Raises what
        `layout` raises, NoEntryError excepted."""
        try:
            picture = self._taken_out(cover, keep=False)
            for longest in _made_of(picture):
                self._scaled(picture, longest)
        except NoEntryError as error:
            log.info("a cover is not made: %s", error)
            return False
        return True

    def size(self, cover: Cover, longest: int) -> int:
        """The exact size in bytes of what `layout` gives, which raises the same; its bytes are not read for it."""
        picture = self._taken_out(cover)
        return self._scaled(picture, longest) if longest or picture.mime not in _AS_IT_IS else picture.size

    def is_lazy(self, cover: Cover) -> bool:
        """Whether a cover is looked at only when somebody asks for it: its original is not to be read before that."""
        row = self._tracks.track(cover.track) if cover.track else None
        if row is None or self._known(cover) is not None:
            return False
        return self._origin_of(row.track.file.source_uid).traits.index is not IndexWhen.EAGER

    def layout(self, cover: Cover, longest: int) -> Layout:
        """The bytes of a cover, the longer side `longest` pixels at most (0: as it is).

        Raises NoEntryError where it cannot be decoded or is gone, and what the origin raises.
        """
        picture = self._taken_out(cover)
        if not longest and picture.mime in _AS_IT_IS:
            if cover.track and self._store.kept(picture.digest) is None:
                picture = self._extracted(self._row(cover), keep=True)
            elif self._store.get(picture.digest) is None:
                raise _lost(picture)
            return Layout([Blob(self._store, picture.digest, picture.size)])
        return Layout([Blob(self._store, _scaled_digest(picture, longest), self._scaled(picture, longest))])

    def _known(self, cover: Cover) -> Picture | None:
        """The cover's picture where it was looked at, whether its bytes are kept or not."""
        if cover.picture.digest:
            return cover.picture
        row = self._tracks.track(cover.track) if cover.track else None
        known = row.track.picture if row is not None else None
        return known if known is not None and known.digest else None

    def _taken_out(self, cover: Cover, *, keep: bool = True) -> Picture:
        """The cover's picture; taken out of the original where nobody did that yet."""
        return self._known(cover) or self._extracted(self._row(cover), keep=keep)

    def _row(self, cover: Cover) -> TrackRow:
        row = self._tracks.track(cover.track) if cover.track else None
        if row is None:
            raise NoEntryError("the track that a cover comes from is gone")
        return row

    def _extracted(self, row: TrackRow, *, keep: bool) -> Picture:
        """The picture of an original. With `keep` its bytes are kept, without it only what is made of them."""
        file = row.track.file
        extracted = self._extractor.extract(self._origin_of(file.source_uid), file)
        if extracted is None:
            self._renditions.set_picture(row.track, None)
            raise NoEntryError(f"{file.path}: its picture cannot be decoded")
        if keep:
            self._store.keep(extracted.picture.digest, extracted.data)
        else:
            for longest in _made_of(extracted.picture):
                self._scaled(extracted.picture, longest, extracted.data)
        self._renditions.set_picture(row.track, extracted.picture)
        return extracted.picture

    def _scaled(self, picture: Picture, longest: int, whole: bytes | None = None) -> int:
        """Bytes of the scaled picture, made of the `whole` one where it is not kept."""
        digest = _scaled_digest(picture, longest)
        with self._lock:
            size = self._made.get(digest)
        if size is not None:
            return size
        data = self._store.get(digest) if whole is None else self._store.kept(digest)
        if data is None:
            data = self._smaller(whole or self._store.get(picture.digest), picture, longest)
            self._store.keep(digest, data)
        with self._lock:
            self._made.put(digest, len(data))
        return len(data)

    def _smaller(self, whole: bytes | None, picture: Picture, longest: int) -> bytes:
        if whole is None:
            raise _lost(picture)
        try:
            with self._scaling:
                return scaled_jpeg(whole, longest)
        except MalformedError as error:
            raise NoEntryError(f"a cover: {error}") from error


def _made_of(picture: Picture) -> tuple[int, ...]:
    """The sizes of a cover that are no copy of its picture."""
    return (MEDIUM, THUMB) if picture.mime in _AS_IT_IS else (0, MEDIUM, THUMB)


def _scaled_digest(picture: Picture, longest: int) -> str:
    return f"{picture.digest}-{longest}"


def _lost(picture: Picture) -> NoEntryError:
    return NoEntryError(f"picture {picture.digest} is lost; `musfuse scan --all` looks for another")
