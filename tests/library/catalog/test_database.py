"""The database of the catalog: one writer, many readers, versions, disks that are full or cannot be written."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests_support import fill, needs_tmpfs, small_disk

from musfuse.errors import StoreError
from musfuse.library.catalog import Database
from musfuse.library.catalog.database import SCHEMA_VERSION


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "catalog.db")
    yield made
    made.close()


def set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {version}")


def test_what_is_written_in_a_block_takes_effect_together(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as db:
        db.execute("INSERT INTO meta VALUES ('a', '1')")
        database.set_meta("b", "1")  # a write in a write is part of it
        1 / 0  # noqa: B018
    assert database.meta("a") is database.meta("b") is None
    commits = database.commits
    with database.write() as db:
        db.execute("INSERT INTO meta VALUES ('a', '1')")
        assert database.meta("a") is None  # readers see the last commit
        database.set_meta("b", "1")
    assert (database.meta("a"), database.meta("b"), database.commits) == ("1", "1", commits + 1)


def test_an_error_of_sqlite_names_the_file_and_leaves_no_transaction(database: Database) -> None:
    with pytest.raises(StoreError, match=r"catalog\.db: UNIQUE constraint failed"), database.write() as db:
        db.execute("INSERT INTO meta VALUES ('a', '1')")
        db.execute("INSERT INTO meta VALUES ('a', '2')")
    database.set_meta("a", "3")
    assert database.meta("a") == "3"


def test_writers_take_turns(database: Database) -> None:
    database.set_meta("n", "0")

    def count() -> None:
        for _ in range(20):
            with database.write() as db:
                (value,) = db.execute("SELECT value FROM meta WHERE key = 'n'").fetchone()
                database.set_meta("n", str(int(value) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.meta("n") == "80"


def test_a_kill_leaves_what_was_committed(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from musfuse.library.catalog import Database\n"
        "database = Database(Path(sys.argv[1])); database.set_meta('a', '1')\n"
        "with database.write() as db: db.execute(\"INSERT INTO meta VALUES ('b', '1')\"); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "catalog.db"], check=False)
    with closing(Database(tmp_path / "catalog.db")) as database:
        assert (database.meta("a"), database.meta("b")) == ("1", None)


def test_one_of_another_version_is_refused_and_only_an_older_one_is_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "catalog.db"
    with closing(Database(path)) as database:
        database.set_meta("a", "1")
    set_version(path, SCHEMA_VERSION + 1)
    for renew in (False, True):
        with pytest.raises(StoreError, match=r"made by a newer musfuse.*update musfuse"):
            Database(path, renew=renew)
    set_version(path, SCHEMA_VERSION - 1)
    with pytest.raises(StoreError, match=r"made by an older musfuse.*makes it anew"):
        Database(path)
    assert caplog.records == []
    with closing(Database(path, renew=True)) as database:
        assert database.meta("a") is None
        assert "it is made anew, which takes a scan" in caplog.text
        database.set_meta("a", "2")
    with closing(Database(path, renew=True)) as database:
        assert database.meta("a") == "2"


def test_what_is_no_catalog_can_be_deleted(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="sets it aside and makes it again"):
        Database(tmp_path / "catalog.db", renew=True)
    assert (tmp_path / "catalog.db").read_bytes().startswith(b"no database")


def test_one_on_a_read_only_disk_is_read(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4000) as disk:
        with closing(Database(disk / "catalog.db")) as database:
            database.set_meta("a", "1")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(StoreError, match="cannot be opened to be written"):
            Database(disk / "catalog.db")
        with closing(Database.for_reading(disk / "catalog.db")) as database:
            assert database.meta("a") == "1"
            with pytest.raises(StoreError):
                database.set_meta("a", "2")


@needs_tmpfs
def test_a_note_is_lost_on_a_full_disk_and_all_else_is_an_error(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4000) as disk, closing(Database(disk / "catalog.db")) as database:
        large = "x" * 2_000_000
        with database.note() as db:
            db.execute("INSERT INTO meta VALUES ('kept', '1')")
        filler = fill(disk)
        with database.note() as db:
            db.execute("INSERT INTO meta VALUES ('lost', ?)", (large,))
        assert "make room" in database.problem
        with pytest.raises(StoreError, match="make room"):
            database.set_meta("lost", large)
        assert (database.meta("kept"), database.meta("lost")) == ("1", None)
        filler.unlink()
        with database.note() as db:
            db.execute("INSERT INTO meta VALUES ('later', '1')")
        assert (database.problem, database.meta("later")) == ("", "1")


def test_an_error_of_ours_in_a_note_is_not_hidden(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.note():
        1 / 0  # noqa: B018
    assert database.problem == ""
