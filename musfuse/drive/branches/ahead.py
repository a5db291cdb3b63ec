"""The rest of a folder, indexed ahead: who stats one file usually stats them all. Not of a source whose files are read
whole only for who asks for each, as a far one: looking at a folder is no reason to fetch all of it."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from musfuse.errors import MusfuseError
from musfuse.library.catalog import Nodes, Tracks
from musfuse.library.sizes import Sizes
from musfuse.media.indexing.pool import Priority

log = logging.getLogger(__name__)

_FILES = 512


class FolderAhead:
    """Asks for the indexes that a folder lacks, in a thread of its own. `close` ends that."""

    def __init__(self, nodes: Nodes, tracks: Tracks, sizes: Sizes) -> None:
        self._nodes, self._tracks, self._sizes = nodes, tracks, sizes
        self._lock = threading.Lock()
        self._queued: set[int] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="folder-ahead")

    def queue(self, folder: int) -> None:
        """Have a folder's files indexed, as many as are worth it."""
        with self._lock:
            if folder in self._queued:
                return
            self._queued.add(folder)
        try:
            self._thread.submit(self._request, folder)
        except RuntimeError:
            log.debug("shutting down: folder %d is not queued", folder)

    def close(self) -> None:
        """Queue nothing any more."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _request(self, folder: int) -> None:
        try:
            for track in self._nodes.unsized(folder, self._sizes.tokens())[:_FILES]:
                row = self._tracks.track(track)
                if row is not None and self._sizes.known(row) is None and not self._sizes.is_lazy(row.track):
                    self._sizes.request(row.track, Priority.FOLDER)
        except MusfuseError as error:
            log.debug("folder %d is not queued: %s", folder, error)
        finally:
            with self._lock:
                self._queued.discard(folder)
