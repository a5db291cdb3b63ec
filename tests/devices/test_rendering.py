"""What tracks are as files on a device."""

from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.build.collections import build_shelf
from musfuse.app.library import Library
from musfuse.devices.choosing import Choosing, Chosen
from musfuse.devices.rendering import Rendered, Renderer, Unrendered, fat_time
from musfuse.errors import NotFoundError
from musfuse.library.catalog import Tracks
from musfuse.library.userdb import PlayTable, RatingTable

DAY_NS = 86_400 * 10**9


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    sound.write(music / "One.wav", 9000, title="One", artist="Ann")
    sound.write(music / "Two.mp3", 9000, title="Two", artist="Ann")
    sound.write(music / "Three.flac", 9000, title="Three", artist="Ann")
    return make_library(index__background=False)


def chosen(library: Library) -> list[Chosen]:
    user = library.stores.user
    selection = library.tagging.selection
    shelf = build_shelf(user, library.stores.database, selection.formats)
    choosing = Choosing(library.catalog.database, selection, shelf, PlayTable(user), RatingTable(user))
    return choosing.chosen(1, "")


def renderer(library: Library, policy: str = "") -> Renderer:
    tracks, rules = Tracks(library.catalog.database), library.views.named("main")
    assert rules
    return Renderer(tracks, library.media.engine, library.sizes.over(tracks), rules, policy, ahead=2)


def told(library: Library, policy: str = "") -> dict[str, Rendered]:
    found = list(renderer(library, policy).rendered(chosen(library)))
    assert not [one for one in found if isinstance(one, Unrendered)]
    return {one.path.rpartition("/")[2]: one for one in found if isinstance(one, Rendered)}


@pytest.mark.parametrize(
    ("policy", "names"),
    [
        ("", {"One.flac", "Two.mp3", "Three.flac"}),
        ("original", {"One.wav", "Two.mp3", "Three.flac"}),
        ("wav", {"One.wav", "Two.mp3", "Three.wav"}),
        ("flac", {"One.flac", "Two.mp3", "Three.flac"}),
    ],
)
def test_sizes_are_what_is_read_under_any_policy(library: Library, policy: str, names: set[str]) -> None:
    """Also where no index is there yet."""
    found = told(library, policy)
    assert found.keys() == names
    for one in found.values():
        layout, version = renderer(library, policy).open(one.chosen.item)
        assert (len(layout.read_at(0, 1 << 30)), layout.size, version) == (one.size, one.size, one.version)
        layout.close()


def test_the_version_is_another_where_bytes_are_and_only_there(library: Library, music: Path) -> None:
    before = {name: one.version for name, one in told(library).items()}
    assert {name: one.version for name, one in told(library).items()} == before
    assert told(library, "wav")["One.wav"].version == told(library, "original")["One.wav"].version != before["One.flac"]
    sound.tag(music / "Two.mp3", title="Two")
    library.scan_all(library.scanner())
    sound.tag(music / "Three.flac", genre="Jazz")
    library.scan_all(library.scanner())
    after = told(library)
    assert after["One.flac"].version == before["One.flac"]
    assert after["Three.flac"].version != before["Three.flac"]


def test_what_cannot_be_made_is_told_and_the_rest_goes_on(library: Library, music: Path) -> None:
    here = chosen(library)
    (music / "One.wav").unlink()
    ghost = Chosen(999, 999, "x")
    found = list(renderer(library).rendered([ghost, *here]))
    assert [type(one) for one in found].count(Unrendered) == 2
    assert isinstance(found[0], Unrendered)
    assert "is gone from the library" in found[0].why
    with pytest.raises(NotFoundError):
        renderer(library).open(999)
    assert list(renderer(library).rendered(here, lambda: True)) == []


def test_what_cannot_be_decoded_is_its_original(make_library: Make, music: Path) -> None:
    data = sound.write(music / "Bad.flac", 90_000, title="Bad", artist="Ann").read_bytes()
    (music / "Bad.flac").write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    library = make_library(index__background=False)
    (one,) = renderer(library, "wav").rendered(chosen(library))
    assert isinstance(one, Rendered)
    assert (one.path.rpartition("/")[2], one.size) == ("Bad.flac", len(data))


def test_times_are_those_that_fat_keeps() -> None:
    assert fat_time(1_700_000_001 * 10**9 + 5) == 1_700_000_000 * 10**9
    assert 0 < fat_time(0) - 315_532_800 * 10**9 <= DAY_NS
    assert fat_time(1 << 62) == fat_time((1 << 62) + DAY_NS) < 4_354_819_200 * 10**9
