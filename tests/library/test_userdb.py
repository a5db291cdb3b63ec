"""user.db: tables beside the key-value store, sources that keep their uids."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.library.userdb import SourceTable, UserDatabase
from musfuse.library.userdb.sources import source_uid
from musfuse.origins import SourceSpec
from musfuse.store import KvNamespace, SqliteKv

TRACK = KvNamespace.TRACK


@pytest.fixture
def database(tmp_path: Path) -> Iterator[UserDatabase]:
    made = UserDatabase(tmp_path / "user.db")
    yield made
    made.close()


def test_tables_come_to_a_store_that_had_none(tmp_path: Path) -> None:
    store = SqliteKv(tmp_path / "user.db")
    store.put(TRACK, "k", b"said")
    store.close()
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        assert SourceTable(database).all() == []
        SourceTable(database).add("file", "file:///m", "/m", 1)
        assert database.kv.get(TRACK, "k") == b"said"
    with closing(UserDatabase(tmp_path / "user.db")) as again:
        assert [kept.spec.uri for kept in SourceTable(again).all()] == ["file:///m"]


def test_what_cannot_be_written_is_read_without_tables(tmp_path: Path) -> None:
    store = SqliteKv(tmp_path / "user.db")
    store.put(TRACK, "k", b"said")
    store.close()
    with closing(UserDatabase(tmp_path / "user.db", read_only=True)) as database:
        assert SourceTable(database).all() == []
        assert database.kv.get(TRACK, "k") == b"said"


def test_one_of_a_newer_musfuse_is_refused(tmp_path: Path) -> None:
    UserDatabase(tmp_path / "user.db").close()
    with closing(sqlite3.connect(tmp_path / "user.db")) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="made by a newer musfuse"):
        UserDatabase(tmp_path / "user.db")


def test_rows_and_values_change_together(database: UserDatabase) -> None:
    table = SourceTable(database)
    with pytest.raises(KeyError), database.transaction():
        table.add("file", "file:///m", "/m", 1)
        database.kv.put(TRACK, "k", b"said")
        raise KeyError
    assert table.all() == []
    assert database.kv.get(TRACK, "k") is None
    with database.transaction():
        table.add("file", "file:///m", "/m", 1)
        database.kv.put(TRACK, "k", b"said")
    assert len(table.all()) == 1
    assert database.kv.get(TRACK, "k") == b"said"


def test_order_is_by_priority_then_as_they_were_added(database: UserDatabase) -> None:
    table = SourceTable(database)
    for name in "abcd":
        table.add("file", f"file:///{name}", f"/{name}", 1)
    b = table.all()[1].spec
    table.change(replace(b, priority=7, name="B", options={"x": "y"}, secrets={"k": "env:K"}))
    assert [spec.uri[-1] for spec in table.current()] == ["b", "a", "c", "d"]
    assert table.current()[0] == replace(b, priority=7, name="B", options={"x": "y"}, secrets={"k": "env:K"})
    table.remove(b.uid, 5)
    assert [spec.uri[-1] for spec in table.current()] == ["a", "c", "d"]
    assert [(kept.spec.uid, kept.removed_ns) for kept in table.all() if kept.removed_ns] == [(b.uid, 5)]
    table.restore(b.uid)
    assert table.current()[0].uid == b.uid


def test_a_uid_is_never_given_to_another_place(database: UserDatabase) -> None:
    table = SourceTable(database)
    old = table.add("file", "file:///old", "/old", 1)
    assert old.uid == source_uid("/old")
    table.change(replace(old, uri="file:///new"))
    back = table.add("file", "file:///old", "/old", 2)
    assert back.uid not in (old.uid, source_uid("/new"))
    for uid in (old.uid, back.uid):
        table.purge(uid)
    assert table.all() == []
    assert table.add("file", "file:///new", "/new", 3).uid == source_uid("/new")
    third = table.add("file", "file:///old", "/old", 4).uid
    assert third not in (old.uid, back.uid)


def test_the_same_place_has_the_same_uid_in_every_library(database: UserDatabase, tmp_path: Path) -> None:
    uid = SourceTable(database).add("file", "file:///m", "/m", 1).uid
    SourceTable(database).purge(uid)
    assert SourceTable(database).add("file", "file:///m", "/m", 2).uid == uid
    with closing(UserDatabase(tmp_path / "other.db")) as other:
        assert SourceTable(other).add("file", "file:///m", "/m", 1) == SourceSpec(uid, "file", "file:///m")
