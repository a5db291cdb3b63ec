"""Clients of others, as they are: what they ask is answered so that they understand it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from over_http.subsonic.harness import Api

libsonic = pytest.importorskip("libsonic")
libopensonic = pytest.importorskip("libopensonic")
knuckles = pytest.importorskip("knuckles")


@pytest.fixture(scope="module")
def password(api: Api) -> str:
    """An app password of ann."""
    known = api.server.context.server
    return str(known.devices.make_app_password(known.accounts.named("ann"), "clients", "ann").secret)


@pytest.fixture(params=[False, True], ids=["token", "plain"])
def py_sonic(api: Api, password: str, request: pytest.FixtureRequest) -> Any:
    host, port = api.server.address
    return libsonic.Connection(f"http://{host}", "ann", password, port=port, legacyAuth=request.param)


def test_py_sonic(api: Api, py_sonic: Any) -> None:
    assert py_sonic.ping()
    assert py_sonic.getLicense()["license"]["valid"] is True
    names = [artist["name"] for index in py_sonic.getArtists()["artists"]["index"] for artist in index["artist"]]
    assert names == ["The Ann", "Zoo"]
    album = py_sonic.getAlbum(api.ids["album"])["album"]
    assert [song["title"] for song in album["song"]] == ["Title 1", "Title 2"]
    assert len(py_sonic.search3("")["searchResult3"]["song"]) == 5
    assert {one["name"] for one in py_sonic.getAlbumList2("alphabeticalByName")["albumList2"]["album"]} == {
        "First",
        "Second",
        "Third",
    }
    assert py_sonic.getMusicDirectory(api.ids["folder"])["directory"]["name"] == "First"
    assert py_sonic.download(api.ids["mp3"]).read() == (api.server.music / "The Ann/Third/1.mp3").read_bytes()
    assert py_sonic.getCoverArt(api.ids["album"]).read().startswith(b"\xff\xd8")
    py_sonic.createPlaylist(name="By a client", songIds=[api.ids["song"], api.ids["mp3"]])
    (kept,) = (one for one in py_sonic.getPlaylists()["playlists"]["playlist"] if one["name"] == "By a client")
    assert len(py_sonic.getPlaylist(kept["id"])["playlist"]["entry"]) == 2
    py_sonic.updatePlaylist(kept["id"], songIndexesToRemove=[0])
    assert py_sonic.getPlaylist(kept["id"])["playlist"]["entry"][0]["id"] == api.ids["mp3"]
    py_sonic.deletePlaylist(kept["id"])
    py_sonic.star(albumIds=[api.ids["album"]])
    assert [one["id"] for one in py_sonic.getStarred2()["starred2"]["album"]] == [api.ids["album"]]
    py_sonic.unstar(albumIds=[api.ids["album"]])
    with pytest.raises(libsonic.errors.DataNotFoundError):
        py_sonic.getAlbum("al-1")


def test_py_sonic_with_what_is_wrong(api: Api, password: str) -> None:
    host, port = api.server.address
    wrong = libsonic.Connection(f"http://{host}", "ann", f"{password}x", port=port)
    with pytest.raises(libsonic.errors.CredentialError):
        wrong.getArtists()


@pytest.fixture
def opensonic(api: Api) -> Iterator[Any]:
    host, port = api.server.address
    made = libopensonic.Connection(f"http://{host}", port=port, api_key=api.server.tokens["ann key"])
    yield made
    made.cleanup()
    made._loop.close()  # which it leaves open


def test_py_opensonic(api: Api, opensonic: Any) -> None:
    assert opensonic.ping()
    album = opensonic.get_album(api.ids["album"])
    assert (album.name, [song.title for song in album.song]) == ("First", ["Title 1", "Title 2"])
    assert {one.name for one in opensonic.get_open_subsonic_extensions()} >= {"apiKeyAuthentication", "songLyrics"}
    assert len(opensonic.search3("", song_count=10).song) == 5
    (lyrics,) = opensonic.get_lyrics_by_song_id(api.ids["song"])
    assert [line.value for line in lyrics.line] == ["First line", "Second line"]
    song = opensonic.get_song(api.ids["song"])
    assert (song.title, song.duration, song.track) == ("Title 1", 1, 1)


def test_knuckles(api: Api, password: str, tmp_path: Path) -> None:
    host, port = api.server.address
    client = knuckles.Subsonic(f"{host}:{port}", "ann", password, "tests", use_https=False)
    assert client.system.ping().status == "ok"
    artist = client.browsing.get_artist(api.ids["artist"])
    assert (artist.name, sorted(album.name for album in artist.albums)) == ("Zoo", ["First", "Second"])
    song = client.browsing.get_song(api.ids["song"])
    assert (song.title, song.bit_depth if hasattr(song, "bit_depth") else 16) == ("Title 1", 16)
    for kind in (
        "random",
        "newest",
        "highest",
        "frequent",
        "recent",
        "alphabetical_by_name",
        "alphabetical_by_artist",
        "starred",
    ):
        for form in ("", "_non_id3"):
            albums = getattr(client.lists, f"get_album_list_{kind}{form}", None)
            assert albums is None or all(album.id.startswith("al-") for album in albums())
    names = [album.name for album in client.lists.get_album_list_alphabetical_by_name()]
    assert names == ["First", "Second", "Third"]
    assert [one.name for one in client.searching.search("zoo").artists] == ["Zoo"]
    assert client.media_library_scanning.get_scan_status().count == 5
    assert {genre.value for genre in client.browsing.get_genres()} == {"Rock", "Pop"}
    kept = client.media_retrieval.download(api.ids["mp3"], tmp_path / "1.mp3")
    assert kept.read_bytes() == (api.server.music / "The Ann/Third/1.mp3").read_bytes()
