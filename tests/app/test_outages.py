"""What is made known of sources that go away and come back."""

from contextlib import closing
from pathlib import Path

from musfuse.app.outages import Outages
from musfuse.errors import NotFoundError
from musfuse.events import EventBus
from musfuse.events.originals import OriginConnected, OriginDisconnected
from musfuse.library.catalog import CatalogSources, Database, Files, SourceRow
from musfuse.sources.breaker import Outage


def test_events_and_the_note_in_the_catalog(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "catalog.db")) as database:
        sources, events, heard = CatalogSources(database), EventBus(), list[object]()
        sources.mirror([("1", "far://nas")])
        (row,) = sources.rows()
        for kind in (OriginConnected, OriginDisconnected):
            events.listen(kind, heard.append)

        def row_of(uid: str) -> SourceRow:
            if uid != "1":
                raise NotFoundError(uid)
            return row

        outages, back = Outages(events, Files(database), row_of), list[str]()
        outages.on_back = back.append
        outages.found("1", away=False)
        told = outages.lane_of("1")
        told(Outage("far://nas: unplugged", 0.0))
        outages.found("1", away=True)
        (why,) = sources.away().values()
        assert why.startswith("far://nas: unplugged; away since 19")
        Files(database).unreachable(row.id, "far://nas: no answer")  # as a scan finds it
        told(Outage("far://nas: refused", 1e9))
        assert sources.away() == {"far://nas": why.replace("unplugged", "refused")}, (
            "since when stays, after a restart, too"
        )
        told(None)
        assert sources.away() == {}
        assert heard == [OriginConnected("1"), OriginDisconnected("1"), OriginConnected("1")]
        assert back == ["1"]
        outages.lane_of("gone")(Outage("x", 0.0))
