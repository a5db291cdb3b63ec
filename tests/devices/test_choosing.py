"""Which tracks a device is to hold."""

from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.build.collections import build_shelf
from musfuse.app.library import Library
from musfuse.devices.choosing import Choosing, Chosen, Rank
from musfuse.errors import NotFoundError
from musfuse.library.names import name_key
from musfuse.library.userdb import PlayTable, RatingTable
from musfuse.library.userdb.plays import Play
from musfuse.library.userdb.ratings import Rating


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number, title in enumerate(("One", "Two", "Three"), 1):
        sound.write(music / f"{title}.flac", 2000, title=title, artist="Ann", album="Best", tracknumber=str(number))
    sound.write(music / "Other.flac", 2000, title="Other", artist="Bob", album="A")
    return make_library(index__background=False)


@pytest.fixture
def choosing(library: Library) -> Choosing:
    user = library.stores.user
    selection = library.tagging.selection
    shelf = build_shelf(user, library.stores.database, selection.formats)
    return Choosing(library.catalog.database, selection, shelf, PlayTable(user), RatingTable(user))


def titles(chosen: list[Chosen]) -> list[str]:
    return [one.path.rpartition(" ")[2].removesuffix(".flac") for one in chosen]


def test_all_of_a_view_in_order_of_path_or_what_a_query_finds(choosing: Choosing) -> None:
    everything = choosing.chosen(1, "")
    assert [one.path for one in everything] == [
        "Ann/Best/01 - One.flac",
        "Ann/Best/02 - Two.flac",
        "Ann/Best/03 - Three.flac",
        "Bob/A/Other.flac",
    ]
    assert all(one.public for one in everything)
    assert titles(choosing.chosen(1, "title:two OR title:one")) == ["One", "Two"]


def test_a_query_that_finds_nothing_is_no_order_to_empty_a_device(choosing: Choosing) -> None:
    with pytest.raises(NotFoundError, match="no track answers this"):
        choosing.chosen(1, "artist:nobody")


def test_nor_is_a_view_without_any(make_library: Make) -> None:
    library = make_library(index__background=False)
    user, selection = library.stores.user, library.tagging.selection
    shelf = build_shelf(user, library.stores.database, selection.formats)
    with pytest.raises(NotFoundError, match="the library: the view shows no track"):
        Choosing(library.catalog.database, selection, shelf, PlayTable(user), RatingTable(user)).chosen(1, "")


def test_collections_narrow_it(choosing: Choosing) -> None:
    one, two, *_ = choosing.chosen(1, "")
    made = choosing.shelf.playlists.add("Mine", name_key("Mine"))
    choosing.shelf.playlists.append(made.id, [(two.public, ""), (one.public, "")])
    assert choosing.chosen(1, "", ["mine"]) == [one, two]
    assert choosing.chosen(1, "title:two", ["mine", "Most Played"]) == [two]
    with pytest.raises(NotFoundError, match="shows no track of that"):
        choosing.chosen(1, "title:three", ["mine"])
    with pytest.raises(NotFoundError, match="no such collection"):
        choosing.chosen(1, "", ["none"])


def test_the_most_played_come_first(choosing: Choosing) -> None:
    one, two, three, other = choosing.chosen(1, "")
    choosing.plays.add([Play(track.public, 1000 + at, 1) for at, track in enumerate((other, other, one, three))])
    assert choosing.ranked([one, two, three, other], Rank.PLAYS) == [other, three, one, two]


def test_the_best_come_first_and_favourites_count(choosing: Choosing) -> None:
    one, two, three, other = choosing.chosen(1, "")
    choosing.ratings.put([(two.public, Rating(3)), (three.public, Rating(0, 77)), (other.public, Rating(4, 77))])
    assert choosing.ranked([one, two, three, other], Rank.RATING) == [three, other, two, one]


def test_the_newest_come_first(library: Library, choosing: Choosing, music: Path) -> None:
    older = choosing.chosen(1, "")
    sound.write(music / "New.flac", 2000, title="New", artist="Ann", album="Old")
    library.scan_all(library.scanner())
    everything = choosing.chosen(1, "")
    ranked = choosing.ranked(everything, Rank.ADDED)
    assert ranked[0].path.endswith("New.flac")
    assert sorted(ranked[1:], key=lambda one: one.item) == sorted(older, key=lambda one: one.item)
