"""What tells the tracks of one album, and its discs."""

import pytest

from musfuse.library.albums import album_facts, is_disc_folder
from musfuse.model import TagSet


@pytest.mark.parametrize(
    "name", ["CD1", "cd 02", "CD-3", "Disc 1", "Disk 10", "disc1 (Live)", "DVD 1", "CD 1 - The Early Years", "Disc #2"]
)
def test_folders_of_discs(name: str) -> None:
    assert is_disc_folder(name)


@pytest.mark.parametrize(
    "name", ["", "CD", "CDs", "Discography", "LP1", "Volume 2", "CD 1999", "AC1", "A CD 1", "Disco 1", "Discs 1-2"]
)
def test_folders_that_may_be_albums(name: str) -> None:
    assert not is_disc_folder(name)


@pytest.mark.parametrize(
    ("artist", "first"),
    [
        ("Ann", "ANN"), ("Ann feat. Bob", "ANN"), ("Ann (ft. Bob)", "ANN"), ("Ann Featuring Bob", "ANN"),
        ("Ann; Bob", "ANN"), ("Ann & Bob", "ANN & BOB"), ("Little Feat", "LITTLE FEAT"), ("", ""),
    ],
)  # fmt: skip
def test_the_first_artist(artist: str, first: str) -> None:
    assert album_facts(TagSet({"album": ["A"], "artist": [artist]}), 1, "a/b.wav", False).first_artist == first
