"""What cannot be made again: transactions, copies, stores that are read, stores that nobody sees."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests_support import small_disk

from musfuse.errors import StoreError
from musfuse.store import KvNamespace, SqliteKv, keep_temporary_files_in

TRACK, HISTORY = KvNamespace.TRACK, KvNamespace.HISTORY


def test_a_transaction_inside_of_one_is_part_of_it(tmp_path: Path) -> None:
    kv = SqliteKv(tmp_path / "kv.db")
    with pytest.raises(ZeroDivisionError), kv.transaction(TRACK) as outer:
        with outer.transaction(HISTORY) as inner:
            inner.put(HISTORY, "a", b"1")
        outer.put(TRACK, "a", b"1")
        1 / 0  # noqa: B018
    assert kv.get(TRACK, "a") is kv.get(HISTORY, "a") is None
    kv.put(TRACK, "a", b"2")  # none was left open
    kv.close()


def test_what_was_put_survives_a_kill(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from musfuse.store import KvNamespace, SqliteKv;"
        "kv = SqliteKv(Path(sys.argv[1])); kv.put(KvNamespace.TRACK, 'a', b'1');"
        "tx = kv.transaction(KvNamespace.TRACK); tx.__enter__(); kv.put(KvNamespace.TRACK, 'b', b'1'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "kv.db")], check=False)
    kv = SqliteKv(tmp_path / "kv.db")
    assert list(kv.scan(TRACK)) == ["a"]
    kv.close()


def test_a_script_is_all_or_nothing(tmp_path: Path) -> None:
    kv = SqliteKv(tmp_path / "kv.db")
    with pytest.raises(StoreError, match=r"kv\.db"):
        kv.run_script("CREATE TABLE one (x); CREATE TABLE one (x);")
    kv.run_script("CREATE TABLE one (x); INSERT INTO one VALUES (7);")
    assert kv.execute("SELECT x FROM one") == [(7,)]
    kv.close()


def test_a_scan_holds_no_more_than_a_page(tmp_path: Path) -> None:
    """What goes behind the page that is read is not listed any more."""
    kv = SqliteKv(tmp_path / "kv.db")
    with kv.transaction(TRACK) as tx:
        for n in range(2100):
            tx.put(TRACK, f"{n:04}", b"1")
    keys = kv.scan(TRACK)
    first = next(keys)
    kv.delete(TRACK, "2099")
    assert [first, *keys] == [f"{n:04}" for n in range(2099)]
    kv.close()


def test_a_temporary_store_is_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one, two = SqliteKv.temporary(), SqliteKv.temporary()
    one.put(TRACK, "a", bytes(1 << 20))
    assert two.get(TRACK, "a") is None
    assert list(tmp_path.iterdir()) == []
    one.close()
    two.close()


def test_a_store_is_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1000) as disk:
        kv = SqliteKv(disk / "kv.db")
        kv.put(TRACK, "a", b"1")
        kv.close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(StoreError, match="cannot be opened to be written"):
            SqliteKv(disk / "kv.db")
        kv = SqliteKv.for_reading(disk / "kv.db")
        assert kv.get(TRACK, "a") == b"1"
        with pytest.raises(StoreError):
            kv.put(TRACK, "a", b"2")
        kv.close()


def test_large_statements_spill_beside_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "it's"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "kv.db")) as db:
        keep_temporary_files_in(folder, db)
        assert db.execute("PRAGMA temp_store_directory").fetchone() in ((str(folder),), None)  # a build without it
        keep_temporary_files_in(tmp_path / "gone", db)
        assert db.execute("PRAGMA temp_store_directory").fetchone() in ((str(folder),), None)
        db.execute("PRAGMA temp_store_directory = ''")
