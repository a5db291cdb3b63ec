"""Collections by name: built in, saved, hidden, damaged."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from library.conftest import Desk
from musfuse.errors import ConfigError, NotFoundError
from musfuse.library.catalog.playlists import FoundPlaylists
from musfuse.library.collections.answering import Answering
from musfuse.library.collections.built_in import BUILT_IN
from musfuse.library.collections.found import Found
from musfuse.library.collections.rules import Definition, Genre, write_definition
from musfuse.library.collections.shelf import CollectionKind, Shelf, checked_name
from musfuse.library.names import name_key
from musfuse.library.userdb import CollectionTable, PlaylistTable, PlayTable, RatingTable, UserDatabase
from musfuse.media.formats import default_formats
from musfuse.model import TagSet


@pytest.fixture
def shelf(desk: Desk, tmp_path: Path) -> Iterator[Shelf]:
    with closing(UserDatabase(tmp_path / "user.db")) as user:
        answering = Answering(desk.database, PlayTable(user), RatingTable(user))
        yield Shelf(
            CollectionTable(user),
            PlaylistTable(user),
            Found(FoundPlaylists(desk.database)),
            answering,
            default_formats(),
        )


def test_what_is_built_in_can_be_hidden(shelf: Shelf) -> None:
    assert {one.name for one in shelf.all()} == BUILT_IN.keys()
    shelf.table.hide(name_key("80s"), True)
    assert "80s" not in {one.name for one in shelf.all()}
    (found,) = (one for one in shelf.all(hidden=True) if one.hidden)
    assert (found.name, shelf.get("80S")) == ("80s", found)
    shelf.table.hide(name_key("80s"), False)
    assert not shelf.get("80s").hidden


def test_saved_ones_are_found_in_any_case_and_have_their_tracks(shelf: Shelf, desk: Desk) -> None:
    desk.put("a.wav", TagSet({"genre": ["Jazz"]}))
    desk.put("b.wav", TagSet({"genre": ["Rock"]}))
    desk.naming.run()
    shelf.table.add("Blau", name_key("Blau"), write_definition(Definition(Genre("jazz"))))
    found = shelf.get("bLAU")
    assert (found.name, found.kind, found.problem) == ("Blau", CollectionKind.SAVED, "")
    assert shelf.members(found).total == 1
    assert [one.name for one in shelf.all()][-4:] == ["Blau", "Most Played", "Recently Added", "Recently Played"]
    with pytest.raises(NotFoundError, match="no such collection"):
        shelf.get("Rot")


@pytest.mark.parametrize(
    "text", ["{", '{"type":"Later"}', '{"type":"Match","field":"year","pattern":"x"}', "(unclosed", ""]
)
def test_one_whose_rule_cannot_be_read_says_so_and_hides_no_other(shelf: Shelf, text: str) -> None:
    shelf.table.add("Odd", name_key("Odd"), text)
    odd = shelf.get("Odd")
    assert odd.definition is None
    assert odd.problem.startswith("its rule cannot be read: ")
    assert len(shelf.all()) == len(BUILT_IN) + 1
    with pytest.raises(ConfigError, match="Odd: its rule"):
        shelf.members(odd)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        ".hidden",
        "a/b",
        "a\\b",
        "con",
        "a:b",
        "x\0",
        "t\tab",
        "dot.",
        "x" * 101,
        "List.m3u8",
        "\udc80",
        "a\u202eb",
    ],
)
def test_names_that_no_folder_can_have_are_refused(name: str) -> None:
    with pytest.raises(ConfigError):
        checked_name(name)


def test_a_name_that_would_do_is_told() -> None:
    with pytest.raises(ConfigError, match="'AC-DC' would do"):
        checked_name("AC/DC")
    assert checked_name(" Für Elise (live) ") == "Für Elise (live)"
