"""Events are written once, under numbers that never begin again, and no more of them are kept than are to be."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.store import eventtable
from musfuse.store.eventtable import EventTable, Kept, Said, read_events

DAY = 24 * 3600 * 10**9


def names(events: list[Kept]) -> list[str]:
    return [event.name for event in events]


def test_what_is_said_of_one_change_is_written_once(tmp_path: Path) -> None:
    with closing(EventTable(tmp_path / "events.db", lambda: 7)) as table:
        assert (table.first(), table.last(), table.since(0)) == (0, 0, [])
        table.add([Said("a", {"path": "bytes \udcff"}, "1"), Said("b", {})])
        table.add([Said("a", {"path": "again"}, "1"), Said("b", {}), Said("c", {}, "2")])
        found = table.since(0)
        assert [(one.name, one.time_ns) for one in found] == [("a", 7), ("b", 7), ("b", 7), ("c", 7)]
        assert found[0].data == {"path": "bytes \udcff"}
        assert names(table.since(found[1].seq)) == ["b", "c"]
        assert names(table.since(0, ("a", "c"))) == ["a", "c"]
        assert names(table.since(0, limit=1)) == ["a"]
    assert read_events(tmp_path / "events.db", 0) == (found, found[0].seq, found[-1].seq)
    assert read_events(tmp_path / "none.db", 0) == ([], 0, 0)


def test_numbers_go_on_when_everything_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with closing(EventTable(path)) as table:
        table.add([Said("a", {})] * 5)
        last = table.last()
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM event")
        db.commit()
    with closing(EventTable(path)) as table:
        table.add([Said("b", {})])
        assert table.last() == table.first() == last + 1


def test_a_file_that_is_damaged_gives_way_and_numbers_go_on(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with closing(EventTable(path)) as table:
        table.add([Said("a", {})] * 5)
        table.close()
        path.write_bytes(b"no database" * 1000)
        with pytest.raises(StoreError):
            table.add([Said("b", {})])
        assert table.problem
        table.add([Said("c", {})])
        assert (names(table.since(0)), table.last(), table.problem) == (["c"], 6, "")


def test_one_of_a_newer_musfuse_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with closing(EventTable(path)) as table, pytest.raises(StoreError, match="newer musfuse"):
        table.add([Said("a", {})])
    assert path.exists()


def test_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eventtable, "ROWS", 10)
    monkeypatch.setattr(eventtable, "_TRIM_EVERY", 5)
    now = [0]
    with closing(EventTable(tmp_path / "events.db", lambda: now[0])) as table:
        for n in range(40):
            table.add([Said("a", {"n": n})])
        kept = table.since(0)
        assert 10 <= len(kept) < 15
        assert kept[-1].data == {"n": 39}
        now[0] = 31 * DAY
        for n in range(5):
            table.add([Said("b", {"n": n})])
        assert names(table.since(0)) == ["b"] * 5


def test_from_a_time_on(tmp_path: Path) -> None:
    now = [0]
    path = tmp_path / "events.db"
    with closing(EventTable(path, lambda: now[0])) as table:
        for now[0] in (10, 20, 30):
            table.add([Said(str(now[0]), {})])
        assert names(read_events(path, 0, since_ns=20)[0]) == ["20", "30"]
        assert names(read_events(path, 2, since_ns=20)[0]) == ["30"]
        assert names(read_events(path, 0, since_ns=31)[0]) == []
