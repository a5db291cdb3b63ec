"""Automatic backups: made when one is due, sound ones only, a few of them, and before the tables change."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from damaging import spoil_all

from musfuse.app.state import StateFolder
from musfuse.library.userdb import UserDatabase
from musfuse.library.userdb.backups import Backups
from musfuse.store import KvNamespace, SqliteKv
from musfuse.store.opening import DamagedError

TRACK = KvNamespace.TRACK
HOUR, DAY = 3600 * 10**9, 24 * 3600 * 10**9
LATE = 5000 * DAY
"""Long after files of today were changed."""


class Clock:
    def __init__(self, now: int = LATE) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    user = UserDatabase(tmp_path / "user.db")
    user.kv.put(TRACK, "a", b"1")
    user.close()
    return tmp_path / "user.db"


def make_and_thin(backups: Backups) -> None:
    backups.make()
    backups.thin()


def names(path: Path) -> list[str]:
    return [backup.path.name for backup in Backups(path).all()]


def test_they_lie_where_the_state_folder_says(path: Path) -> None:
    assert Backups(path).folder == StateFolder(path.parent).backups


def test_a_backup_holds_what_there_was_and_its_name_when(path: Path) -> None:
    made = Backups(path, now_ns=Clock(365 * DAY + 123_456_789)).make("why")
    assert made.path.name == "user-19710101T000000123456Z-why.db"
    assert str(made) == "1971-01-01 00:00 UTC"
    kv = SqliteKv(made.path)
    assert kv.get(TRACK, "a") == b"1"
    kv.close()
    assert [backup.made_ns for backup in Backups(path).all()] == [365 * DAY + 123_456_000]


def test_one_is_due_when_the_last_is_old_and_something_changed(path: Path) -> None:
    clock = Clock(path.stat().st_mtime_ns + HOUR)
    backups = Backups(path, now_ns=clock)
    assert backups.is_due(1)
    assert not Backups(path, keep=0).is_due(1)
    backups.make()
    clock.now += 2 * HOUR
    assert not backups.is_due(1)  # nothing changed
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM kv")
        db.commit()
    import os

    os.utime(path, ns=(clock.now, clock.now))
    assert backups.is_due(1)
    assert not backups.is_due(3)
    path.unlink()
    assert not backups.is_due(1)


def test_of_each_of_some_days_one_is_kept_and_the_newest_two(path: Path) -> None:
    clock = Clock()
    for day in range(5):
        for hour in (1, 2, 23):
            clock.now = LATE + day * DAY + hour * HOUR
            make_and_thin(Backups(path, keep=3, now_ns=clock))
    kept = [(backup.made_ns - LATE) // HOUR for backup in Backups(path).all()]
    assert kept == [4 * 24 + 23, 4 * 24 + 2, 3 * 24 + 23, 2 * 24 + 23]


def test_none_is_dropped_because_another_is_made(path: Path) -> None:
    clock = Clock()
    for number in range(5):
        clock.now = LATE + number * HOUR
        Backups(path, keep=1, now_ns=clock).make()
    assert len(names(path)) == 5


def test_one_of_a_time_to_come_neither_holds_others_back_nor_pushes_them_out(path: Path) -> None:
    clock = Clock(path.stat().st_mtime_ns + 9000 * DAY)  # the clock was wrong
    for _ in range(3):
        clock.now += DAY
        Backups(path, now_ns=clock).make()
    clock.now = path.stat().st_mtime_ns + HOUR
    backups = Backups(path, keep=1, now_ns=clock)
    assert backups.is_due(1)
    made = backups.make()
    assert not backups.is_due(1)
    backups.thin()
    assert [backup.path == made.path for backup in backups.all()] == [False, True]


def test_what_a_kill_left_half_goes_and_what_is_none_of_ours_stays(path: Path) -> None:
    folder = Backups(path).folder
    folder.mkdir()
    (folder / ".user-x.db.partial").touch()
    (folder / "user-mine.db").touch()
    make_and_thin(Backups(path, now_ns=Clock()))
    assert len(names(path)) == 1
    assert sorted(file.name for file in folder.iterdir())[1:] == ["user-mine.db"]


def test_a_damaged_one_makes_no_backup_and_a_damaged_backup_is_passed_over(path: Path) -> None:
    clock = Clock()
    first = Backups(path, now_ns=clock).make()
    clock.now += HOUR
    second = Backups(path, now_ns=clock).make()
    spoil_all(second.path)
    assert next(Backups(path).sound()) == first
    spoil_all(path)
    with pytest.raises(DamagedError):
        Backups(path, now_ns=clock).make()
    assert len(names(path)) == 2


def test_before_the_tables_change_a_backup_is_made(tmp_path: Path) -> None:
    path = tmp_path / "user.db"
    kv = SqliteKv(path)  # as an older musfuse made it: without tables
    kv.put(TRACK, "a", b"1")
    kv.close()
    UserDatabase(path).close()
    (name,) = names(path)
    assert name.endswith("Z-schema0.db")
    UserDatabase(path).close()
    UserDatabase(tmp_path / "new.db").close()
    assert len(list(Backups(path).folder.iterdir())) == 1
