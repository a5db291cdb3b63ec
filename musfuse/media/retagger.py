"""The FormatTranscoder of originals that are served with other tags: a header made here, the audio as it is."""

import logging
from collections.abc import Callable

from musfuse.errors import MalformedError, MediaError
from musfuse.media.layout import Layout, SourceRange
from musfuse.media.ports import TagOverlayService
from musfuse.model import AudioFormat, Serve, Track
from musfuse.origins import Origin, open_reader
from musfuse.store import PictureStore

RETAG_VERSION = 1
"""Raised whenever the same edit would give other bytes, so that kept sizes are made anew."""

log = logging.getLogger(__name__)


class Retagger:
    """Serves originals with the tags of the catalog. `refused` is told of a track whose original does not take them,
    which is served as it is then."""

    serve = Serve.RETAGGED

    def __init__(self, tags: TagOverlayService, pictures: PictureStore, refused: Callable[[Track, str], None]) -> None:
        self._tags, self._pictures, self._refused = tags, pictures, refused

    def accepts(self, fmt: AudioFormat) -> bool:
        """Everything: what does not take tags is served as it is."""
        del fmt
        return True

    def token(self) -> str:
        """What headers are made by."""
        return f"retagged/{RETAG_VERSION}/{self._tags.token()}"

    def layout(self, track: Track, origin: Origin) -> Layout:
        """Header and original audio; one range of the original where nothing has to change. Reads headers only."""
        # What makes headers is loaded where a tag was changed, not before: mounting is not to wait for it.
        from musfuse.media.retag import plan
        from musfuse.media.retag.bind import bind

        file = track.file
        whole = [SourceRange(origin, file, 0, file.stamp.size)]
        try:
            edit = self._tags.edit(track, origin)
            if not edit.changed and not edit.replaced:
                return Layout(whole)
            with open_reader(origin, file) as reader:
                pieces = plan(reader, file.stamp.size, edit, self._tags.load, track.format.container)
        except MediaError as error:
            log.info("%s/%s: served with its own tags: %s", origin.name, file.path, error)
            self._refused(track, str(error))
            return Layout(whole)
        except OSError as error:
            if error.__cause__ is not None:
                raise error.__cause__ from None  # the origin's own error
            raise MalformedError(f"{origin.name}/{file.path}: cannot be read: {error}") from error
        return Layout(bind(pieces, origin, file, self._pictures))
