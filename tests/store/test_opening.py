"""Databases where nothing may be written, and what is said of those that cannot be opened: real ones, on real disks."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest
from tests_support import fill, needs_tmpfs, small_disk

from musfuse.errors import StoreError
from musfuse.store.opening import NotWritableError, database_uri, failure, opening_failure, reading_uri


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PurePosixPath("/a b/c#d.db"), "file:///a%20b/c%23d.db"),
        (PureWindowsPath("D:\\a b\\c.db"), "file:///D:/a%20b/c.db"),
        (PureWindowsPath("\\\\nas\\music\\a?.db"), "file:////nas/music/a%3F.db"),
    ],
)
def test_how_sqlite_knows_a_file(path: PurePath, uri: str) -> None:
    assert database_uri(path) == uri
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):  # and not "invalid uri authority"
        sqlite3.connect(f"{uri}?mode=ro", uri=True)


def made(path: Path, rows: int = 1) -> Path:
    """A database in WAL mode whose log was moved into it."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE t (x)")
        db.executemany("INSERT INTO t VALUES (?)", [("x" * 1000,)] * rows)
        db.commit()
    return path


def rows(path: Path) -> int:
    with closing(sqlite3.connect(reading_uri(path), uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM t").fetchone()[0])


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 2000) as made_disk:
        yield made_disk


def freeze(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


def test_what_nobody_writes_is_read_where_nothing_can_be_written(disk: Path) -> None:
    path = made(disk / "a b%20#?.db")
    freeze(disk)
    assert rows(path) == 1


def test_a_database_whose_log_holds_more_is_not_read_without_it(disk: Path, tmp_path: Path) -> None:
    """As one that does not change it would be read as it was long ago, and nobody would notice."""
    path = made(tmp_path / "live.db")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("INSERT INTO t VALUES ('y')")
        writer.commit()
        for name in ("live.db", "live.db-wal"):  # as a kill leaves them
            shutil.copy(tmp_path / name, disk / name)
    freeze(disk)
    with pytest.raises(sqlite3.OperationalError):
        reading_uri(disk / "live.db")


def test_looking_for_a_database_does_not_make_one(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        reading_uri(tmp_path / "missing.db")
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_while_it_is_read_is_seen(tmp_path: Path) -> None:
    path = made(tmp_path / "kv.db")
    with closing(sqlite3.connect(path)) as writer, closing(sqlite3.connect(reading_uri(path), uri=True)) as reader:
        writer.execute("INSERT INTO t VALUES ('y')")
        writer.commit()
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (2,)
        with pytest.raises(sqlite3.OperationalError):
            reader.execute("INSERT INTO t VALUES ('z')")


def why(path: Path, sql: str = "CREATE TABLE new (x)") -> StoreError:
    """What opening a database to write it fails with."""
    with pytest.raises(sqlite3.Error) as caught, closing(sqlite3.connect(path, 0, isolation_level=None)) as db:
        db.execute(sql)
    return opening_failure(path, caught.value, "delete it")


def test_only_of_what_is_damaged_it_is_said_what_to_do_with_it(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_bytes(b"no database at all" * 100)
    damaged = why(tmp_path / "text.db")
    assert not isinstance(damaged, NotWritableError)
    assert str(damaged).endswith("; delete it")
    (tmp_path / "folder.db").mkdir()
    for error in (why(tmp_path / "folder.db"), why(tmp_path / "none" / "kv.db")):
        assert isinstance(error, NotWritableError)
        assert "check permissions" in str(error)
        assert "delete it" not in str(error)
    with closing(sqlite3.connect(made(tmp_path / "busy.db"))) as other:
        other.execute("BEGIN IMMEDIATE")
        assert str(why(tmp_path / "busy.db")).endswith("cannot be opened: database is locked")


@needs_tmpfs
def test_a_read_only_and_a_full_disk_are_told_apart(disk: Path) -> None:
    path = made(disk / "kv.db")
    fill(disk)
    full = why(path)
    assert isinstance(full, NotWritableError)
    assert "make room" in str(full)
    assert "delete it" not in str(full)
    (disk / "filler").unlink()
    freeze(disk)
    frozen = why(path)
    assert isinstance(frozen, NotWritableError)
    assert "read-only" in str(frozen)
    assert "make room" not in str(frozen)


@needs_tmpfs
def test_a_disk_that_fills_up_later_is_named(disk: Path) -> None:
    path = made(disk / "kv.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        with pytest.raises(sqlite3.Error) as caught:
            db.execute("SELECT * FROM missing")
        assert str(failure(path, caught.value)) == f"{path}: no such table: missing"
        fill(disk)
        with pytest.raises(sqlite3.Error) as caught:
            db.executemany("INSERT INTO t VALUES (?)", [("x" * 1000,)] * 1000)
        assert "make room" in str(failure(path, caught.value))
