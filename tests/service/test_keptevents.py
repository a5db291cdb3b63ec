"""What was written down, asked for by number, kind and time."""

from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import ConfigError
from musfuse.service.keptevents import KeptEvents
from musfuse.service.requests.events import EventsTold, ListEvents
from musfuse.store.eventtable import EventTable, Said


def test_pages_of_what_happened(tmp_path: Path) -> None:
    told = KeptEvents(tmp_path / "events.db")
    assert told.list(ListEvents()) == EventsTold((), 0, 0)
    with closing(EventTable(tmp_path / "events.db", lambda: 5)) as table:
        table.add([Said("file_added", {"path": str(n)}) for n in range(5)] + [Said("sync_started", {})])
    page = told.list(ListEvents(limit=2))
    assert ([event.data["path"] for event in page.events], page.first, page.last) == (["0", "1"], 1, 6)
    rest = told.list(ListEvents(page.events[-1].seq, ("file_added",)))
    assert [event.data["path"] for event in rest.events] == ["2", "3", "4"]
    assert told.list(ListEvents(since_ns=6)).events == ()
    with pytest.raises(ConfigError, match="no such event"):
        told.list(ListEvents(kinds=("loud",)))
