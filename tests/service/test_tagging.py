"""Changes of tags and pictures: what each says of the tracks it means, and that a wrong one changes nothing."""

from pathlib import Path

import pytest
import sound
from drive.albums import ME, cover, target
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.library import Library
from musfuse.errors import ConfigError, NoEntryError, NotFoundError
from musfuse.library.selection import Selected
from musfuse.model import ArtKind, TagSource
from musfuse.service.tagging import Tagging, Who
from musfuse.store import KvNamespace

PROGRAM = Who("program", TagSource.PROVIDER)
ALL, ONE = target("album:best"), target("title:one")


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for title in ("One", "Two"):
        sound.write(music / f"{title}.flac", artist="Ann", album="Best", title=title)
    return make_library(index__background=False)


@pytest.fixture
def tagging(library: Library) -> Tagging:
    return library.tagging


def row(tagging: Tagging, title: str = "One") -> Selected:
    """The track whose original has a title."""
    (found,) = (row for row in tagging.selection.everything() if row.embedded.first("title") == title)
    return found


def test_a_change_of_no_track_is_an_error_and_one_of_nothing_new_is_none(tagging: Tagging) -> None:
    with pytest.raises(NotFoundError):
        tagging.set(target("title:nobody"), ["genre=Rock"], ME)
    assert tagging.set(ALL, ["genre=Rock"], ME).tracks == 2
    again = tagging.set(ALL, ["genre=Rock"], ME)
    assert (again.change, again.tracks, again.selected) == (0, 0, 2)
    assert tagging.collector.last() == 1


def test_clearing_gives_up_what_was_said_of_tags_and_keeps_pictures(tagging: Tagging, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(cover((20, 20), "PNG"))
    tagging.set_art(ONE, tmp_path / "p.png", ArtKind.FRONT, ME)
    tagging.set(ONE, ["genre=Rock", "date=1999", "title="], ME)
    assert "title" not in row(tagging).tags
    tagging.clear(target("genre:rock"), ["Date"], ME)
    assert set(tagging.collector.load_overlay(row(tagging).key).fields) == {"genre", "title", "art:front"}
    tagging.clear(target("genre:rock"), [], ME)
    assert row(tagging).tags == row(tagging).embedded
    assert set(tagging.collector.load_overlay(row(tagging).key).fields) == {"art:front"}


def test_a_lock_of_all_keeps_what_a_program_would_change(tagging: Tagging) -> None:
    tagging.lock(ONE, [], ME)
    assert tagging.collector.load_overlay(row(tagging).key).said("artist") == (TagSource.EMBEDDED, ("Ann",))
    told = tagging.set(ALL, ["artist=Bob", "genre=Rock"], PROGRAM)
    assert (told.tracks, told.refused, told.source) == (1, 2, TagSource.PROVIDER)
    assert row(tagging).tags.first("artist") == "Ann"
    tagging.unlock(target("title:one"), [], ME)
    assert tagging.set(ALL, ["artist=Bob", "genre=Rock"], PROGRAM).refused == 0
    assert row(tagging).tags.first("artist") == "Bob"


def test_a_picture_is_kept_once_and_stays_when_its_file_goes(library: Library, tmp_path: Path) -> None:
    tagging = library.tagging
    data = cover((20, 20), "PNG")
    for kind in (ArtKind.FRONT, ArtKind.BACK):
        (tmp_path / "p.png").write_bytes(data)
        told = tagging.set_art(ALL, tmp_path / "p.png", kind, ME)
        assert (told.tracks, told.what) == (2, f"set art {kind.value} p.png")
        (tmp_path / "p.png").unlink()
    (kept,) = library.stores.kv.scan(KvNamespace.CHOSEN_ART)
    assert library.stores.kv.get(KvNamespace.CHOSEN_ART, kept) == data
    kinds = {kind: pictures[0].kind for kind, pictures in tagging.collector.load_overlay(row(tagging).key).art()}
    assert kinds == {ArtKind.FRONT: 3, ArtKind.BACK: 4}  # of FLAC and ID3


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(100), cover((40, 40))[:300]])
def test_what_is_no_picture_changes_nothing(library: Library, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "p.png").write_bytes(data)
    with pytest.raises(ConfigError, match=r"p\.png: "):
        library.tagging.set_art(ALL, tmp_path / "p.png", ArtKind.FRONT, ME)
    assert list(library.stores.kv.scan(KvNamespace.CHOSEN_ART)) == []
    assert library.tagging.collector.last() == 0


def test_hiding_and_clearing_pictures_are_two_things(tagging: Tagging) -> None:
    assert tagging.clear_art(ONE, [ArtKind.FRONT], False, ME).tracks == 0  # nothing was said
    assert tagging.clear_art(ONE, [ArtKind.FRONT, ArtKind.BACK], True, ME).what == "hide art front, back"
    assert tagging.collector.load_overlay(row(tagging).key).art() == ((ArtKind.FRONT, ()), (ArtKind.BACK, ()))
    tagging.clear_art(ONE, [ArtKind.FRONT], False, ME)
    assert tagging.collector.load_overlay(row(tagging).key).art() == ((ArtKind.BACK, ()),)


def test_undo_takes_back_the_last_or_a_named_one(tagging: Tagging) -> None:
    tagging.set(ONE, ["genre=Rock"], ME)
    tagging.set(ONE, ["date=1999"], ME)
    tagging.set(ONE, ["mood=Sad"], ME)
    assert tagging.undo(1, ME).undone == 1
    assert tagging.undo(0, ME).undone == 3
    assert set(row(tagging).tags) - set(row(tagging).embedded) == {"date"}
    with pytest.raises(NoEntryError, match="change 77"):
        tagging.undo(77, ME)


def test_one_track_that_has_no_room_keeps_all_from_changing(tagging: Tagging) -> None:
    values = [f"a={n:03}{'x' * 250_000}" for n in range(40)]
    tagging.set(target("title:two"), values, ME)
    with pytest.raises(ConfigError, match=r"Two\.flac: .*; nothing was changed"):
        tagging.set(ALL, [value.replace("a=", "b=", 1) for value in values], ME)
    assert "b" not in row(tagging).tags
    assert tagging.collector.last() == 1
