"""Sources that somebody added: their order, and uids that are never given to another place."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from musfuse.library.userdb import SourceTable, UserDatabase
from musfuse.library.userdb.sources import source_uid
from musfuse.origins import SourceSpec


@pytest.fixture
def database(tmp_path: Path) -> Iterator[UserDatabase]:
    made = UserDatabase(tmp_path / "user.db")
    yield made
    made.close()


def test_order_is_by_priority_then_as_they_were_added(database: UserDatabase) -> None:
    table = SourceTable(database)
    for name in "abcd":
        table.add("file", f"file:///{name}", f"/{name}", 1)
    b = table.all()[1].spec
    table.change(replace(b, priority=7, name="B", options={"x": "y"}, secrets={"k": "env:K"}))
    assert [spec.uri[-1] for spec in table.current()] == ["b", "a", "c", "d"]
    assert table.current()[0] == replace(b, priority=7, name="B", options={"x": "y"}, secrets={"k": "env:K"})
    table.remove(b.uid, 5)
    assert [spec.uri[-1] for spec in table.current()] == ["a", "c", "d"]
    assert [(kept.spec.uid, kept.removed_ns) for kept in table.all() if kept.removed_ns] == [(b.uid, 5)]
    table.restore(b.uid)
    assert table.current()[0].uid == b.uid


def test_a_uid_is_never_given_to_another_place(database: UserDatabase) -> None:
    table = SourceTable(database)
    old = table.add("file", "file:///old", "/old", 1)
    assert old.uid == source_uid("/old")
    table.change(replace(old, uri="file:///new"))
    back = table.add("file", "file:///old", "/old", 2)
    assert back.uid not in (old.uid, source_uid("/new"))
    for uid in (old.uid, back.uid):
        table.purge(uid)
    assert table.all() == []
    assert table.add("file", "file:///new", "/new", 3).uid == source_uid("/new")
    third = table.add("file", "file:///old", "/old", 4).uid
    assert third not in (old.uid, back.uid)


def test_the_same_place_has_the_same_uid_in_every_library(database: UserDatabase, tmp_path: Path) -> None:
    uid = SourceTable(database).add("file", "file:///m", "/m", 1).uid
    SourceTable(database).purge(uid)
    assert SourceTable(database).add("file", "file:///m", "/m", 2).uid == uid
    with closing(UserDatabase(tmp_path / "other.db")) as other:
        assert SourceTable(other).add("file", "file:///m", "/m", 1) == SourceSpec(uid, "file", "file:///m")
