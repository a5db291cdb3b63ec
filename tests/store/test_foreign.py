"""Databases of other programs: read whole, in whatever state they lie there, and left as they are."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from musfuse.errors import ConfigError
from musfuse.store import foreign
from musfuse.store.foreign import foreign_database


def make(path: Path, journal: str = "delete", rows: int = 3) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA journal_mode={journal}")
        db.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, text)")
        db.executemany("INSERT INTO t (text) VALUES (?)", ((f"row {n}",) for n in range(rows)))
        db.commit()
    return path


def left_behind(path: Path, *names: str) -> Path:
    """A database in WAL mode whose writer was killed: the log holds a row; these files lie beside it."""
    live = make(path.with_name("live.db"), "wal")
    with closing(sqlite3.connect(live)) as writer:
        writer.execute("INSERT INTO t (text) VALUES ('in the log')")
        writer.commit()
        for name in ("", *names):
            shutil.copyfile(f"{live}{name}", f"{path}{name}")
    for file in path.parent.glob("live.db*"):
        file.unlink()
    return path


def age(folder: Path) -> None:
    for file in (*folder.iterdir(), folder):
        os.utime(file, ns=(10**18, 10**18))


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    def state() -> dict[str, tuple[int, str]]:
        return {
            str(path): (
                path.stat().st_mtime_ns,
                hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest(),
            )
            for path in (folder, *folder.iterdir())
        }

    before = state()
    yield
    assert state() == before


def texts(path: Path) -> list[object]:
    with foreign_database(path) as database:
        return [text for _, text in database.rows("t", ["n", "text"], ["n"])]


PLAIN = ["row 0", "row 1", "row 2"]


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_what_nobody_has_open_is_read_and_left(tmp_path: Path, journal: str) -> None:
    path = make(tmp_path / "x.db", journal)
    with untouched(tmp_path):
        assert texts(path) == PLAIN


@pytest.mark.parametrize("beside", [("-wal",), ("-wal", "-shm")])
def test_a_log_that_a_killed_program_left_counts(tmp_path: Path, beside: tuple[str, ...]) -> None:
    path = left_behind(tmp_path / "x.db", *beside)
    age(tmp_path)
    with untouched(tmp_path):
        assert texts(path) == [*PLAIN, "in the log"]


def test_a_transaction_that_was_cut_off_does_not_count(tmp_path: Path) -> None:
    path = make(tmp_path / "live.db", rows=2000)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA cache_size=1")
        writer.execute("BEGIN")
        writer.execute("UPDATE t SET text = 'half done' || n")
        (tmp_path / "killed").mkdir()
        for name in ("", "-journal"):
            shutil.copyfile(f"{path}{name}", tmp_path / f"killed/x.db{name}")
        writer.execute("ROLLBACK")
    age(tmp_path / "killed")
    with untouched(tmp_path / "killed"):
        assert texts(tmp_path / "killed/x.db")[:2] == ["row 0", "row 1"]


def test_what_somebody_writes_is_read_as_of_one_moment(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "wal")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("INSERT INTO t (text) VALUES ('committed')")
        writer.execute("BEGIN")
        writer.execute("INSERT INTO t (text) VALUES ('not yet')")
        assert texts(path) == [*PLAIN, "committed"]
        writer.execute("COMMIT")


def test_a_link_is_followed_to_the_log_beside_its_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    left_behind(tmp_path / "real/x.db", "-wal")
    age(tmp_path / "real")
    (tmp_path / "link.db").symlink_to(tmp_path / "real/x.db")
    assert texts(tmp_path / "link.db")[-1] == "in the log"


def test_nothing_of_a_schema_is_run(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as db:
        db.executescript(
            "CREATE TABLE t (a, b GENERATED ALWAYS AS (zeroblob(1000000000)), c);"
            "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS a FROM n;"
            "CREATE VIRTUAL TABLE words USING fts5 (a); INSERT INTO t (a, c) VALUES (1, 2);"
        )
    with foreign_database(tmp_path / "x.db") as database:
        assert database.columns("t") == {"a", "c"}
        for name in ("endless", "words", "nowhere", 'q"uote'):
            assert database.columns(name) == frozenset()
        assert list(database.rows("t", ["a"])) == [(1,)]


def test_text_that_is_none_keeps_its_bytes_and_comes_once(tmp_path: Path) -> None:
    with closing(sqlite3.connect(make(tmp_path / "x.db", rows=1000))) as db:
        db.execute("INSERT INTO t (text) VALUES (CAST(x'61ff62' AS TEXT))")
        db.commit()
    found = texts(tmp_path / "x.db")
    assert (len(found), found[-1]) == (1001, "a\udcffb")


def test_a_value_that_no_library_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "LARGEST", 100_000)
    with closing(sqlite3.connect(make(tmp_path / "x.db"))) as db:
        db.execute("INSERT INTO t (text) VALUES (zeroblob(200000))")
        db.commit()
    with pytest.raises(ConfigError, match=r"x\.db: cannot be read: .*too big"):
        texts(tmp_path / "x.db")


def test_rows_with_a_value_are_found_by_an_index_of_the_copy(tmp_path: Path) -> None:
    with foreign_database(make(tmp_path / "x.db")) as database:
        database.make_fast("t", "text")
        database.make_fast("t", "text")
        assert list(database.rows("t", ["n"], where=("text", "row 1"))) == [(2,)]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 200, b"<?xml version='1.0'?>" * 100])
def test_what_is_no_database_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.db").write_bytes(content)
    if content:
        with pytest.raises(ConfigError, match=r"x\.db: cannot be read as a database"):
            texts(tmp_path / "x.db")
    else:
        with foreign_database(tmp_path / "x.db") as database:  # to SQLite that is one without tables
            assert database.columns("t") == frozenset()


def test_a_database_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", rows=5000)
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(ConfigError, match=r"x\.db: cannot be read"):
        texts(path)


@pytest.mark.parametrize("order", [(), ("text",)], ids=["as they come", "sorted"])
def test_pages_that_hold_one_another_have_an_end(tmp_path: Path, order: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(make(tmp_path / "x.db", rows=20_000))) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    pages = bytearray((tmp_path / "x.db").read_bytes())
    first, *others = (n for n in range(root + 1, len(pages) // size) if pages[(n - 1) * size] == _LEAF)
    below = first
    for number in (*others[:6], root):
        pages[(number - 1) * size : number * size] = holding(below, size)
        below = number
    (tmp_path / "x.db").write_bytes(pages)
    with (
        foreign_database(tmp_path / "x.db") as database,
        pytest.raises(ConfigError, match=r"x\.db: cannot be read: it is damaged: .* more than it has room for"),
    ):
        for _ in database.rows("t", ["n", "text"], order):
            pass


_LEAF, _INTERIOR = 13, 5


def holding(page: int, size: int, times: int = 300) -> bytes:
    """An interior page of a table, whose children are all the same page (the format of SQLite's files, 1.6)."""
    cells = b"".join(page.to_bytes(4, "big") + bytes([n % 100 + 1]) for n in range(times))
    begin = size - len(cells)
    head = bytes([_INTERIOR, 0, 0]) + times.to_bytes(2, "big") + begin.to_bytes(2, "big") + b"\0"
    head += page.to_bytes(4, "big") + b"".join((begin + 5 * n).to_bytes(2, "big") for n in range(times))
    return head.ljust(begin, b"\0") + cells


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "nowhere", "."):
        with pytest.raises(ConfigError, match="cannot be read"), foreign_database(tmp_path / name):
            pass
