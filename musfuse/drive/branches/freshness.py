"""Whether what the catalog says of an item still holds: its original is looked at again when somebody resolves it.

Lock order: `_lock` is innermost; nothing is asked of an origin or of the catalog while it is held.
"""

import logging
import threading
import time
from collections.abc import Callable

from musfuse.errors import MusfuseError, NotFoundError, OriginError
from musfuse.library.catalog import Node, TrackRow, Tracks
from musfuse.lru import Lru
from musfuse.model import Rendition, SourceFile
from musfuse.origins import Origin

log = logging.getLogger(__name__)

_SECONDS = 1.0
_REMEMBERED = 8192


class Freshness:
    """Looks at originals, each at most once a second, or as seldom as its origin says. `refresh` (source uid, path)
    reads one that changed."""

    def __init__(self, tracks: Tracks, origin_of: Callable[[str], Origin], refresh: Callable[[str, str], None]) -> None:
        self._tracks, self._origin_of, self._refresh = tracks, origin_of, refresh
        self._lock = threading.Lock()
        self._until: Lru[int, float] = Lru(_REMEMBERED)

    def is_current(self, node: Node) -> bool:
        """Whether a node of an item tells what is so now. Where its original changed, it was read again."""
        until = self._until.peek(node.track)  # without the lock: every stat and open comes by here
        if until is not None and until > time.monotonic():
            return True
        row = self._tracks.track(node.track)
        changed = row is None or self._changed(row.track.file)
        if row is not None and changed:
            log.info("%s: changed, looking at it again", row.track.file.path)
            self._refresh(row.track.file.source_uid, row.track.file.path)
        if row is None or changed or _is_outdated(node, row):
            return False
        with self._lock:
            self._until.put(node.track, time.monotonic() + max(_SECONDS, self._lasting(row)))
        return True

    def look(self, node: Node) -> None:
        """Look at the original of a node that somebody only passed by: not where each look travels, and counts."""
        row = self._tracks.track(node.track)
        if row is None or not self._lasting(row):
            self.is_current(node)

    def forget(self) -> None:
        """Look at everything again when it is asked for next."""
        with self._lock:
            self._until.clear()

    def _lasting(self, row: TrackRow) -> float:
        """Seconds that an answer about an original may be old."""
        try:
            return self._origin_of(row.track.file.source_uid).traits.freshness_seconds
        except MusfuseError:  # of a kind that is not known here
            return 0.0

    def _changed(self, file: SourceFile) -> bool:
        try:
            now = self._origin_of(file.source_uid).stat(file.path)
        except NotFoundError:
            return self._origin_answers(file.source_uid)
        except OriginError:
            return False  # away: what is known of it stands
        return not file.stamp.agrees_with(now.stamp) or bool(file.ident and now.ident != file.ident)

    def _origin_answers(self, uid: str) -> bool:
        try:
            return next(self._origin_of(uid).list(""), None) is not None
        except MusfuseError:
            return False


def _is_outdated(node: Node, row: TrackRow) -> bool:
    """Whether more is known of a track than its node tells, as while a scan has yet to give names to what it read."""
    track = row.track
    size = track.file.stamp.size if track.rendition is Rendition.ORIGINAL else row.size
    known = (track.file.version, track.mtime_ns, track.rendition, size)
    return (node.source, node.mtime_ns, node.rendition, node.size) != known
