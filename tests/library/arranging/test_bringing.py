"""Where the catalog and user.db tell different things of a view, user.db is right."""

import shutil

from library.arranging.conftest import Rearranged
from musfuse.library.arranging.bringing import _topmost, bring_in, is_behind
from musfuse.library.catalog import arranged
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.catalog.todo import Todo
from musfuse.library.userdb.arrangement import ArrangementTable


def rearrange(made: Rearranged) -> None:
    edits = made.drive.rearranging
    edits.make_folder("Empty")
    edits.move("Ann/Best", "Fav")
    edits.move("Bob/Five.flac", "Fav/5.flac")
    edits.remove_file("Ann/Rest/Three.flac")
    edits.move("Ann", "Empty/Ann")


def test_a_catalog_that_knows_less_is_told_at_the_next_start(rearranged: Rearranged) -> None:
    """As a kill leaves it between the two, or a catalog that is put in the place of another."""
    state = rearranged.folder / "state"
    rearranged.close()
    shutil.copy(state / "catalog.db", rearranged.folder / "older.db")
    rearranged.open()
    rearrange(rearranged)
    expected = rearranged.shown()
    assert expected["Fav/5.flac"] == "5.flac"
    rearranged.close()
    shutil.copy(rearranged.folder / "older.db", state / "catalog.db")
    rearranged.open()
    assert rearranged.shown() == expected


def test_a_catalog_that_knows_more_forgets_it(rearranged: Rearranged) -> None:
    state, before = rearranged.folder / "state", rearranged.shown()
    rearranged.close()
    shutil.copy(state / "user.db", rearranged.folder / "older.db")
    rearranged.open()
    rearrange(rearranged)
    rearranged.close()
    shutil.copy(rearranged.folder / "older.db", state / "user.db")
    rearranged.open()
    assert rearranged.shown() == before


def test_what_is_the_same_is_not_looked_at_again(rearranged: Rearranged) -> None:
    rearrange(rearranged)
    user, catalog = rearranged.library.stores.user, rearranged.library.catalog.database
    catalog.set_meta(arranged.META, "other")
    assert is_behind(user, catalog)
    bring_in(user, catalog, ArrangementTable(user, "main"), MAIN)
    assert not is_behind(user, catalog)
    assert not Todo(catalog).any()


def test_folders_that_lie_below_others_are_not_looked_through_again() -> None:
    assert sorted(_topmost({"A", "A/B", "A/B/C", "AB/C", "AB/C/D"})) == ["A", "AB/C"]
    assert sorted(_topmost({"", "A", "A/B"})) == ["", "A"], "the root stands for its own files alone"
