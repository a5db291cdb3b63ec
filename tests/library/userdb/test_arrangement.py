from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.library.userdb.arrangement import ArrangementTable, Copy, Edit, Stay, merge, token
from musfuse.library.userdb.database import ARRANGED, SCHEMA_VERSION, UserDatabase

SMALL = st.integers(1, 3)
CHANGES = st.one_of(
    st.tuples(st.just("folder"), SMALL, st.sampled_from("ab"), st.booleans()),
    st.tuples(st.just("drop_folder"), SMALL),
    st.tuples(st.just("base"), st.sampled_from(["A", "A/B"]), SMALL),
    st.tuples(st.just("drop_base"), st.sampled_from(["A", "A/B"])),
    st.tuples(st.just("stay"), SMALL, SMALL, st.booleans()),
    st.tuples(st.just("drop_stay"), SMALL),
    st.tuples(st.just("pin"), SMALL, st.lists(SMALL, max_size=3)),
    st.tuples(st.just("copy"), SMALL, SMALL, st.booleans()),
    st.tuples(st.just("drop_copy"), SMALL),
    st.tuples(st.just("hide"), SMALL),
    st.tuples(st.just("unhide"), SMALL),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[UserDatabase]:
    made = UserDatabase(tmp_path / "user.db")
    yield made
    made.close()


@pytest.fixture
def table(database: UserDatabase) -> ArrangementTable:
    return ArrangementTable(database, "main", lambda: 7)


def rows(table: ArrangementTable) -> list[object]:
    """All that is in force."""
    placed = [list(table.folders()), list(table.bases()), list(table.stays()), list(table.copies())]
    return [*placed, table.hidden(), table.edits()]


def change(table: ArrangementTable, seq: int, what: str, *values: object) -> None:
    first, *more = values
    match what:
        case "folder":
            table.put_folder(seq, 0, str(more[0]), bool(more[1]), int(str(first)))
        case "drop_folder":
            table.drop_folder(seq, int(str(first)))
        case "base":
            table.put_base(seq, str(first), int(str(more[0])))
        case "drop_base":
            table.drop_base(seq, str(first))
        case "stay":
            table.put_stay(seq, int(str(first)), Stay(int(str(more[0])), "x", True, bool(more[1])))
        case "copy":
            known = dict(table.copies())
            number = int(str(first)) if int(str(first)) in known else None
            table.put_copy(seq, Copy(5, int(str(more[0])), "x", True, bool(more[1])), number)
        case "drop_copy":
            table.drop_copy(seq, int(str(first)))
        case "drop_stay":
            table.drop_stay(seq, int(str(first)))
        case "pin":
            table.pin(seq, int(str(first)), list(more[0]))  # type: ignore[call-overload]
        case "hide":
            table.hide(seq, int(str(first)), "COVER")
        case _:
            table.unhide(seq, int(str(first)), "COVER")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CHANGES, max_size=6), max_size=5))
def test_what_is_taken_back_is_as_if_it_had_never_been(edits: list[list[tuple[str, object]]]) -> None:
    database = UserDatabase(Path("/nowhere/user.db"), kv=UserDatabase.for_reading(Path("/nowhere/none")).kv)
    database.kv.run_script(_schema())
    database.version = SCHEMA_VERSION
    table, before = ArrangementTable(database, "main"), list[list[object]]()
    with database.transaction():
        for changes in edits:
            before.append(rows(table))
            seq = table.begin("move", "a", "b")
            for one in changes:
                change(table, seq, *one)
        for expected in reversed(before):
            last = table.last()
            assert last is not None
            table.take_back(last.seq)
            assert rows(table) == expected
    assert database.execute("SELECT count(*) FROM view_before") == [(0,)]
    database.close()


def _schema() -> str:
    from importlib import resources

    return resources.files("musfuse.library.userdb").joinpath("schema.sql").read_text("utf-8")


def test_edits_are_logged_and_told_of(table: ArrangementTable, database: UserDatabase) -> None:
    assert (token(database), table.count(), table.last()) == ("", 0, None)
    seq = table.begin("move", "Ann/One.flac", "Fav/One.flac")
    folder = table.put_folder(seq, 0, "Fav", False)
    table.put_stay(seq, 5, Stay(folder, "One", True))
    table.concerned(seq, 1)
    edit = Edit(seq, 7, "move", "Ann/One.flac", "Fav/One.flac", 1)
    assert (table.edits(), table.last(), table.edit_of(5), table.edit_of(6)) == ([edit], edit, edit, None)
    other = ArrangementTable(database, "car")
    assert (other.count(), rows(other)) == (0, [[], [], [], [], [], []])
    first = token(database)
    other.clear()
    assert table.count() == 1
    table.clear()
    assert rows(table) == [[], [], [], [], [], []]
    assert token(database) not in ("", first)


def test_many_rows_are_read_in_pages(table: ArrangementTable) -> None:
    seq = table.begin("move", "a", "b")
    table.pin(seq, 1, range(-1500, 1500))
    assert [public for public, _ in table.stays()] == list(range(-1500, 1500))


def test_a_track_that_turns_out_to_be_another_stays_where_it_was_put_last(
    table: ArrangementTable, database: UserDatabase
) -> None:
    first, second = table.begin("move", "a", "b"), table.begin("move", "b", "c")
    table.put_stay(first, 1, Stay(0, "first"))
    table.put_stay(second, 2, Stay(0, "second"))
    merge(database, 2, 1)
    assert list(table.stays()) == [(1, Stay(0, "second"))]
    third = table.begin("move", "c", "d")
    table.put_stay(third, 1, Stay(0, "third"))
    merge(database, 1, 9)
    table.take_back(third)
    assert list(table.stays()) == [(9, Stay(0, "second"))]


def test_copies_of_a_track_that_turns_out_to_be_another_are_that_one_s(
    table: ArrangementTable, database: UserDatabase
) -> None:
    first = table.begin("copy", "a", "b")
    number = table.put_copy(first, Copy(1, 0, "a", True))
    table.put_stay(table.begin("remove", "c"), 2, Stay(0, gone=True))
    last = table.begin("move", "b", "d")
    table.put_copy(last, Copy(1, 3, "d", True), number)
    edit = table.edit_of_copy(number)
    assert edit is not None
    assert edit.seq == last
    merge(database, 1, 2)
    assert list(table.copies()) == [(number, Copy(2, 3, "d", True))]
    assert list(table.stays()) == [], "who has a copy is not gone"
    table.take_back(last)
    assert list(table.copies()) == [(number, Copy(2, 0, "a", True))]


def test_a_database_without_the_tables_has_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "user.db"
    UserDatabase(path).close()
    old = UserDatabase(path)
    old.version = ARRANGED
    assert list(ArrangementTable(old, "main").copies()) == []
    assert ArrangementTable(old, "main").edit_of_copy(1) is None
    old.version = ARRANGED - 1
    table = ArrangementTable(old, "main")
    assert (token(old), table.count(), table.last()) == ("", 0, None)
    table.clear()
    merge(old, 1, 2)
    old.close()
