"""`.collections` through every face: real files where there are no links, a playlist of what it has."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from drive.albums import ME, target
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


@pytest.mark.parametrize("date", ["1985", "1999"])
def test_who_has_a_playlist_open_reads_it_to_its_end(
    simulation: object, show_as: Callable[..., Shown], make_library: Make, music: Path, date: str
) -> None:
    """Whether it becomes longer or shorter meanwhile, and though somebody was told of that."""
    for number, title in enumerate(("One", "Two", "Three"), 1):
        year = "1985" if number == 1 or (number == 2 and date == "1999") else "1999"
        sound.write(music / f"{number}.wav", 2000, seed=number, artist="Ann", album=title, title=title, date=year)
    library = make_library(view__template="$artist/$title")
    for face in FACES:
        shown = show_as(face, library)
        with shown.open(f"{FOLDER}.m3u8") as (size, read):
            library.tagging.set(target("title:two"), [f"date={date}"], ME)
            held = shown.stat(f"{FOLDER}.m3u8").size == size
            assert held is (face == "winfsp")  # where all who have it open share what is known of it
            text = read(0, size + 100_000)
            assert (len(text), text.count(b".flac\n")) == (size, 1 if date == "1985" else 2)
            assert read(10, 20) == text[10:30]
        with shown.open(f"{FOLDER}.m3u8") as (after, read):
            assert len(read(0, 100_000)) == after != size
        library.tagging.undo(0, ME)
