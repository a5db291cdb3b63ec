"""Copies of databases: of one moment, whole or not there, and never of a damaged one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from damaging import spoil

from musfuse.errors import StoreError
from musfuse.store import KvNamespace, SqliteKv, copy_database
from musfuse.store.opening import DamagedError
from musfuse.store.suspicion import suspicion

TRACK = KvNamespace.TRACK


def test_a_copy_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    kv = SqliteKv(tmp_path / "kv.db")
    kv.put(TRACK, "a", b"1")
    (tmp_path / ".copy.db.partial").write_bytes(b"of a copy that was killed")
    with kv.transaction(TRACK) as tx:
        tx.put(TRACK, "a", b"2")
        copy_database(tmp_path / "kv.db", tmp_path / "copy.db")
    copy = SqliteKv(tmp_path / "copy.db")
    assert copy.get(TRACK, "a") == b"1"
    copy.close()
    kv.close()
    assert not (tmp_path / ".copy.db.partial").exists()


def test_a_copy_that_fails_leaves_the_target_as_it_was(tmp_path: Path) -> None:
    kv = SqliteKv(tmp_path / "kept.db")
    kv.put(TRACK, "a", b"1")
    kv.close()
    (tmp_path / "text.db").write_bytes(b"no database at all" * 100)
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("CREATE TABLE other (x)")
    for source in ("text.db", "foreign.db", "missing.db"):
        for target in ("kept.db", "new.db"):
            with pytest.raises(StoreError, match="cannot be copied"):
                copy_database(tmp_path / source, tmp_path / target)
    kv = SqliteKv(tmp_path / "kept.db")
    assert kv.get(TRACK, "a") == b"1"
    kv.close()
    assert {path.name for path in tmp_path.iterdir()} == {"kept.db", "text.db", "foreign.db"}


def test_a_damaged_database_is_not_copied_and_is_noted(tmp_path: Path) -> None:
    path, copy = tmp_path / "kv.db", tmp_path / "copy.db"
    kv = SqliteKv(path)
    for n in range(100):
        kv.put(TRACK, str(n), bytes(1000))
    kv.close()
    spoil(path, page=10)
    with pytest.raises(DamagedError, match=r"kv\.db cannot be copied"):
        copy_database(path, copy)
    assert suspicion(path)
    assert not copy.exists()
    assert not [file for file in tmp_path.iterdir() if "partial" in file.name]


def test_how_far_a_copy_is(tmp_path: Path) -> None:
    kv = SqliteKv(tmp_path / "kv.db")
    kv.put(TRACK, "a", bytes(8 << 20))
    kv.close()
    told: list[tuple[int, int]] = []
    copy_database(tmp_path / "kv.db", tmp_path / "copy.db", lambda done, pages: told.append((done, pages)))
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 2000
