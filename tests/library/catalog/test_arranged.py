import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.library.catalog import Database, arranged
from musfuse.library.catalog.arranged import FolderRow
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.catalog.places import Place
from musfuse.library.names import name_key
from musfuse.model import Rendition


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "catalog.db")
    made._writer.execute("PRAGMA foreign_keys = OFF")  # items without files
    yield made
    made.close()


def place(path: str) -> Place:
    folder, _, name = path.rpartition("/")
    return Place(Rendition.FLAC, folder, name_key(folder), name, 100)


def put_items(db: sqlite3.Connection, count: int) -> None:
    """Items 1 to `count` with public ids ten times that."""
    for number in range(1, count + 1):
        db.execute(
            "INSERT INTO item (id, file, public, born_ns, version, facts) VALUES (?1, ?1, ?2, 0, 0, '{}')",
            (number, number * 10),
        )


def paths(places: dict[int, Place | None]) -> dict[int, str]:
    return {item: f"{found.dir}/{found.name}".lstrip("/") if found else "" for item, found in places.items()}


def test_an_edit_wins_over_the_template(database: Database) -> None:
    with database.write() as db:
        put_items(db, 7)
        arranged.put_folder(db, MAIN, 1, 0, "Fav", False)
        arranged.put_folder(db, MAIN, 2, 1, "Deep", False)
        arranged.put_base(db, MAIN, "ANN", 1)
        arranged.put_base(db, MAIN, "ANN/BEST", 2)
        arranged.put_stay(db, MAIN, 10, 2, "Mine", follows=True, gone=False)
        arranged.put_stay(db, MAIN, 20, 1, "", follows=False, gone=False)
        arranged.put_stay(db, MAIN, 30, 1, "", follows=False, gone=True)
        arranged.put_stay(db, MAIN, 40, 99, "x", follows=False, gone=False)  # that folder is not there
        arranged.put_stay(db, MAIN, 70, 0, "any.thing", follows=False, gone=False)
        wanted = {
            1: place("Bob/One.wav"), 2: place("Bob/Two.flac"), 3: place("Bob/Three.flac"), 4: place("Bob/Four.flac"),
            5: place("Ann/Best/CD1/Five.flac"), 6: place("Ann/Rest/Six.flac"), 7: place("Ann/Best/Seven.flac"),
        }  # fmt: skip
        found = arranged.arranged(db, MAIN, wanted)
    assert paths(found) == {
        1: "Fav/Deep/Mine.wav", 2: "Fav/Two.flac", 3: "", 4: "Bob/Four.flac", 5: "Fav/Deep/CD1/Five.flac",
        6: "Fav/Rest/Six.flac", 7: "any.thing",
    }  # fmt: skip
    assert {item for item, one in found.items() if one and one.fixed} == {1, 7}
    assert all(one is None or one.key == name_key(one.dir) for one in found.values())


def test_of_other_views_nothing_counts_and_what_has_no_place_gets_none(database: Database) -> None:
    with database.write() as db:
        put_items(db, 2)
        arranged.put_folder(db, 2, 1, 0, "Fav", False)
        arranged.put_base(db, 2, "ANN", 1)
        wanted = {1: place("Ann/One.flac"), 2: None}
        assert arranged.arranged(db, MAIN, wanted) == wanted
        arranged.put_stay(db, MAIN, 20, 0, "x", follows=False, gone=False)
        assert arranged.arranged(db, MAIN, wanted) == wanted
        assert (arranged.arranges(db, MAIN), arranged.arranges(db, 3)) == (True, False)
        arranged.clear(db, MAIN)
        assert not arranged.arranges(db, MAIN)


def test_paths_below_follow_a_folder_that_moves(database: Database) -> None:
    with database.write() as db:
        for folder, parent, name in ((1, 0, "a"), (2, 1, "b"), (3, 2, "c"), (4, 0, "ab"), (5, 0, "é")):
            arranged.put_folder(db, MAIN, folder, parent, name, folder == 3)
        arranged.put_folder(db, MAIN, 1, 5, "long name", False)
        rows = {row.id: row for row in arranged.folders(db, MAIN)}
        assert rows[3] == FolderRow(3, 2, "c", True, "é/long name/b/c", "É/LONG NAME/B/C")
        assert rows[4].path == "ab"
        assert [row.id for row in arranged.below(db, MAIN, "É/LONG NAME")] == [1, 2, 3]
        assert list(arranged.kept(db, MAIN)) == ["É/LONG NAME/B/C"]
        assert arranged.by_key(db, MAIN, "É/LONG NAME/B") == rows[2]


def test_a_folder_of_the_template_is_shown_by_the_nearest_above_it(database: Database) -> None:
    with database.write() as db:
        arranged.put_folder(db, MAIN, 1, 0, "Fav", False)
        arranged.put_base(db, MAIN, "A/B", 1)
        assert arranged.base_above(db, MAIN, "A/B/C") == arranged.base_above(db, MAIN, "A/B") == "A/B"
        assert arranged.base_above(db, MAIN, "A/BC") is None
        assert [arranged.shown_key(db, MAIN, key) for key in ("A", "A/B", "A/B/C")] == ["A", "FAV", "FAV/C"]
        arranged.drop_folder(db, MAIN, 1)
        assert arranged.shown_key(db, MAIN, "A/B") == "A/B"


def test_companions_are_hidden_in_one_folder(database: Database) -> None:
    with database.write() as db:
        arranged.put_folder(db, MAIN, 1, 0, "Fav", False)
        arranged.hide(db, MAIN, 1, "COVER.JPG")
        arranged.hide(db, MAIN, 0, "BOOKLET.PDF")
    hidden = [set(arranged.hidden(database, MAIN, key)) for key in ("FAV", "", "ANN")]
    assert hidden == [{"COVER.JPG"}, {"BOOKLET.PDF"}, set()]


def test_tracks_that_are_one_stay_at_one_place(database: Database) -> None:
    with database.write() as db:
        arranged.put_stay(db, MAIN, 1, 0, "one", follows=False, gone=False)
        arranged.put_stay(db, 2, 1, 0, "one", follows=False, gone=False)
        arranged.put_stay(db, 2, 9, 0, "nine", follows=False, gone=False)
    arranged.merge(database, 1, 9)
    with database.read() as db:
        assert list(arranged.stays(db, MAIN)) == [(9, (0, "one", False, False))]
        assert list(arranged.stays(db, 2)) == [(9, (0, "nine", False, False))]


def test_what_it_takes_does_not_grow_with_what_else_stays(database: Database) -> None:
    wanted = {number: place("Ann/Best/x.flac") for number in range(1, 51)}
    steps = list[int]()
    with database.write() as db:
        put_items(db, 1000)
        for count in (60, 1000):
            arranged.pin(db, MAIN, 0, [number * 10 for number in range(1, count + 1)])
            seen = list[int]()
            db.set_progress_handler(lambda seen=seen: seen.append(1), 10)  # type: ignore[misc]
            assert set(paths(arranged.arranged(db, MAIN, wanted)).values()) == {"x.flac"}
            db.set_progress_handler(None, 0)
            steps.append(len(seen))
    assert steps[1] < steps[0] * 2, steps
