"""Which pictures tracks have, where each comes from, and which of them are used."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from musfuse.errors import OriginError
from musfuse.library.catalog import Tracks
from musfuse.library.catalog.companions import Companions
from musfuse.library.selection import Selection
from musfuse.media.embedded import EmbeddedCovers
from musfuse.model import ArtKind, Picture, Track
from musfuse.origins import Origin
from musfuse.service.handlers import Handlers
from musfuse.service.port import Asked
from musfuse.service.requests.art import PictureTold, ShowArt, TrackArt


@dataclass(frozen=True, slots=True)
class Pictures:
    """Reads the catalog, and in originals what it does not tell: how many pixels an embedded picture has.

    Originals are parsed in the process that asks, so the one that owns a drive does not answer this.
    """

    selection: Selection
    tracks: Tracks
    companions: Companions
    covers: EmbeddedCovers
    origin_of: Callable[[str], Origin]

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about pictures that only read."""
        handlers.on_listing(ShowArt, lambda listing: self.of(listing.targets))

    def of(self, targets: Sequence[Asked]) -> Iterator[TrackArt]:
        """Each track with its pictures, of each kind the strongest first: set here, embedded, beside the original.

        One that was taken away has `hidden`; `used` says whether what is served shows it, in the file or as the cover.
        """
        for selected in self.selection.of(targets):
            row = self.tracks.track(selected.id)
            if row is not None:
                pictures = tuple(self._pictures(row.track, selected.source))
                yield TrackArt(selected.path, selected.source, selected.part, pictures)

    def _pictures(self, track: Track, source: str) -> Iterator[PictureTold]:
        art = dict(track.art)
        embedded = self._embedded(track)
        around = self.companions.pictures(track.id)
        for kind in ArtKind:
            if kind in art and not art[kind]:
                yield PictureTold(kind, "set", used=True, hidden=True)
            yield from (_facts(kind, "set", "", picture, True) for picture in art.get(kind, ()))
            own = [picture for picture in embedded if ArtKind.of(picture.kind) is kind]
            for number, picture in enumerate(own):
                carried = not track.rendition.is_encoded or (kind is ArtKind.FRONT and not number)
                yield _facts(kind, "embedded", source, picture, kind not in art and carried)
            lying = [(path, picture) for said, path, picture in around if said == kind.value]
            for number, (path, picture) in enumerate(lying):
                cover = kind is ArtKind.FRONT and kind not in art and track.picture is None and not number
                yield _facts(kind, "beside", path, picture, cover)

    def _embedded(self, track: Track) -> list[Picture]:
        if track.picture is None and track.rendition.is_encoded:
            return []
        try:
            return self.covers.pictures(self.origin_of(track.file.source_uid), track.file)
        except OriginError:  # away: what the scan saw of it stands
            return [track.picture] if track.picture else []


def _facts(kind: ArtKind, origin: str, file: str, picture: Picture, used: bool) -> PictureTold:
    pixels = (picture.width, picture.height) if picture.width else None
    return PictureTold(kind, origin, used, file, picture.mime, picture.size, pixels, picture.description)
