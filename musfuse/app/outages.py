"""What is made known of sources that go away and come back: events, and a note in the catalog that commands read."""

from collections.abc import Callable

from musfuse.errors import NotFoundError
from musfuse.events import EventBus
from musfuse.events.originals import OriginConnected, OriginDisconnected
from musfuse.library.catalog import Files, SourceRow
from musfuse.sources.breaker import Outage


class Outages:
    """Which sources are away, by uid, whoever found it out: a scan, or who reads. `row` tells of a source, `on_back` is
    called with the uid of one that answers again. May be used from many threads."""

    def __init__(self, events: EventBus, files: Files, row: Callable[[str], SourceRow]) -> None:
        self._events, self._files, self._row = events, files, row
        self._away: dict[str, bool] = {}
        self.on_back: Callable[[str], None] = lambda _: None

    def found(self, uid: str, *, away: bool) -> None:
        """A source was found to be away, or there."""
        if self._away.get(uid) is not away:
            self._away[uid] = away
            self._events.publish((OriginDisconnected if away else OriginConnected)(uid))

    def lane_of(self, uid: str) -> Callable[[Outage | None], None]:
        """What the lane of a source tells of its outages."""
        return lambda outage: self._told(uid, outage)

    def _told(self, uid: str, outage: Outage | None) -> None:
        self.found(uid, away=outage is not None)
        try:
            row = self._row(uid)
        except NotFoundError:  # removed meanwhile
            return
        if outage is not None:
            self._files.unreachable(row.id, outage.told)
        else:
            self._files.reachable(row.id)
            self.on_back(uid)
