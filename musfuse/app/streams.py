"""Indexes of what somebody streams from a far source: it travels anyway."""

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from musfuse.errors import MusfuseError
from musfuse.library.catalog import TrackRow, Tracks
from musfuse.library.sizes import Sizes
from musfuse.media.indexing.pool import Priority
from musfuse.model import Stamp

if TYPE_CHECKING:
    from musfuse.sources.tee import Tee

log = logging.getLogger(__name__)


class Streams:
    """Of one library. What comes by is kept in `folder` until the index is built."""

    def __init__(self, folder: Path, tracks: Tracks, sizes: Sizes) -> None:
        self._folder, self._tracks, self._sizes = folder, tracks, sizes

    def tee(self, uid: str, *, keeps: bool) -> "Tee":
        """What follows files of a source that are shown as their originals until their indexes are there, and keeps
        what came by of them, where nothing else does."""
        from musfuse.sources.tee import Tee  # who has no such source does without

        made = Tee(
            self._folder if keeps else None, lambda path, stamp: self._row(uid, path, stamp) is not None,
            lambda path, stamp: self._index(uid, path, stamp, made),
        )  # fmt: skip
        return made

    def _row(self, uid: str, path: str, stamp: Stamp) -> TrackRow | None:
        try:
            row = self._tracks.at(uid, path, 0)
        except MusfuseError as error:
            log.debug("%s: %s", path, error)
            return None
        return row if row is not None and row.becomes is not None and row.track.file.stamp == stamp else None

    def _index(self, uid: str, path: str, stamp: Stamp, tee: "Tee") -> None:
        forget, row = partial(tee.forget, path, stamp), self._row(uid, path, stamp)
        try:
            if row is None or row.becomes is None:
                forget()
                return
            track = replace(row.track, rendition=row.becomes)
            self._sizes.request(track, Priority.BACKGROUND).add_done_callback(lambda _: forget())
        except MusfuseError as error:  # the library is closed
            log.debug("%s: %s", path, error)
            forget()
