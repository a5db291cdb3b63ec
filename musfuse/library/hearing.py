"""What items sound like, found out when nothing else is to be done: a scan never waits for it."""

import logging
import threading
from collections.abc import Callable, Iterator

from musfuse.errors import MusfuseError, OriginError
from musfuse.library.catalog import Tracks
from musfuse.library.catalog.identities import NONE, Identities, Unheard
from musfuse.media.encoded import encoded_content
from musfuse.media.flac.content import index_content
from musfuse.media.formats import FormatRegistry
from musfuse.media.transcoders import IndexStore
from musfuse.origins import IndexWhen, Origin

log = logging.getLogger(__name__)

_PAGE = 200


class _StoppedError(Exception):
    """Whoever waited for the content id does not any more."""


class Hearing:
    """Finds out the content ids of items that have none. `lossy`: also where the original has to be read for it."""

    def __init__(
        self,
        formats: FormatRegistry,
        identities: Identities,
        tracks: Tracks,
        indexes: IndexStore,
        origin_of: Callable[[str], Origin],
        *,
        lossy: bool,
    ) -> None:
        self._formats = formats
        self._identities, self._tracks, self._indexes = identities, tracks, indexes
        self._origin_of, self._lossy = origin_of, lossy
        self._stop = threading.Event()

    def stop(self) -> None:
        """End `run` soon."""
        self._stop.set()

    def run(self, may_go_on: Callable[[], None]) -> int:
        """Find them out; how many that were. `may_go_on` is called before each piece that is read, and may block for as
        long as readers need the machine."""

        def proceed() -> None:
            may_go_on()
            if self._stop.is_set():
                raise _StoppedError

        found = 0
        try:
            for item in self._unheard():
                proceed()
                found += self._hear(item, proceed)
        except _StoppedError:
            log.debug("stopped: the next time goes on")
        return found

    def _unheard(self) -> Iterator[Unheard]:
        after = 0
        while items := self._identities.unheard(after, _PAGE):
            yield from items
            after = items[-1].id

    def _hear(self, item: Unheard, proceed: Callable[[], None]) -> bool:
        try:
            content = self._content(item, proceed)
        except OriginError as error:  # away, or changed: another time
            log.debug("%s", error)
            return False
        except MusfuseError as error:
            log.info("%s: %s", item.file.path, error)
            content = NONE
        if content:
            self._identities.set_content(item.id, item.version, content)
        return bool(content)

    def _content(self, item: Unheard, proceed: Callable[[], None]) -> str:
        row = self._tracks.track(item.id)
        if row is None:
            return ""
        if item.cut or row.track.rendition.is_encoded:  # by its index, once it has one
            index = self._indexes.get(row.track)
            return index_content(index) if index else ""
        if not self._lossy:
            return ""
        origin = self._origin_of(item.file.source_uid)
        if origin.traits.index is not IndexWhen.EAGER:  # all of it would travel
            return ""
        return encoded_content(self._formats, origin, item.file, item.format, proceed) or NONE
