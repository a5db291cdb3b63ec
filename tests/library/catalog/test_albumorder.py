"""What comes behind a track of an album: by disc and number, of copies the one beside it."""

from pathlib import Path

import pytest

from library.conftest import Desk
from musfuse.library.catalog import Nodes
from musfuse.library.catalog.albumorder import AlbumOrder
from musfuse.model import TagSet


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "catalog.db")


def put(desk: Desk, path: str, number: str, disc: str = "", album: str = "L", title: str = "T") -> None:
    tags = {"title": [title], "artist": ["A"], "album": [album], "tracknumber": [number], "discnumber": [disc]}
    desk.put(path, TagSet({name: values for name, values in tags.items() if values[0]}))


def names(desk: Desk, path: str, count: int = 3) -> list[str]:
    """What comes behind the original at a path, by its own path."""
    desk.naming.run()
    nodes = Nodes(desk.database)
    with desk.database.read() as db:
        rows = db.execute("SELECT i.id, o.path, o.name FROM item i JOIN original o ON o.file = i.file").fetchall()
    paths = {item: b"/".join((folder, name)).decode().lstrip("/") for item, folder, name in rows}
    (item,) = (item for item, known in paths.items() if known == path)
    return [paths[found] for found in AlbumOrder(desk.database, nodes).after(item, count)]


def test_numbers_are_numbers_and_discs_come_first(desk: Desk) -> None:
    for number in ("10/12", "2", "01", " 9"):
        put(desk, f"a/{number.strip()[:2]}.flac", number, disc="1")
    put(desk, "b/1.flac", "1", disc="2")
    put(desk, "c/1.flac", "3", album="Other")
    assert names(desk, "a/01.flac") == ["a/2.flac", "a/9.flac", "a/10.flac"]
    assert names(desk, "a/10.flac") == ["b/1.flac"]
    assert names(desk, "b/1.flac") == []
    assert names(desk, "a/2.flac", 1) == ["a/9.flac"]


def test_of_copies_the_one_beside_it_is_next(desk: Desk) -> None:
    for folder in ("cd", "mp3"):
        for number in ("1", "2", "3"):
            put(desk, f"{folder}/{number}.flac", number)
    assert names(desk, "mp3/1.flac") == ["mp3/2.flac", "mp3/3.flac"]
    assert names(desk, "cd/2.flac") == ["cd/3.flac"]


def test_without_numbers_or_an_album_the_folder_of_the_drive_counts(desk: Desk) -> None:
    for title in ("Alpha", "Beta", "Gamma"):
        put(desk, f"x/{title}.flac", "", album="", title=title)
    assert names(desk, "x/Alpha.flac") == ["x/Beta.flac", "x/Gamma.flac"]
    assert names(desk, "x/Gamma.flac") == []


def test_an_item_that_is_not_there_has_nothing_behind_it(desk: Desk) -> None:
    assert AlbumOrder(desk.database, Nodes(desk.database)).after(99, 3) == []
