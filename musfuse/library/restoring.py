"""Pictures that the cache lost, taken out of their originals again: an emptied cache costs time, not covers."""

import json
import logging
import re
import threading
from collections.abc import Callable

from musfuse.errors import MusfuseError, UnavailableError
from musfuse.library.catalog import Tracks
from musfuse.library.catalog.companions import Companions
from musfuse.media.art.scale import scaled_jpeg
from musfuse.media.inspecting.inspection import InspectionKind
from musfuse.media.inspecting.pool import InspectPool
from musfuse.origins import Origin

log = logging.getLogger(__name__)

_SCALED = re.compile(r"([0-9a-f]+)-(\d+)")
_REMEMBERED = 10_000


class PictureRestorer:
    """Finds a picture by its digest in what the catalog knows of originals and of the files beside them."""

    def __init__(
        self, tracks: Tracks, companions: Companions, inspectors: InspectPool, origin_of: Callable[[str], Origin]
    ) -> None:
        self._tracks, self._companions = tracks, companions
        self._inspectors, self._origin_of = inspectors, origin_of
        self._lock = threading.Lock()
        self._lost: set[str] = set()

    def restore(self, digest: str, base: Callable[[str], bytes | None]) -> bytes | None:
        """The bytes, or None where no original holds them any more; `base` gives what a smaller one is made of.

        Raises UnavailableError where an original that may hold them cannot be reached now.
        """
        scaled = _SCALED.fullmatch(digest)
        try:
            if scaled:
                data = base(scaled.group(1))
                return scaled_jpeg(data, int(scaled.group(2))) if data is not None else None
            with self._lock:
                if digest in self._lost:
                    return None
            found = self._from_tracks(digest) or self._from_companions(digest)
        except UnavailableError:
            raise
        except MusfuseError as error:
            log.info("picture %s is not restored: %s", digest, error)
            return None
        if found is None:
            with self._lock:
                if len(self._lost) < _REMEMBERED:
                    self._lost.add(digest)
        return found

    def _from_tracks(self, digest: str) -> bytes | None:
        found_in = self._companions.track_with_picture(_holds(digest))
        track = self._tracks.track(found_in) if found_in else None
        if track is None:
            return None
        file = track.track.file
        found = self._inspectors.extract(self._origin_of(file.source_uid), file)
        return found.data if found and found.picture.digest == digest else None

    def _from_companions(self, digest: str) -> bytes | None:
        file = self._companions.with_picture(_holds(digest))
        if file is None:
            return None
        found = self._inspectors.inspect(
            self._origin_of(file.source_uid), file, InspectionKind.FRONT, urgent=True
        ).result()
        if found.again:
            raise UnavailableError(found.problem)
        return found.picture.data if found.picture and found.picture.picture.digest == digest else None


def _holds(digest: str) -> str:
    """A pattern of the JSON of a picture."""
    return f"%{json.dumps(digest)}%"
