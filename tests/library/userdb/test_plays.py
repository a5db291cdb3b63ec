"""Plays in user.db: bounded, counted apart, told by what followed and by the hour."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.library.userdb import Play, PlayTable, UserDatabase
from musfuse.library.userdb.plays import Cleared, Heard
from musfuse.library.userdb.soundness import strange

HOUR = 3600 * 10**9


@pytest.fixture
def database(tmp_path: Path) -> Iterator[UserDatabase]:
    with closing(UserDatabase(tmp_path / "user.db")) as made:
        yield made


def test_the_last_come_first_and_each_track_is_counted(database: UserDatabase) -> None:
    table = PlayTable(database)
    table.add([Play(7, 100, 9, "A/1.flac"), Play(8, 200, 9, "A/2.flac")])
    table.add([Play(7, 50, 10, "B/1.flac")])  # the clock was set back
    assert list(table.last()) == [Play(7, 50, 10, "B/1.flac"), Play(8, 200, 9, "A/2.flac"), Play(7, 100, 9, "B/1.flac")]
    assert [play.id for play in table.last(since_ns=100)] == [8, 7]
    assert table.of(7) == Heard(7, 2, 50, 100, "B/1.flac")
    assert table.of(9) is None
    assert [heard.id for heard in table.most()] == [7, 8]
    assert [heard.id for heard in table.most(since_ns=150)] == [8]


def test_the_list_is_bounded_and_counts_stay(database: UserDatabase) -> None:
    table = PlayTable(database, keep=3)
    for number in range(10):
        table.add([Play(number % 2, number, 0)])
    assert [play.began_ns for play in table.last()] == [9, 8, 7]
    assert [heard.plays for heard in table.most()] == [5, 5]


def test_none_is_left_out_where_there_are_pages(database: UserDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musfuse.library.userdb.plays._PAGE", 3)
    table = PlayTable(database)
    table.add([Play(number % 4, number, 0) for number in range(10)])
    assert [play.began_ns for play in table.last()] == list(range(9, -1, -1))
    assert sorted(heard.id for heard in table.most()) == [0, 1, 2, 3]


def test_clearing(database: UserDatabase) -> None:
    table = PlayTable(database)
    table.add([Play(1, 10, 0), Play(2, 20, 0), Play(1, 30, 0)])
    assert table.clearable(20) == table.clear(20) == Cleared(1, 0)
    assert table.of(1) is not None
    assert table.clear() == Cleared(2, 2)
    assert list(table.last()) == list(table.most()) == []
    table.add([Play(1, 10, 0)])
    assert len(list(table.last())) == 1


def test_two_ids_of_one_track_become_one(database: UserDatabase) -> None:
    table = PlayTable(database)
    table.add([Play(1, 10, 0, "old"), Play(2, 20, 0, "new"), Play(1, 30, 0, "old")])
    table.merge(1, 2)
    table.merge(1, 2)  # as after a kill
    assert [play.id for play in table.last()] == [2, 2, 2]
    assert table.of(2) == Heard(2, 3, 10, 30, "old")
    assert table.of(1) is None


def test_what_follows_is_learned_from_two_times_on(database: UserDatabase) -> None:
    table = PlayTable(database)
    plays = [(1, 0), (2, 1), (1, 10), (2, 11), (1, 20), (3, 21), (1, 30), (1, 31), (4, 40), (1, 50), (4, 99)]
    table.add([Play(track, at * HOUR, 0) for track, at in plays])
    assert table.following(1, HOUR) == [(2, 2)]
    assert table.following(4, HOUR) == []
    assert table.following(5, HOUR) == []


def test_an_hour_of_the_day(database: UserDatabase) -> None:
    table = PlayTable(database)
    table.add([Play(track, 0, hour) for track, hour in ((1, 7), (1, 7), (2, 7), (3, 7), (3, 7), (3, 7), (1, 8))])
    assert table.of_hour(7) == [(3, 3), (1, 2)]
    assert table.of_hour(8) == table.of_hour(9) == []


def test_a_database_of_the_version_before_has_none_and_gets_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "user.db"
    UserDatabase(path).close()
    with closing(sqlite3.connect(path)) as raw:
        for table in ("play", "heard", "rating"):
            raw.execute(f"DROP TABLE {table}")
        raw.execute("PRAGMA user_version = 3")
        raw.commit()
    with closing(UserDatabase(path, read_only=True)) as before:
        table = PlayTable(before)
        assert list(table.last()) == list(table.most()) == []
        assert table.of(1) is None
        assert table.clearable() == Cleared(0, 0)
    with closing(UserDatabase(path)) as database:
        assert database.has_plays
        PlayTable(database).add([Play(1, 2, 3)])


def test_rows_that_no_user_db_holds_are_strange(tmp_path: Path) -> None:
    path = tmp_path / "user.db"
    with closing(UserDatabase(path)) as database:
        PlayTable(database).add([Play(1, 2, 3, "A")])
    assert strange(path) == []
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("INSERT INTO play (id, began_ns, hour) VALUES (1, 'soon', 0)")
        raw.execute("UPDATE heard SET path = x'00'")
        raw.execute("INSERT INTO rating VALUES (1, 'five', NULL)")
        raw.commit()
    assert [what.removeprefix("1 of its ") for what in strange(path)] == [
        "plays cannot be read", "counts of plays cannot be read", "ratings cannot be read",
    ]  # fmt: skip


def test_those_that_were_played_last(database: UserDatabase) -> None:
    table = PlayTable(database)
    table.add([Play(track, track % 700, 0) for track in range(1300)])
    found = list(table.latest())
    assert [last for _, last in found] == sorted((track % 700 for track in range(1300)), reverse=True)
    assert len({track for track, _ in found}) == 1300


def test_what_is_counted_can_be_put_and_asked_for_together(database: UserDatabase) -> None:
    table = PlayTable(database)
    table.add([Play(7, 100, 9, "A/1.flac")])
    table.put([Heard(7, 5, 50, 100, "A/1.flac"), Heard(8, 2, 0, 0, "")])
    assert table.of_all([7, 8, 9]) == {7: Heard(7, 5, 50, 100, "A/1.flac"), 8: Heard(8, 2, 0, 0, "")}
    assert [play.id for play in table.last()] == [7]
