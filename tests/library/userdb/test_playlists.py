"""Playlists in user.db: their tracks in order, by public ids."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import StoreError
from musfuse.library.userdb import PlaylistEntry, PlaylistTable, UserDatabase
from musfuse.store import SqliteKv


@pytest.fixture
def database(tmp_path: Path) -> Iterator[UserDatabase]:
    with closing(UserDatabase(tmp_path / "user.db")) as made:
        yield made


def tracks(table: PlaylistTable, playlist: int) -> list[int]:
    return [entry.id for entry in table.entries(playlist)]


def test_they_are_made_renamed_and_forgotten(database: UserDatabase) -> None:
    times = iter(range(1, 99))
    table = PlaylistTable(database, lambda: next(times))
    made = table.add("Mix", "MIX")
    assert table.named("MIX") == made
    with pytest.raises(StoreError):
        table.add("mix", "MIX")
    table.append(made.id, [(5, "A/1.flac"), (5, "A/1.flac"), (6, "A/2.flac")])
    assert list(table.entries(made.id))[1] == PlaylistEntry(1, 5, "A/1.flac")
    (changed,) = table.all()
    assert changed.changed_ns > changed.created_ns
    table.rename(made.id, "Mehr", "MEHR")
    assert [kept.name for kept in table.all()] == ["Mehr"]
    table.remove(made.id)
    assert (table.all(), tracks(table, made.id)) == ([], [])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 8), st.integers(1, 3)), max_size=12))
def test_it_is_a_list(acts: list[tuple[bool, int, int]]) -> None:
    with closing(UserDatabase(Path("none"), kv=SqliteKv.temporary())) as database:
        table, model, number = PlaylistTable(database), list[int](), 0
        playlist = table.add("a", "A").id
        for takes, at, count in acts:
            if takes:
                gone = list(table.entries(playlist))[at : at + count]
                table.take_out(playlist, [entry.position for entry in gone])
                del model[at : at + count]
            else:
                new = list(range(number, number + count))
                number += count
                table.append(playlist, [(track, "") for track in new], at or None)
                model[at - 1 if at else len(model) : at - 1 if at else len(model)] = new
            assert tracks(table, playlist) == model
            assert table.count(playlist) == len(model)


def test_what_follows_a_track_and_where_it_is(database: UserDatabase) -> None:
    times = iter(range(1, 99))
    table = PlaylistTable(database, lambda: next(times))
    first, second = table.add("a", "A").id, table.add("b", "B").id
    table.append(second, [(1, ""), (2, "")])
    table.append(first, [(9, ""), (1, ""), (3, ""), (4, "")])
    assert table.of_track(1, 5) == [(first, 1), (second, 0)]
    assert table.behind(first, 1, 1) == [3]
    assert table.behind(second, 1, 3) == []
    table.merge(1, 7)
    assert (tracks(table, first), tracks(table, second)) == ([9, 7, 3, 4], [7, 2])


def test_long_ones_are_read_in_pages(database: UserDatabase) -> None:
    table = PlaylistTable(database)
    playlist = table.add("a", "A").id
    table.append(playlist, [(number, "") for number in range(1100)])
    assert tracks(table, playlist) == list(range(1100))


def test_a_database_without_the_tables_has_none(database: UserDatabase) -> None:
    database.version = 4
    table = PlaylistTable(database)
    assert (table.all(), table.named("A"), list(table.entries(1)), table.of_track(1, 1)) == ([], None, [], [])
