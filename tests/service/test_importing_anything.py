"""Imports of whatever a program may say: a second one changes nothing, undo gives the tags back, what is said here
stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library.imports.conftest import TITLES, Elsewhere

from musfuse.app.library import Library
from musfuse.library.exchange.foreign import ForeignPlaylist, ForeignTrack
from musfuse.library.userdb import Rating
from musfuse.service import importing
from musfuse.service.requests.changes import UndoChange
from musfuse.service.requests.imports import Imported, ImportLibrary

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6) | st.sampled_from(TITLES)
fields = st.sampled_from(
    ["title", "artist", "genre", "tracknumber", "date", "mood", "compilation", "replaygain_track_gain"]
)
places = st.sampled_from([*(f"/old/Ann/{title}.flac" for title in TITLES), "", "nowhere", "C:/x/One.flac", "/old/Ann/"])
tracks = st.builds(
    ForeignTrack, st.sampled_from("abcd"), places, st.dictionaries(fields, st.lists(texts, min_size=1, max_size=3).map(tuple)),
    st.none() | st.floats(0, 10), st.integers(0, 5), st.none() | st.integers(0, 99), st.integers(0, 9),
    st.integers(0, 99), st.integers(0, 99),
)  # fmt: skip
playlists = st.builds(ForeignPlaylist, texts, st.lists(st.sampled_from("abcde"), max_size=4), st.booleans())


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number, title in enumerate(TITLES, 1):
        sound.write(music / f"Ann/{title}.flac", 44_100 * number, seed=number, artist="Ann", title=title)
    return make_library(index__background=False, view__policy="original")


def tags(library: Library) -> list[object]:
    return [(row.source, dict(row.tags)) for row in library.tagging.selection.everything()]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(tracks, max_size=5), st.lists(playlists, max_size=3))
def test_once_is_as_good_as_twice(
    library: Library, all_of_it: list[ForeignTrack], lists: list[ForeignPlaylist]
) -> None:
    @contextmanager
    def elsewhere(*_: object) -> Iterator[Elsewhere]:
        yield Elsewhere(all_of_it, lists)

    def run() -> Imported:
        return library.handlers().call(ImportLibrary(kind="made up", path=Path("/x"), author="me"))

    def rated() -> dict[int, int]:
        return dict(library.playing.ratings.rated(1))

    before, stars = tags(library), rated()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "open_foreign", elsewhere)
        first, after = run(), tags(library)
        again = run()
    assert first.tracks == len(all_of_it) == sum(first.found.values()) + sum(one.count for one in first.missing)
    assert (again.found, again.change, again.changed, again.rated, again.starred, again.played) == (
        first.found,
        0,
        0,
        0,
        0,
        0,
    )
    assert all(one.fate not in ("made", "filled") for one in again.playlists)
    assert tags(library) == after
    assert stars.items() <= rated().items()
    if first.change:
        library.handlers().call(UndoChange(author="me", number=first.change))
    assert tags(library) == before
    library.playing.ratings.put((public, Rating()) for public in rated())
