"""Browsing, over a catalog that is filled without reading a file."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from stagebench import Bench

from musfuse.errors import ConfigError, NotFoundError
from musfuse.library.userdb.sources import source_uid
from musfuse.service.browsing import Browsing
from musfuse.service.handlers import Handlers
from musfuse.service.requests import browse as ask

ONE, TWO = (source_uid("/src"),), (source_uid("/two"),)
TRACKS: list[tuple[str, str, dict[str, str]]] = [
    ("/src", "Abba/Gold/1.flac", {"artist": "Abba", "album": "Gold", "title": "Waterloo", "genre": "Pop", "date": "1974", "tracknumber": "1"}),
    ("/src", "Abba/Gold/2.flac", {"artist": "Abba feat. Cher", "albumartist": "Abba", "album": "Gold", "title": "SOS", "genre": "Pop;Disco",
                                  "date": "1975", "tracknumber": "2"}),
    ("/src", "The Beatles/Help!/1.flac", {"artist": "The Beatles", "album": "Help!", "title": "Help!", "genre": "Rock", "date": "1965"}),
    ("/two", "Abba/Arrival/1.flac", {"artist": "ABBA", "album": "Arrival", "title": "Tiger", "genre": "pop", "date": "1976"}),
    ("/two", "Abba/Gold/3.flac", {"artist": "Abba", "album": "Gold", "title": "Fernando", "genre": "Pop", "date": "1976", "tracknumber": "3"}),
    ("/two", "Mix/1.flac", {"artist": "Cher", "albumartist": "Various Artists", "album": "Mix", "title": "Believe"}),
    ("/two", "loose.flac", {"artist": "Zappa", "title": "Muffin"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("browse") / "catalog.db")
    made.pipeline.adopt_rules()
    for root, path, tags in TRACKS:
        made.put(path, root, **tags)
    made.pipeline.run()
    yield made
    made.close()


@pytest.fixture
def service(bench: Bench) -> Handlers:
    handlers = Handlers()
    Browsing(bench.database, chance=Random(1)).answer(handlers)
    return handlers


def titles(answer: Any) -> list[str]:
    return [one.title for one in getattr(answer, "albums", None) or answer.tracks]


def test_artists_in_order_with_what_they_have(service: Handlers) -> None:
    artists = service.call(ask.ListArtists()).artists
    assert [(one.name, one.letter, one.albums, one.songs) for one in artists] == [
        ("Abba", "A", 2, 4), ("The Beatles", "B", 1, 1), ("Various Artists", "V", 1, 1), ("Zappa", "Z", 0, 1),
    ]  # fmt: skip
    assert service.call(ask.ListArtists(limit=1, offset=1)).artists == artists[1:2]


def test_an_artist_with_albums_and_where_else_they_play(service: Handlers) -> None:
    by_name = {one.name: one.id for one in service.call(ask.ListArtists()).artists}
    abba = service.call(ask.ShowArtist(by_name["Abba"]))
    assert titles(abba) == ["Gold", "Arrival"]
    cher = service.call(ask.FindThings("cher")).artists[0]
    assert [one.title for one in service.call(ask.ShowArtist(cher.id)).appears_on] == ["Mix"]
    assert [one.title for one in service.call(ask.ShowArtist(by_name["Zappa"])).tracks] == ["Muffin"]


def test_every_order_of_albums(service: Handlers) -> None:
    def listed(**asked: Any) -> list[str]:
        return titles(service.call(ask.ListAlbums(**asked)))

    assert listed() == ["Arrival", "Gold", "Help!", "Mix"]
    assert listed(limit=2, offset=1) == ["Gold", "Help!"]
    assert listed(order="artist") == ["Arrival", "Gold", "Help!", "Mix"]
    assert listed(order="newest") == ["Mix", "Arrival", "Help!", "Gold"]
    assert listed(order="year", first_year=1970, last_year=1980) == ["Gold", "Arrival"]
    assert listed(order="year", first_year=1980, last_year=1960) == ["Arrival", "Gold", "Help!"]
    assert listed(order="genre", genre="POP") == ["Arrival", "Gold"]
    assert sorted(listed(order="random")) == listed()
    assert len(listed(order="random", limit=2)) == 2
    assert service.call(ask.ListAlbums()).total == 4


def test_an_album_has_its_tracks_in_order(service: Handlers) -> None:
    gold = service.call(ask.ListAlbums(offset=1)).albums[0]
    assert (gold.songs, gold.year, gold.artist, set(gold.genres)) == (3, 1974, "Abba", {"Pop", "Disco"})
    whole = service.call(ask.ShowAlbum(gold.id))
    assert [(one.number, one.title) for one in whole.tracks] == [(1, "Waterloo"), (2, "SOS"), (3, "Fernando")]
    sos = whole.tracks[1]
    assert (sos.artist, [named.name for named in sos.artists]) == ("Abba feat. Cher", ["Abba"])
    assert (sos.path, sos.suffix, sos.source) == ("Abba/Gold/2.flac", "flac", ONE[0])
    assert service.call(ask.ShowTracks((sos.id, "tr-1", "nonsense"))).tracks == (sos,)
    assert service.call(ask.AlbumsOfTracks((whole.tracks[2].id, sos.id))).albums == (gold,)
    assert service.call(ask.ShowAlbums((gold.id, gold.artist_id))).albums == (gold,)


def test_who_sees_one_source_is_told_of_that_alone(service: Handlers) -> None:
    assert titles(service.call(ask.ListAlbums(sources=ONE))) == ["Gold", "Help!"]
    for order in ("title", "artist", "newest", "year", "random"):
        found = titles(service.call(ask.ListAlbums(order=order, sources=TWO)))
        assert sorted(found) == (["Arrival", "Gold"] if order == "year" else ["Arrival", "Gold", "Mix"]), order
    assert titles(service.call(ask.ListAlbums(order="genre", genre="disco", sources=TWO))) == ["Gold"]
    gold = service.call(ask.ListAlbums(sources=ONE)).albums[0]
    assert gold.songs == 2
    assert titles(service.call(ask.ShowAlbum(gold.id, TWO))) == ["Fernando"]
    assert [one.name for one in service.call(ask.ListArtists(sources=ONE)).artists] == ["Abba", "The Beatles"]
    assert [(one.name, one.songs) for one in service.call(ask.ListGenres(ONE)).genres] == [
        ("Disco", 1),
        ("Pop", 2),
        ("Rock", 1),
    ]
    fernando = service.call(ask.ShowAlbum(gold.id)).tracks[2].id
    assert service.call(ask.ShowTracks((fernando,), ONE)).tracks == ()
    found = service.call(ask.FindThings("", sources=ONE))
    assert {one.source for one in found.tracks} == set(ONE)
    assert len(found.tracks) == 3
    assert titles(service.call(ask.FindThings("fernando", sources=ONE))) == []
    assert {one.source for one in service.call(ask.DrawTracks(50, sources=TWO)).tracks} == set(TWO)
    assert {one.source for one in service.call(ask.ListTracks(genre="pop", sources=TWO)).tracks} == set(TWO)
    nobody = service.call(ask.FindThings("", sources=()))
    assert nobody == ask.FoundThings((), (), ())
    folder = service.call(ask.BrowseSources(TWO)).sources[0].folder
    for hidden in (ask.ShowFolder(folder, ONE), ask.ShowAlbum(gold.id, ("none",)), ask.ShowArtist(gold.artist_id, ())):
        with pytest.raises(NotFoundError):
            service.call(hidden)


def test_folders_as_they_are(service: Handlers) -> None:
    one, two = service.call(ask.BrowseSources()).sources
    assert (one.uid, one.name, two.name) == (ONE[0], "src", "two")
    root = service.call(ask.ShowFolder(two.folder))
    assert ([one.name for one in root.folders], titles(root)) == (["Abba", "Mix"], ["Muffin"])
    abba = service.call(ask.ShowFolder(root.folders[0].id))
    gold = service.call(ask.ShowFolder(abba.folders[1].id))
    assert (gold.folder.path, [one.name for one in gold.above], titles(gold)) == (
        "Abba/Gold",
        ["two", "Abba"],
        ["Fernando"],
    )


def test_genres_and_years(service: Handlers) -> None:
    assert [(one.name, one.songs, one.albums) for one in service.call(ask.ListGenres()).genres] == [
        ("Disco", 1, 1), ("Pop", 4, 2), ("Rock", 1, 1),
    ]  # fmt: skip
    assert [(one.year, one.albums) for one in service.call(ask.ListYears()).years] == [(1965, 1), (1974, 1), (1976, 1)]
    assert len(service.call(ask.ListTracks(genre="POP", limit=3)).tracks) == 3
    assert len(service.call(ask.ListTracks(genre="POP", limit=3, offset=3)).tracks) == 1


def test_tracks_by_chance(service: Handlers) -> None:
    everything = service.call(ask.DrawTracks(50)).tracks
    assert len({one.id for one in everything}) == len(TRACKS) == len(everything)
    assert {one.title for one in service.call(ask.DrawTracks(50, "pop")).tracks} == {
        "Waterloo",
        "SOS",
        "Tiger",
        "Fernando",
    }
    assert titles(service.call(ask.DrawTracks(50, "pop", 1900, 1974))) == ["Waterloo"]
    assert titles(service.call(ask.DrawTracks(50, "polka"))) == []
    assert len(service.call(ask.DrawTracks(2)).tracks) == 2


def test_search_finds_each_kind_the_best_first(service: Handlers) -> None:
    found = service.call(ask.FindThings("abb"))
    assert ([one.name for one in found.artists], titles(found)) == (["Abba"], ["Arrival", "Gold"])
    assert len(found.tracks) == 4
    assert [one.title for one in service.call(ask.FindThings("help", artists=0)).tracks] == ["Help!"]
    everything = service.call(ask.FindThings("", tracks=3, track_offset=5, albums=0, artists=0))
    assert (len(everything.tracks), everything.albums) == (2, ())
    assert service.call(ask.FindThings("nothing such")) == ask.FoundThings((), (), ())


def test_what_is_alike_shares_artists_or_genres(service: Handlers) -> None:
    gold = service.call(ask.ListAlbums(offset=1)).albums[0]
    assert "Tiger" in titles(service.call(ask.SimilarTracks(gold.id)))
    tiger = service.call(ask.FindThings("tiger")).tracks[0]
    alike = titles(service.call(ask.SimilarTracks(tiger.id)))
    assert set(alike) <= {"Waterloo", "SOS", "Fernando"}
    assert service.call(ask.SimilarArtists(gold.artist_id)).artists == ()
    ids = service.call(ask.IdsOfArtist(gold.artist_id)).ids
    assert len(ids) == 4
    assert service.call(ask.TracksOfArtist(gold.artist_id, (tiger.id,), 1)).tracks == (tiger,)


def test_what_is_wrong_is_told(service: Handlers) -> None:
    for wrong in (
        ask.ListAlbums(limit=501),
        ask.ListAlbums(offset=-1),
        ask.DrawTracks(-1),
        ask.FindThings("x", tracks=501),
    ):
        with pytest.raises(ConfigError):
            service.call(wrong)
    for gone in (
        ask.ShowAlbum("al-1"),
        ask.ShowAlbum("ar-1"),
        ask.ShowArtist("ar-1"),
        ask.ShowFolder("fo-1"),
        ask.SimilarTracks("tr-1"),
    ):
        with pytest.raises(NotFoundError):
            service.call(gone)


def test_ids_are_the_same_in_a_catalog_that_is_made_anew(service: Handlers, tmp_path: Path) -> None:
    other = Bench(tmp_path / "catalog.db")
    other.pipeline.adopt_rules()
    for root, path, tags in reversed(TRACKS):
        other.put(path, root, **tags)
    other.pipeline.run()
    again = Browsing(other.database)

    def ids(answer: ask.FoundThings) -> set[str]:
        return {one.id for one in (*answer.artists, *answer.albums, *answer.tracks)}

    everything = ask.FindThings("", 500, 500, 500)
    assert ids(again.found(everything)) == ids(service.call(everything))
    other.close()
