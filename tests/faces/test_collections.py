"""`.collections` through every face: real files where there are no links, a playlist of what it has."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from drive.conftest import Make

from faces.conftest import FACES
from faces.shown import Shown

FOLDER = ".collections/80s"


def test_a_collection_reads_the_same_from_every_face(
    simulation: object, show_as: Callable[..., Shown], make_library: Make, music: Path
) -> None:
    for number, title in enumerate(("One", "Two"), 1):
        sound.write(music / f"{number}.wav", 20_000, seed=number, artist="Ann", album="Best", title=title, date="1985")
    library = make_library(view__template="$artist/$title")
    seen = list[object]()
    for face in FACES:
        shown = show_as(face, library)
        assert ".collections" not in shown.entries("")
        found = [shown.stat(".collections").folder, shown.stat(f"{FOLDER}.m3u8")]
        for path in (f"{FOLDER}/001 - Ann - One.flac", f"{FOLDER}/002 - Ann - Two.flac", f"{FOLDER}.m3u8"):
            with shown.open(path) as (size, read):
                found += [size, read(0, size)]
        assert sorted(shown.entries(FOLDER)) == ["001 - Ann - One.flac", "002 - Ann - Two.flac"]
        with pytest.raises(FileNotFoundError):
            shown.stat(".collections/none")
        seen.append(found)
    assert seen[0] == seen[1] == seen[2]
