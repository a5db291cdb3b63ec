"""Paths that go, whoever deletes, moves or renames nodes."""

import sqlite3

import pytest

from musfuse.library.catalog import gone
from musfuse.library.catalog.gone import Gone, Went


@pytest.fixture
def db() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute(
        "CREATE TABLE node (id INTEGER PRIMARY KEY, parent INTEGER, name TEXT, name_key TEXT, tree INTEGER DEFAULT 1,"
        " item INTEGER)"
    )
    db.execute("CREATE TABLE view AS SELECT 1 AS tree")
    rows = [(1, 0, ""), (2, 1, "Ann"), (3, 2, "Best"), (4, 3, "One"), (5, 3, "Two")]
    db.executemany("INSERT INTO node (id, parent, name) VALUES (?, ?, ?)", rows)
    db.execute("UPDATE node SET item = id WHERE id > 3")
    return db


@pytest.fixture
def watched(db: sqlite3.Connection) -> Gone:
    made = Gone()
    made.watch(db)
    return made


def went(db: sqlite3.Connection, watched: Gone) -> Went:
    return watched.take(lambda n: db.execute("SELECT parent, name FROM node WHERE id = ?", (n,)).fetchone())


def taken(db: sqlite3.Connection, watched: Gone) -> list[str]:
    return sorted(went(db, watched).paths)


def test_what_stays_is_not_gone(db: sqlite3.Connection, watched: Gone) -> None:
    db.execute("INSERT INTO node (id, parent, name) VALUES (6, 3, 'Three')")
    db.execute("UPDATE node SET parent = 3, name = 'One', name_key = 'one' WHERE id = 4")
    assert taken(db, watched) == []


def test_names_are_told_once_with_the_folders_as_they_were(db: sqlite3.Connection, watched: Gone) -> None:
    db.execute("UPDATE node SET name = 'Uno' WHERE id = 4")
    db.execute("UPDATE node SET name = 'Eins' WHERE id = 4")
    db.execute("UPDATE node SET name = 'ANN' WHERE id = 2")
    db.execute("DELETE FROM node WHERE id = 5")
    assert taken(db, watched) == ["Ann", "Ann/Best/One", "Ann/Best/Two"]
    assert taken(db, watched) == []
    db.execute("UPDATE node SET parent = 2 WHERE id = 4")
    assert taken(db, watched) == ["ANN/Best/Eins"]


def test_folders_that_are_elsewhere_are_told_with_where_they_are(db: sqlite3.Connection, watched: Gone) -> None:
    db.execute("UPDATE node SET name = 'ANN' WHERE id = 2")
    db.execute("UPDATE node SET name = 'best' WHERE id = 3")
    db.execute("UPDATE node SET name = 'Uno' WHERE id = 4")
    assert went(db, watched).moved == (("Ann", "ANN"), ("Ann/Best", "ANN/best"))
    db.execute("UPDATE node SET name = 'Best' WHERE id = 3")
    db.execute("DELETE FROM node WHERE id = 3")
    assert went(db, watched) == Went(("ANN/best",))


def test_of_a_tree_that_nobody_sees_nothing_is_told(db: sqlite3.Connection, watched: Gone) -> None:
    db.execute("UPDATE view SET tree = 2")
    db.execute("UPDATE node SET name = 'Uno' WHERE id = 4")
    db.execute("DELETE FROM node WHERE id = 5")
    assert taken(db, watched) == []


def test_a_folder_goes_with_all_that_it_held(db: sqlite3.Connection, watched: Gone) -> None:
    db.execute("DELETE FROM node WHERE id > 1")
    assert taken(db, watched) == ["Ann", "Ann/Best", "Ann/Best/One", "Ann/Best/Two"]


def test_no_more_than_so_many_are_remembered(
    db: sqlite3.Connection, watched: Gone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gone, "LIMIT", 2)
    db.execute("DELETE FROM node WHERE id > 1")
    assert len(watched.take(lambda _: None).paths) == 2
