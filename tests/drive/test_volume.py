"""Figures about a view: exact where counting is quick, told from memory where it is not."""

from pathlib import Path

import pytest
import sound

from drive.albums import ME, target
from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.drive import volume as volume_module
from musfuse.drive.volume import Volume
from musfuse.library.catalog import Nodes


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number in (1, 2, 3):
        sound.write(music / f"{number}.flac", 4000, artist="A", album=f"B{number}", title=str(number))
    return make_library(index__background=False)


def volume_of(library: Library) -> Volume:
    database = library.catalog.database
    return Volume(Nodes(database), database)


def test_it_is_counted_anew_after_a_change(library: Library, music: Path) -> None:
    volume = volume_of(library)
    assert (volume.info().files, volume.info().folders) == (3, 4)
    assert volume.info().bytes == sum(path.stat().st_size for path in music.iterdir())
    library.tagging.set(target("title:1"), ["album=B2"], ME)
    volume._counted = (volume._counted[0], 0.0, volume._counted[2])  # the pause between two counts is over
    assert volume.info().folders == 3


def test_nobody_waits_for_a_large_one_to_be_counted(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_module, "_MANY", 2)
    volume = volume_of(library)
    first = volume.info()  # nothing is known of it yet
    assert first.files == 3
    monkeypatch.setattr(Nodes, "counts", lambda _: (70, 30))
    again = volume_of(library)  # as after a restart
    assert again.info() == first
    again.close()
    assert (again.info().folders, again.info().files) == (70, 30)
    assert again.info() is again.info()
    again.close()
    third = volume_of(library)
    assert third.info().files == 30
    third.close()
