"""Covers are made before anybody asks: once, without those that are read on demand only, and nothing stops the others."""

from pathlib import Path

import pytest
import sound

from drive.albums import cover, names, read
from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.errors import UnavailableError
from musfuse.media.art.facts import ExtractedPicture
from musfuse.media.inspecting.pool import InspectPool
from musfuse.model import SourceFile
from musfuse.origins import CheckedOrigin, Origin, Traits
from musfuse.origins.traits import IndexWhen

SIZES = ("cover.jpg", "cover_medium.jpg", "cover_thumb.jpg")


def albums(music: Path, count: int = 3) -> None:
    """Albums whose covers lie in originals that are served as they are."""
    for number in range(count):
        path = sound.write(music / f"{number}/1.mp3", 3000, seed=number, artist="A", album=f"B{number}", title="T")
        sound.add_picture(path, cover((400 + number, 300)), "image/jpeg")


def run(library: Library) -> int:
    return library.drives.covers_ahead().run(lambda: None)


def told(library: Library) -> dict[str, int]:
    paths = [f"A/B{number}/{name}" for number in range(3) for name in SIZES]
    return {path: library.drive.attr(path).size for path in paths}


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The originals that covers were taken out of."""
    paths: list[str] = []
    real = InspectPool.extract

    def extract(pool: InspectPool, origin: Origin, file: SourceFile) -> ExtractedPicture | None:
        paths.append(file.path)
        return real(pool, origin, file)

    monkeypatch.setattr(InspectPool, "extract", extract)
    return paths


def test_sizes_need_no_original_afterwards(make_library: Make, music: Path, extracted: list[str]) -> None:
    albums(music)
    library = make_library()
    assert extracted == []
    assert run(library) == 3
    assert sorted(extracted) == ["0/1.mp3", "1/1.mp3", "2/1.mp3"]
    sizes = told(library)
    assert len(extracted) == 3
    assert {path: len(read(library, path)) for path in sizes} == sizes


def test_what_was_made_is_not_looked_at_again_until_something_changes(
    make_library: Make, music: Path, extracted: list[str]
) -> None:
    albums(music)
    library = make_library()
    assert (run(library), run(library)) == (3, 0)
    sound.add_picture(music / "1/1.mp3", cover((70, 70)), "image/jpeg")
    library.scan_all(library.scanner())
    assert (run(library), run(library)) == (3, 0)
    assert sorted(extracted) == ["0/1.mp3", "1/1.mp3", "1/1.mp3", "2/1.mp3"]


def test_one_that_is_stopped_goes_on_the_next_time(make_library: Make, music: Path) -> None:
    albums(music)
    library = make_library()
    ahead = library.drives.covers_ahead()
    asked: list[None] = []

    def once() -> None:
        asked.append(None)
        if len(asked) == 4:  # the root, the artist, two albums
            ahead.stop()

    assert ahead.run(once) == 1
    assert run(library) == 3


def test_one_that_cannot_be_read_now_stops_no_other(
    make_library: Make, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    albums(music)
    library = make_library()
    real = InspectPool.extract

    def extract(pool: InspectPool, origin: Origin, file: SourceFile) -> ExtractedPicture | None:
        if file.path == "1/1.mp3":
            raise UnavailableError("the disk is unplugged")
        return real(pool, origin, file)

    with monkeypatch.context() as away:
        away.setattr(InspectPool, "extract", extract)
        assert run(library) == 2
    assert set(SIZES) <= set(names(library, "A/B1"))


def test_originals_that_are_read_on_demand_are_left_alone(
    make_library: Make, music: Path, monkeypatch: pytest.MonkeyPatch, extracted: list[str]
) -> None:
    albums(music)
    library = make_library()
    monkeypatch.setattr(CheckedOrigin, "traits", Traits(index=IndexWhen.LAZY))
    assert run(library) == 0
    assert extracted == []
    assert len(told(library)) == 9
    assert len(extracted) == 3


def test_without_covers_there_is_nothing_to_make(make_library: Make, music: Path, extracted: list[str]) -> None:
    sound.write(music / "1.mp3", 3000, artist="A", album="B", title="T")
    assert run(make_library()) == 0
    assert extracted == []
