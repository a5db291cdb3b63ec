"""Room is given back, all rows stay, and what there is no room for is not begun."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests_support import needs_tmpfs, small_disk

from musfuse.errors import StoreError
from musfuse.store.shrinking import bytes_of, check_room, shrink


def test_a_database_becomes_smaller(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE t (x)")
        db.executemany("INSERT INTO t VALUES (?)", [(bytes(1000),)] * 1000)
        db.execute("DELETE FROM t WHERE rowid > 10")
        before = bytes_of(path)
        shrink(db)
        assert bytes_of(path) < before / 20
        assert db.execute("SELECT count(*) FROM t").fetchone() == (10,)


def test_nothing_takes_no_room(tmp_path: Path) -> None:
    assert bytes_of(tmp_path / "none.db") == 0


@needs_tmpfs
def test_where_there_is_no_room_it_is_not_begun(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 20_000) as disk:
        path = disk / "a.db"
        path.write_bytes(bytes(1 << 20))
        check_room(path)
        path.write_bytes(bytes(8 << 20))
        with pytest.raises(StoreError, match="needs 24 MiB meanwhile, and its disk has 11 MiB free; make room"):
            check_room(path)
