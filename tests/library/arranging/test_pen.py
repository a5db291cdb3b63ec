"""An edit takes effect in both databases, or in neither."""

import pytest

from library.arranging.conftest import Rearranged
from musfuse.errors import StoreError
from musfuse.library.arranging.bringing import is_behind
from musfuse.library.arranging.pen import writing
from musfuse.library.catalog import arranged
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.userdb.arrangement import ArrangementTable, Edit, Stay


def test_what_is_written_is_the_same_in_both(rearranged: Rearranged) -> None:
    user, catalog = rearranged.library.stores.user, rearranged.library.catalog.database
    table = ArrangementTable(user, "main", lambda: 7)
    with writing(user, catalog, table, MAIN, "move", "a", "b") as pen:
        folder = pen.folder(0, "Fav", True)
        other = pen.folder(folder, "Deep", False)
        pen.base("ANN", folder)
        pen.stay(77, Stay(other, "x", True))
        pen.pin(folder, [77, 78])
        pen.stay(79, Stay(other, gone=True))
        pen.hide(folder, "cover.jpg")
    assert (table.last(), is_behind(user, catalog)) == (Edit(pen.seq, 7, "move", "a", "b", 2), False)
    with writing(user, catalog, table, MAIN, "remove", "a") as pen:
        pen.drop(other)
        pen.drop(folder)
    with catalog.read() as db:
        for one in (list(table.folders()), arranged.folders(db, MAIN), list(table.bases()), arranged.bases(db, MAIN)):
            assert one == []
        assert [public for public, _ in table.stays()] == [public for public, _ in arranged.stays(db, MAIN)] == [79]
        assert table.hidden() == []


def test_what_fails_leaves_both_as_they_were(rearranged: Rearranged) -> None:
    user, catalog = rearranged.library.stores.user, rearranged.library.catalog.database
    table, generation = ArrangementTable(user, "main"), rearranged.library.catalog.nodes.generation()
    with pytest.raises(ZeroDivisionError), writing(user, catalog, table, MAIN, "move", "a", "b") as pen:
        pen.folder(0, "Fav", True)
        raise ZeroDivisionError
    with pytest.raises(StoreError), writing(user, catalog, table, MAIN, "move", "a", "b") as pen:
        pen.folder(0, "Fav", True)
        pen.db.execute("INSERT INTO none VALUES (1)")
    assert (table.count(), list(table.folders()), is_behind(user, catalog)) == (0, [], False)
    assert rearranged.library.catalog.nodes.generation() == generation
