"""Collections in user.db."""

from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.library.userdb import CollectionTable, KeptCollection, UserDatabase
from musfuse.library.userdb.soundness import strange


def test_they_are_kept_changed_and_forgotten(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        table = CollectionTable(database, lambda: 7)
        table.add("b", "B", "{}")
        table.add("A", "A", "{1}")
        assert table.all() == [KeptCollection(2, "A", "{1}", 7), KeptCollection(1, "b", "{}", 7)]
        with pytest.raises(StoreError):
            table.add("a", "A", "{}")
        table.change(2, "C", "C", "{2}")
        assert table.named("C") == KeptCollection(2, "C", "{2}", 7)
        assert table.named("A") is None
        table.remove(2)
        table.add("D", "D", "{}")
        assert [kept.id for kept in table.all()] == [1, 3]  # no id is used twice


def test_what_is_hidden(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        table = CollectionTable(database)
        for hidden in (True, True, False, True):
            table.hide("80S", hidden)
        assert table.hidden() == {"80S"}


def test_a_database_without_the_tables_has_none(tmp_path: Path) -> None:
    with closing(UserDatabase.for_reading(tmp_path / "none.db")) as database:
        database.version = 4
        table = CollectionTable(database)
        assert (table.all(), table.named("A"), table.hidden()) == ([], None, frozenset())


def test_a_copy_with_something_else_in_it_is_told(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        database.execute("INSERT INTO collection VALUES (1, 'a', 'A', x'00', 1)")
    assert strange(tmp_path / "user.db") == ["1 of its collections cannot be read"]
