"""The collections as a view shows them: tracks by name, playlists, what cannot be read."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from library.conftest import Desk
from musfuse.errors import NoEntryError
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.catalog.playlists import FoundPlaylists
from musfuse.library.collections.answering import Answering
from musfuse.library.collections.found import Found
from musfuse.library.collections.rules import Definition, Search, write_definition
from musfuse.library.collections.shelf import Shelf
from musfuse.library.collections.showing import ShownCollections
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


def test_tracks_and_playlists(shelf: Shelf, desk: Desk) -> None:
    for number in range(700):
        desk.put(
            f"{number}.wav", TagSet({"artist": ["Ann"], "title": [f"{number:03}"]} if number else {"title": ["000"]})
        )
    desk.naming.run()
    shelf.table.add("All", name_key("All"), write_definition(Definition(Search("format:wav"), ("title",))))
    shown = ShownCollections(shelf, desk.database, MAIN)
    tracks = shown.tracks("All")
    assert [title for _, _, title in tracks] == [f"{number:03}" for number in range(700)]
    assert (tracks[0][1], tracks[1][1]) == ("", "Ann")
    lines = shown.playlist("All")[0].decode().splitlines()
    assert len(lines) == 2 + 2 * 700
    assert all(line.startswith("../") for line in lines[3::2])


def test_what_cannot_be_read_is_empty_and_what_is_gone_is_an_error(shelf: Shelf, desk: Desk) -> None:
    shelf.table.add("Odd", name_key("Odd"), "{")
    shown = ShownCollections(shelf, desk.database, MAIN)
    assert shown.tracks("Odd") == []
    assert b"# Odd: its rule cannot be read" in shown.playlist("Odd")[0]
    for act in (shown.tracks, shown.playlist):
        with pytest.raises(NoEntryError):
            act("none")
