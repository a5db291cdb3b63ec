"""The tags and pictures that a rendition carries: TagOverlayService over what the catalog knows of a track."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from musfuse.errors import MalformedError, MediaError
from musfuse.lru import Lru
from musfuse.media.art.facts import describe_picture
from musfuse.media.art.port import CoverExtractor
from musfuse.media.art.scale import scaled_jpeg
from musfuse.media.formats import FormatRegistry
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.model import ArtKind, Picture, Track
from musfuse.origins import Origin
from musfuse.store import PictureStore

log = logging.getLogger(__name__)

_REMEMBERED = 4096


class RenditionTags:
    """The tags of the catalog, and pictures no larger than devices take.

    `embed`: `made` puts the cover into files made here, `always` into originals that have none as well, `never` puts in
    only what somebody set. `max_pixels` is the longest side of a picture, 0 for any.
    """

    def __init__(
        self,
        formats: FormatRegistry,
        pictures: PictureStore,
        covers: CoverExtractor,
        *,
        embed: Literal["made", "always", "never"] = "made",
        max_pixels: int = 0,
        id3: int = 4,
        padding: int = 8192,
    ) -> None:
        self._formats, self._store, self._covers = formats, pictures, covers
        self._embed, self._max_pixels = embed, max_pixels
        self._id3, self._padding = id3, padding
        self._lock = threading.Lock()
        self._scaling = threading.BoundedSemaphore(2)  # a large picture takes 150 MB while it is made smaller
        self._fitted: Lru[str, Picture] = Lru(_REMEMBERED)

    def token(self) -> str:
        """What the bytes of tags and pictures depend on beside the track."""
        return f"{self._embed}/{self._max_pixels}/{self._id3}/{self._padding}"

    def pictures(self, track: Track) -> Sequence[Picture]:
        """Pictures for a file made here: those that are set, else the original's cover, else one beside it."""
        art = dict(track.art)
        found = list(art.get(ArtKind.FRONT, ()))
        if ArtKind.FRONT not in art and self._embed != "never":
            cover = self._own(track)
            found += [cover] if cover else []
        found += [p for kind in (ArtKind.BACK, ArtKind.OTHER) for p in art.get(kind, ())]
        return [self._fit(picture) for picture in found]

    def base_pictures(self, track: Track) -> Sequence[Picture]:
        """The pictures that `pictures` would give if nobody had set any: the room in a header is measured by them."""
        return self.pictures(replace(track, art=())) if track.art else self.pictures(track)

    def edit(self, track: Track, origin: Origin) -> TagEdit:
        """What has to change in an original for it to carry the track's tags and pictures."""
        art = dict(track.art)
        if ArtKind.FRONT not in art:
            front = self._wanted_front(track, origin)
            if front is not None:
                art[ArtKind.FRONT] = (front,)
        known = self._formats.get(track.format.container)
        types = known.picture_types if known is not None else frozenset[str]()
        pictures = tuple(self._fit_to(types, p) for kind in ArtKind for p in art.get(kind, ()))
        made = make_edit(
            track.embedded if track.embedded is not None else track.tags, track.tags, None, self._id3, self._padding
        )
        return replace(made, pictures=pictures, replaced=frozenset(art))

    def load(self, picture: Picture) -> bytes:
        """The bytes of a picture that `pictures` or `edit` named."""
        data = self._store.get(picture.digest)
        if data is None:
            raise MediaError(f"picture {picture.digest}: lost from the cache; `musfuse scan --all` restores it")
        return data

    def _own(self, track: Track) -> Picture | None:
        if track.picture is not None and track.picture.digest:
            return track.picture
        return track.folder_picture

    def _wanted_front(self, track: Track, origin: Origin) -> Picture | None:
        """A picture for an original that has none, or one in place of a picture that is too large."""
        if track.picture is None:
            return track.folder_picture if self._embed == "always" else None
        if not self._max_pixels:
            return None
        found = self._covers.extract(origin, track.file)
        if found is None or max(found.picture.width, found.picture.height) <= self._max_pixels:
            return None
        self._store.keep(found.picture.digest, found.data)
        return found.picture

    def _fit(self, picture: Picture) -> Picture:
        """A picture, or a smaller one made of it where it is too large."""
        longest = self._max_pixels
        fits = not longest or max(picture.width, picture.height) <= longest
        return picture if fits else self._made(picture, longest)

    def _fit_to(self, types: frozenset[str], picture: Picture) -> Picture:
        """As `_fit`, for a format whose readers know these MIME types only (any, where there are none)."""
        fitted = self._fit(picture)
        return fitted if not types or fitted.mime in types else self._made(fitted, 0)

    def _made(self, picture: Picture, longest: int) -> Picture:
        """A JPEG made of a picture, whose longer side is `longest` pixels (0: as it is)."""
        digest = f"{picture.digest}-{longest}"
        with self._lock:
            fitted = self._fitted.get(digest)
        if fitted is None:
            data = self._store.get(digest)
            if data is None:
                try:
                    with self._scaling:
                        data = scaled_jpeg(self.load(picture), longest)
                except MalformedError as error:  # a catalog of before knows pictures that were not decoded
                    log.warning("a picture is served as it is: %s", error)
                    return picture
                self._store.keep(digest, data)
            facts = describe_picture(data)
            if facts is None:
                return picture
            fitted = replace(facts.picture, digest=digest)
            with self._lock:
                self._fitted.put(digest, fitted)
        return replace(fitted, kind=picture.kind, description=picture.description)
