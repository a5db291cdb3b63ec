"""What is wrong with a database is found, and nothing is with a sound one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from damaging import pages, spoil

from musfuse.errors import StoreError
from musfuse.store.integrity import header_problem, problems


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE t (x PRIMARY KEY, y REFERENCES t)")
        db.executemany("INSERT INTO t VALUES (?, NULL)", [(f"{n:0500}",) for n in range(200)])
        db.commit()
    return path


def test_a_sound_database_also_while_it_is_written(path: Path) -> None:
    assert (header_problem(path), problems(path)) == ("", [])
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("DELETE FROM t WHERE x > '1'")
        assert problems(path) == []
        db.execute("ROLLBACK")


def test_none_at_all_and_an_empty_one_are_sound(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for name in ("empty.db", "none.db"):
        assert (header_problem(tmp_path / name), problems(tmp_path / name)) == ("", [])
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("quick", [True, False])
def test_noise_on_any_page_is_found(path: Path, quick: bool) -> None:
    sound = path.read_bytes()
    for page in range(pages(path)):
        path.write_bytes(sound)
        spoil(path, page, seed=page)
        found = problems(path, quick=quick, most=3)
        assert 1 <= len(found) <= 3, page
        assert not any(line.startswith("***") for line in found)


def test_a_database_that_was_cut_is_not_sound(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 4096 * 5])
    assert problems(path)
    path.write_bytes(path.read_bytes()[:50])
    assert "header" in header_problem(path)


@pytest.mark.parametrize(("at", "value"), [(0, 0), (17, 3), (18, 9), (21, 1), (44, 200), (59, 200)])
def test_bytes_of_a_header_that_no_database_has(path: Path, at: int, value: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] = value
    path.write_bytes(data)
    assert header_problem(path)
    assert problems(path) == [header_problem(path)]


def test_an_index_that_does_not_agree_takes_the_long_look(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema=ON")
        db.execute("CREATE INDEX other ON t (y)")
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'other'").fetchone()[0]
        db.execute("DELETE FROM sqlite_master WHERE name = 'other'")
        db.execute("PRAGMA writable_schema=RESET")
        db.execute("INSERT INTO t VALUES ('new', NULL)")
        db.execute("PRAGMA writable_schema=ON")
        db.execute(
            "INSERT INTO sqlite_master VALUES ('index', 'other', 't', ?, 'CREATE INDEX other ON t (y)')", (root,)
        )
    assert problems(path, quick=True) == []
    assert "other" in problems(path)[0]


def test_a_row_that_belongs_to_none(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO t VALUES ('child', 'nobody')")
        db.commit()
    assert problems(path) == ["row 201 of t belongs to none of t"]


def test_who_wants_to_stop_is_told_of_nothing(path: Path) -> None:
    assert problems(path, stopping=lambda: True) == []


def test_what_cannot_be_read_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "a.db").mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        problems(tmp_path / "a.db")
