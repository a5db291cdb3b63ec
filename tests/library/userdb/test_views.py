"""Views in user.db: kept in the order in which they came, also by one that had none before."""

import sqlite3
from contextlib import closing
from pathlib import Path

from musfuse.library.userdb import UserDatabase, ViewSpec, ViewTable, no_view


def test_they_are_kept_changed_and_removed(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        times = iter((5, 3, 9))
        table = ViewTable(database, lambda: next(times))
        table.put(ViewSpec("later", "$title", "wav", "genre:jazz"))
        table.put(ViewSpec("first"))
        table.put(ViewSpec("later", "$artist"))
    with closing(UserDatabase(tmp_path / "user.db")) as again:
        table = ViewTable(again)
        assert table.all() == [ViewSpec("first"), ViewSpec("later", "$artist")]
        table.remove("first")
        table.remove("none")
        assert table.all() == [ViewSpec("later", "$artist")]


def test_a_database_of_the_version_before_gets_the_table_and_keeps_the_rest(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        database.execute("INSERT INTO item_id VALUES ('key', 7)")
    with closing(sqlite3.connect(tmp_path / "user.db")) as raw:
        raw.execute("DROP TABLE view")
        raw.execute("PRAGMA user_version = 2")
        raw.commit()
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        assert database.has_views
        assert ViewTable(database).all() == []
        assert database.execute("SELECT id FROM item_id") == [(7,)]


def test_one_of_the_version_before_is_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "user.db"
    UserDatabase(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TABLE view")
        raw.execute("PRAGMA user_version = 2")
        raw.commit()
    with closing(UserDatabase(path, read_only=True)) as database:
        assert database.has_tables
        assert not database.has_views
        assert ViewTable(database).all() == []


def test_an_unknown_name_is_said_with_what_to_do() -> None:
    assert "musfuse view list" in str(no_view("car"))
