"""user.db: tables beside the key-value store, sources that keep their uids."""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests_support import small_disk

from musfuse.errors import StoreError
from musfuse.library.userdb import RatingTable, SourceTable, UserDatabase
from musfuse.library.userdb.ratings import Rating
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


def test_who_only_reads_makes_no_database(tmp_path: Path) -> None:
    with closing(UserDatabase.for_reading(tmp_path / "user.db")) as database:
        assert SourceTable(database).all() == []
        assert database.kv.get(TRACK, "k") is None
    assert list(tmp_path.iterdir()) == []


def test_one_on_a_read_only_disk_is_read_and_without_tables_it_has_none(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1000) as disk:
        with closing(UserDatabase(disk / "user.db")) as database:
            SourceTable(database).add("file", "file:///m", "/m", 1)
        store = SqliteKv(disk / "bare.db")
        store.put(TRACK, "k", b"said")
        store.close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with closing(UserDatabase.for_reading(disk / "user.db")) as database:
            assert database.has_tables
            assert [kept.spec.uri for kept in SourceTable(database).all()] == ["file:///m"]
            with pytest.raises(StoreError):
                SourceTable(database).add("file", "file:///n", "/n", 2)
        with closing(UserDatabase.for_reading(disk / "bare.db")) as database:
            assert not database.has_tables
            assert database.kv.get(TRACK, "k") == b"said"


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    store = SqliteKv(tmp_path / "user.db")
    store.put(TRACK, "k", b"said")
    store.execute("CREATE TABLE vanished (x)")  # in the way of the last statement
    store.close()
    with pytest.raises(StoreError, match=r"user\.db"):
        UserDatabase(tmp_path / "user.db")
    store = SqliteKv(tmp_path / "user.db")
    assert store.execute("PRAGMA user_version") == [(0,)]
    assert [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")] == [
        "kv", "vanished",
    ]  # fmt: skip
    assert store.get(TRACK, "k") == b"said"
    store.close()


def test_whatever_somebody_said_is_kept_beside_before_tables_change(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        RatingTable(database).put([(7, Rating(5))])
        database.execute("PRAGMA user_version = 4")
    assert not list(tmp_path.glob("backups/*"))
    UserDatabase(tmp_path / "user.db").close()
    (backup,) = tmp_path.glob("backups/*.db")
    with closing(UserDatabase(backup)) as before:
        assert RatingTable(before).of(7) == Rating(5)


def test_of_what_holds_nothing_no_backup_is_made(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        database.execute("PRAGMA user_version = 4")
    UserDatabase(tmp_path / "user.db").close()
    assert not list(tmp_path.glob("backups/*"))
