"""Moves between folders that the template made, which set tags."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sound

from library.arranging.conftest import Rearranged
from musfuse.library.catalog.nodes import MAIN
from musfuse.service.requests.changes import UndoChange

SONGS = {
    "1.flac": {"albumartist": "Ann", "artist": "Ann feat. Eve", "album": "Best", "date": "1999-05-01", "title": "One"},
    "2.flac": {"artist": "Ann", "album": "Best", "date": "1999", "title": "Two"},
    "3.flac": {"artist": "Bob", "album": "Rest", "title": "Three"},
}


@pytest.fixture
def tagged(tmp_path: Path) -> Iterator[Rearranged]:
    made = Rearranged(tmp_path, view__rename_tags=True, view__template="${albumartist|artist}/$album[ ($year)]/$title")
    for number, (name, tags) in enumerate(SONGS.items()):
        sound.write(made.music / name, 2000, seed=number, **tags)
    made.open()
    made.scan()
    yield made
    made.close()


def tags(made: Rearranged, path: str, *fields: str) -> list[str | None]:
    _, row = made.drive.row(path)
    assert row is not None
    return [row.track.tags.first(field) for field in fields]


def edits(made: Rearranged) -> int:
    return made.library.arranging.arranger(MAIN).table.count()


def test_a_folder_that_is_moved_says_what_its_tracks_are(tagged: Rearranged) -> None:
    before = tagged.shown()
    tagged.drive.rearranging.move("Ann/Best (1999)", "Bob/Best (1999)")
    assert tags(tagged, "Bob/Best (1999)/One.flac", "albumartist", "artist", "date") == [
        "Bob",
        "Ann feat. Eve",
        "1999-05-01",
    ]
    assert tags(tagged, "Bob/Best (1999)/Two.flac", "albumartist", "artist") == [None, "Bob"]
    assert edits(tagged) == 0
    tagged.drive.rearranging.move("Bob", "Robert")
    assert tags(tagged, "Robert/Rest/Three.flac", "artist") == ["Robert"]
    tagged.drive.rearranging.move("Robert/Best (1999)", "Robert/Top (2001)")
    assert tags(tagged, "Robert/Top (2001)/One.flac", "album", "date") == ["Top", "2001"]
    service = tagged.library.handlers()
    for change in (3, 2, 1):
        service.call(UndoChange(change, author="tester"))
    assert tagged.shown() == before


def test_a_track_that_is_moved_into_another_album_is_of_that(tagged: Rearranged) -> None:
    tagged.drive.rearranging.move("Bob/Rest/Three.flac", "Ann/Best (1999)/Three.flac")
    assert tags(tagged, "Ann/Best (1999)/Three.flac", "artist", "album", "date") == ["Ann", "Best", "1999"]
    assert edits(tagged) == 0
    assert "Bob" not in tagged.shown()


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("Ann/Best (1999)", "Best"),  # no folder of the template lies so high
        ("Ann/Best (1999)/One.flac", "Ann/One.flac"), ("Ann/Best (1999)/One.flac", "Ann/Best (1999)/1.flac"),
        ("Ann/Best (1999)/One.flac", "Bob/Rest/1.flac"), ("Ann/Best (1999)", "Mine/Best (1999)"), ("Mine", "Yours"),
    ],
)  # fmt: skip
def test_any_other_move_is_an_edit(tagged: Rearranged, path: str, to: str) -> None:
    tagged.drive.rearranging.make_folder("Mine")
    tagged.drive.rearranging.move(path, to)
    assert to in tagged.shown()
    assert edits(tagged) == 2
    assert not list(tagged.library.collector.history())


def test_what_was_arranged_by_hand_stays_so(tagged: Rearranged) -> None:
    tagged.drive.rearranging.move("Ann/Best (1999)/One.flac", "Ann/Best (1999)/1.flac")
    tagged.drive.rearranging.move("Ann/Best (1999)", "Bob/Best (1999)")
    assert edits(tagged) == 2
    assert not list(tagged.library.collector.history())
