"""What has no index yet, found out all together."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from toy import Toy, ToyScheme

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.media.indexing.pool import Priority
from musfuse.origins import IndexWhen, LocalScheme, Registry, Traits


@pytest.fixture
def shelf() -> Toy:
    toy = Toy()
    toy.traits = Traits(index=IndexWhen.LAZY)
    return toy


@pytest.fixture
def library(tmp_path: Path, shelf: Toy) -> Iterator[Library]:
    for number, name in enumerate(("one.wav", "two.aiff", "three.mp3"), 1):
        path = sound.write(tmp_path / name, title=f"T{number}", artist="A", album="B", seed=number)
        shelf.write(name, path.read_bytes())
    flags = {"index.background": False, "view.unindexed": "original", "index.wait_seconds": 60}
    config = load_config(default_sections(), flags=flags).config
    registry = Registry([LocalScheme(), ToyScheme(shelf=shelf)])
    with ExitStack() as closing:
        made = open_library(tmp_path / "state", config, closing, sources=["toy://SHELF/"], registry=registry)
        made.scan_all(made.scanner())
        yield made


def run(library: Library, *, lazy: bool) -> tuple[int, int]:
    told: list[tuple[int, int]] = []
    found = library.backlog().run(Priority.BACKGROUND, lambda *now: told.append(now), lambda: None, lazy=lambda _: lazy)
    assert told[0] == (0, library.catalog.renditions.unindexed() + found[0])
    return found


def names(library: Library) -> list[str]:
    return sorted(entry.name for entry in library.drive.list("A/B"))


def test_what_waits_until_it_is_asked_for_is_indexed_where_somebody_asks_for_all(library: Library, shelf: Toy) -> None:
    before = ["T1.wav", "T2.aiff", "T3.mp3"]
    assert run(library, lazy=False) == (0, 0)
    assert names(library) == before
    shelf.traits = Traits(index=IndexWhen.NEVER)
    assert run(library, lazy=True) == (0, 0), "what is never to be indexed stays as it is, and has not failed"
    assert names(library) == before
    shelf.traits = Traits(index=IndexWhen.LAZY)
    assert run(library, lazy=True) == (2, 0)
    assert names(library) == ["T1.flac", "T2.flac", "T3.mp3"]
    assert run(library, lazy=True) == (0, 0)


def test_an_index_that_is_there_needs_no_other_pass(library: Library) -> None:
    run(library, lazy=True)
    for item in (1, 2, 3):
        row = library.catalog.tracks.track(item)
        assert row is not None
        library.catalog.renditions.set_unindexed(row.track)
    library.name_tracks()
    assert names(library) == ["T1.wav", "T2.aiff", "T3.mp3"]
    assert run(library, lazy=False) == (2, 0)
    assert names(library) == ["T1.flac", "T2.flac", "T3.mp3"]
