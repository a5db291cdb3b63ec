"""The history of changes as it is told, and which change an undo takes back."""

from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.errors import NoEntryError
from musfuse.library.overlay import Delta, MetaCollector
from musfuse.model import TagSource
from musfuse.service.history import facts, history, last_standing
from musfuse.service.requests.changes import ChangeTold
from musfuse.store import MemoryKv


@pytest.fixture
def collector() -> MetaCollector:
    return MetaCollector(MemoryKv())


def change(collector: MetaCollector, title: str, key: str = "src/a#0") -> int:
    return collector.apply_delta([Delta(key, {"title": (title,)})], TagSource.USER, "ann", f"set title={title}").seq


def test_each_undo_takes_back_the_change_before(collector: MetaCollector) -> None:
    with pytest.raises(NoEntryError, match="nothing was changed yet"):
        last_standing(collector)
    numbers = [change(collector, title) for title in ("one", "two", "three")]
    for number in reversed(numbers):
        assert last_standing(collector) == number
        collector.undo(number, "ann")
    with pytest.raises(NoEntryError, match="nothing left to undo"):
        last_standing(collector)


def test_what_was_said_after_an_undo_is_taken_back_first(collector: MetaCollector) -> None:
    first, second = change(collector, "one"), change(collector, "two")
    collector.undo(second, "ann")
    third = change(collector, "three")
    assert last_standing(collector) == third
    collector.undo(third, "ann")
    assert last_standing(collector) == first


def test_tags_that_followed_a_moved_file_are_no_change_that_somebody_made(collector: MetaCollector) -> None:
    number = change(collector, "one")
    moved = collector.move([("src/a#0", "src/b#0")], "scan")
    assert moved.seq == number + 1
    assert last_standing(collector) == number
    collector.undo(number, "ann")
    assert collector.load_overlay("src/b#0").said("title") is None


def test_a_change_is_told_as_it_is_kept(collector: MetaCollector) -> None:
    change(collector, "one")
    told = ChangeTold(**facts(collector.change(1)))
    assert (told.change, told.author, told.source, told.what, told.tracks, told.refused) == (
        1, "ann", TagSource.USER, "set title=one", 1, 0,
    )  # fmt: skip


def test_of_several_targets_each_change_is_told_once(make_library: Make, music: Path) -> None:
    for title in ("One", "Two", "Three"):
        sound.write(music / f"{title}.flac", artist="A", album="B", title=title)
    library = make_library()
    selection, collector = library.tagging.selection, library.tagging.collector
    keys = {row.tags.first("title"): row.key for row in selection.everything()}
    for number, titles in enumerate((("One",), ("Two",), ("One", "Two"), ("Three",)), 1):
        deltas = [Delta(keys[title], {"genre": (str(number),)}) for title in titles]
        collector.apply_delta(deltas, TagSource.USER, "ann", "test")

    def numbers(*texts: str) -> list[int]:
        return [told.change for told in history(collector, selection, [(text, "") for text in texts])]

    assert numbers() == [4, 3, 2, 1]
    assert numbers("title:one") == [3, 1]
    assert numbers("A/B/One.flac", "A/B/Two.flac") == [3, 2, 1]
