import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.store.eventtable import EventTable, Said
from musfuse.store.tokentable import TokenTable
from musfuse.store.transaction import transaction


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.execute("CREATE TABLE t (x)")
        yield made


def count(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM t").fetchone()[0])


def test_all_of_it_is_done_or_nothing(db: sqlite3.Connection) -> None:
    with transaction(db):
        db.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(KeyError), transaction(db):
        db.execute("INSERT INTO t VALUES (2)")
        raise KeyError
    assert (count(db), db.in_transaction) == (1, False)


def test_what_failed_is_told_where_sqlite_took_all_back_by_itself(db: sqlite3.Connection) -> None:
    db.execute("CREATE TRIGGER full BEFORE INSERT ON t WHEN NEW.x = 2 BEGIN SELECT RAISE(ROLLBACK, 'no room'); END")
    with pytest.raises(sqlite3.Error, match="no room"), transaction(db):
        db.execute("INSERT INTO t VALUES (1)")
        db.execute("INSERT INTO t VALUES (2)")
    assert (count(db), db.in_transaction) == (0, False)


@pytest.mark.expects_errors
def test_who_writes_events_and_tokens_is_told_that_there_is_no_room(tmp_path: Path) -> None:
    table = EventTable(tmp_path / "events.db", recipients={"h": ()})
    table.add([Said("a", {}, "")])
    full(table._opened())
    with pytest.raises(StoreError, match=r"full.*make room"):
        table.add([Said("b", {"x": "y" * 100_000}, "")])
    table.close()
    tokens = TokenTable(tmp_path / "tokens.db")
    tokens.create("a", ("read",))
    assert len(tokens.rows()) == 1
    full(tokens._opened())
    with pytest.raises(StoreError, match="full"):
        tokens.create("b" * 100_000, ("read",))
    tokens.close()


def full(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA max_page_count = 1")  # what it has already is the least that it can be
