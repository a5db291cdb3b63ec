"""Tracks as browsing reads them: pages over several sources, draws that are rare, and what a search finds once."""

from collections.abc import Iterator
from random import Random

import pytest
from stagebench import Bench

from musfuse.library.browsed import genre_id
from musfuse.library.catalog import listedtracks
from musfuse.library.catalog.browsing import Lists, scope
from musfuse.library.userdb.sources import source_uid


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("tracks") / "catalog.db")
    made.pipeline.adopt_rules()
    for number in range(30):
        rare = {"genre": "Rare" if number == 17 else "Common", "date": str(1990 + number)}
        made.put(
            f"{number % 4}/{number}.wav",
            f"/{number % 3}",
            artist="A",
            album=f"B{number % 4}",
            title=f"T {number}",
            **rare,
        )
    made.pipeline.run()
    yield made
    made.close()


@pytest.mark.parametrize("genre", ["", "common"])
@pytest.mark.parametrize("places", [None, ("/0",), ("/0", "/2")])
def test_pages_together_have_each_track_once(bench: Bench, genre: str, places: tuple[str, ...] | None) -> None:
    with bench.database.read() as db:
        seen = None if places is None else scope(db, [source_uid(place) for place in places])
        lists, number = Lists(), genre_id(genre) if genre else 0
        pages = [listedtracks.in_order(db, lists, seen, 7, offset, number) for offset in range(0, 42, 7)]
        found = [item for page in pages for item in page]
        wanted = {
            row.item for row in listedtracks.tracks(db, range(1, 40), seen) if not genre or "Common" in row.genres
        }
    assert sorted(found) == sorted(wanted)
    assert all(len(page) == 7 for page in pages[: len(wanted) // 7])


def test_a_draw_finds_what_is_rare_and_nothing_twice(bench: Bench) -> None:
    with bench.database.read() as db:
        chance = Random(3)
        assert len(listedtracks.drawn(db, None, listedtracks.Draw(genre_id("rare")), 5, chance)) == 1
        assert len(listedtracks.drawn(db, None, listedtracks.Draw(0, 1995, 1999), 50, chance)) == 5
        assert sorted(listedtracks.drawn(db, None, listedtracks.Draw(), 500, chance)) == list(range(1, 31))
        assert listedtracks.drawn(db, (-1,), listedtracks.Draw(), 5, chance) == []


def test_what_several_expressions_find_is_told_once(bench: Bench) -> None:
    with bench.database.read() as db:
        both = ['title : "7"', '"t"']
        assert len(listedtracks.found(db, both, None, 100, 0)) == 30
        assert listedtracks.found(db, both, None, 3, 1) == listedtracks.found(db, both, None, 100, 0)[1:4]


def test_what_an_artist_plays_and_what_lies_in_a_folder(bench: Bench) -> None:
    with bench.database.read() as db:
        (track,) = listedtracks.tracks(db, [1])
        assert len(listedtracks.of_artist(db, track.artists[0][0], None, 100)) == 30
        assert track.item in listedtracks.in_folder(db, track.folder)
        assert listedtracks.players(db, [1, 2]) == [track.artists[0][0]] * 2
        assert listedtracks.albums_with(db, [track.public, 5]) == [track.album]
        assert listedtracks.of_albums(db, [track.album], None)[0] in range(1, 31)
