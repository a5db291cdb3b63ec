"""Lists are read by indexes: no query walks over a table or sorts a whole list."""

import sqlite3
from collections.abc import Callable, Iterator
from random import Random

import pytest

from musfuse.library.catalog import browsing, listedtracks
from musfuse.library.catalog.browsing import Lists, album_order
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.landmarks import Order


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    database = Database(tmp_path_factory.mktemp("plans") / "catalog.db")
    with database.read() as connection:
        yield connection
    database.close()


def plan(db: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> str:
    return "\n".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values))


ORDERS = [
    *(album_order(name, scope, 1, (1990, 2000)) for name in ("title", "artist", "newest", "year", "genre") for scope in (None, (1, 2))),
    album_order("year", None, 0, (2000, 1990)),
    Order("listed", ("item",)), Order("listed", ("item",), False, "source = ?", (1,)),
    Order("track_genre", ("source", "item"), False, "genre = ?", (1,)),
    Order("track_genre", ("item",), False, "genre = ? AND source = ?", (1, 1)),
]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.table}.{order.columns[0]}")
@pytest.mark.parametrize("marked", [False, True])
def test_pages_come_from_indexes_in_order(db: sqlite3.Connection, order: Order, marked: bool) -> None:
    values = (*order.values, *((1,) * len(order.columns) if marked else order.start_values), 10, 0)
    told = plan(db, order.sql(False, marked), values)
    assert "TEMP B-TREE" not in told
    assert "SCAN" not in told or "USING" in told or order.columns == ("item",)  # all of it in order, up to the limit
    if marked:
        assert ">?" in told or "<?" in told or ">(" in told or "<(" in told


QUERIES: list[tuple[str, Callable[[sqlite3.Connection], object]]] = [
    ("albums", lambda db: browsing.albums(db, [1])),
    ("albums of a scope", lambda db: browsing.albums(db, [1], (1, 2))),
    ("albums of an artist", lambda db: browsing.albums_of(db, 1, (1, 2))),
    ("artists", lambda db: browsing.artists(db, [1])),
    ("artists of a scope", lambda db: browsing.artists(db, [1], (1,))),
    ("folder", lambda db: browsing.folder(db, 1, None)),
    ("folders in", lambda db: browsing.folders_in(db, [1])),
    ("folders", lambda db: browsing.folders(db, [1], None)),
    ("tracks", lambda db: listedtracks.tracks(db, [1], (1,))),
    ("known as", lambda db: listedtracks.known_as(db, [1])),
    ("albums with", lambda db: listedtracks.albums_with(db, [1])),
    ("tracks of albums", lambda db: listedtracks.of_albums(db, [1], None)),
    ("tracks of an artist", lambda db: listedtracks.of_artist(db, 1, (1,), 5)),
    ("loose", lambda db: listedtracks.loose_of(db, 1, None)),
    ("in a folder", lambda db: listedtracks.in_folder(db, 1)),
    ("drawn", lambda db: listedtracks.drawn(db, None, listedtracks.Draw(1), 3, Random(1))),
    ("drawn of years", lambda db: listedtracks.drawn(db, (1,), listedtracks.Draw(0, 1990, 2000), 3, Random(1))),
    ("found artists", lambda db: browsing.found_artists(db, '"a" *', "a", (1,), 5, 0)),
    ("found albums", lambda db: browsing.found_albums(db, '"a" *', "a", (1,), 5, 0)),
    ("found tracks", lambda db: listedtracks.found(db, ['title : "a"'], (1,), 5, 0)),
    ("random albums", lambda db: browsing.random_albums(db, (1,), 3, Random(1))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ask"), QUERIES, ids=[name for name, _ in QUERIES])
def test_no_table_is_walked_over(
    db: sqlite3.Connection, name: str, ask: Callable[[sqlite3.Connection], object]
) -> None:
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    ask(db)
    db.set_trace_callback(None)
    for sql in (sql for sql in asked if sql.startswith(("SELECT", "\nSELECT")) and "_config" not in sql):
        for row in db.execute(f"EXPLAIN QUERY PLAN {sql}"):
            walks = row[3].startswith("SCAN") and "VIRTUAL TABLE" not in row[3]  # json_each and FTS5
            bounded = {"drawn": ("SCAN l",), "found": ("SCAN w",), "random": ("SCAN album_listing",)}
            assert not walks or row[3] in bounded[name.split()[0]], sql  # of some rows, as their LIMIT says


def test_counts_are_remembered_until_lists_change(db: sqlite3.Connection) -> None:
    lists = Lists()
    assert browsing.count_albums(db, lists, None) == 0
    lists.remember((browsing.version(db), "albums", None), 7)
    assert browsing.count_albums(db, lists, None) == 7
    assert browsing.genres(db, lists, None) == browsing.years(db, lists, None) == []
