"""The FormatTranscoder of originals that are served with other tags: a header made here, the audio as it is."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from musfuse.errors import UNEXPECTED, MalformedError, MediaError, MusfuseError
from musfuse.lru import Lru
from musfuse.media.formats import FormatRegistry
from musfuse.media.layout import Layout, SourceRange
from musfuse.media.ports import TagOverlayService
from musfuse.model import AudioFormat, Rendition, Track
from musfuse.origins import Origin, all_or_nothing
from musfuse.origins.places import place_in
from musfuse.store import PictureStore

if TYPE_CHECKING:
    from musfuse.media.retag.pieces import Piece

RETAG_VERSION = 3
"""Raised whenever the same edit would give other bytes, so that kept sizes are made anew."""

_KEPT_HEADERS, _SMALL_HEADER = 256, 64 * 1024
"""Headers kept in memory: how many, and how large one may be in bytes."""

log = logging.getLogger(__name__)


class Retagger:
    """Serves originals with the tags of the catalog. `refused` is told of a track whose original does not take them,
    which is served as it is then."""

    kind = Rendition.RETAGGED.kind

    def __init__(
        self,
        formats: FormatRegistry,
        tags: TagOverlayService,
        pictures: PictureStore,
        refused: Callable[[Track, str], None],
    ) -> None:
        self._formats = formats
        self._tags, self._pictures, self._refused = tags, pictures, refused
        self._lock = threading.Lock()
        self._headers: Lru[tuple[object, ...], list[Piece]] = Lru(_KEPT_HEADERS)

    def accepts(self, fmt: AudioFormat) -> bool:
        """Every stream: an original that does not take tags is served as it is."""
        del fmt
        return True

    def needs_index(self, fmt: AudioFormat) -> bool:
        """Never: headers and the original tell."""
        del fmt
        return False

    def token(self, rendition: Rendition = Rendition.RETAGGED) -> str:
        """What the bytes of headers depend on beside the track."""
        del rendition
        return f"retagged/{RETAG_VERSION}/{self._tags.token()}"

    def layout(self, track: Track, origin: Origin) -> Layout:
        """Header and original audio; one range of the original where nothing has to change. Reads headers only."""
        from musfuse.media.retag.bind import bind

        file = track.file
        whole = [SourceRange(origin, file, 0, file.stamp.size)]
        try:
            pieces = self._plan(track, origin)
            if pieces is None:
                return Layout(whole)
        except MediaError as error:
            log.info("%s/%s: served with its own tags: %s", origin.name, file.path, error)
            self._refused(track, str(error))
            return Layout(whole)
        except OSError as error:
            raise MalformedError(
                f"{place_in(origin.name, file.path)}: its header is damaged: it points outside of the file"
            ) from error
        except MusfuseError:
            raise
        except Exception:  # a file that no planner was written for must still open
            log.exception("%s/%s: served with its own tags", origin.name, file.path)
            self._refused(track, UNEXPECTED)
            return Layout(whole)
        return Layout(bind(pieces, origin, file, self._pictures))

    def _plan(self, track: Track, origin: Origin) -> "list[Piece] | None":
        """The pieces of the rendition, kept by the track's version; None where nothing has to change."""
        # What makes headers is loaded where a tag was changed, not before: mounting is not to wait for it.
        from musfuse.media.planning import plan

        key = (track.id, track.version, track.file, self.token())
        with self._lock:
            known = self._headers.get(key)
            if known is not None:
                return known
        edit = self._tags.edit(track, origin)
        if not edit.changed and not edit.replaced:
            return None
        with all_or_nothing(origin, track.file) as reader:
            pieces = plan(self._formats, reader, track.file.stamp.size, edit, self._tags.load, track.format.container)
        if sum(len(piece) for piece in pieces if isinstance(piece, bytes)) <= _SMALL_HEADER:
            with self._lock:
                self._headers.put(key, pieces)
        return pieces
