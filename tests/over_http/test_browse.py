"""What there is, over HTTP: pages, pictures, collections, tags; and what somebody does not see is not there for him."""

import io
from pathlib import Path

import pytest
import sound
from musfuse_http.api.paging import Paged
from musfuse_http.failures import HttpError
from PIL import Image

from over_http.running import Server

TRACK = "Band a/Album a/01 - Title 1.flac"


def test_pages_lead_on_to_the_end(server: Server) -> None:
    titles, cursor = [], ""
    while cursor is not None:
        page = server.get(f"/api/v1/tracks?limit=3&cursor={cursor}", "bob").json
        titles += [track["title"] for track in page["tracks"]]
        cursor = page["next"]
    assert sorted(titles) == ["Title 1", "Title 2", "Title 3", "Title 4"]
    assert server.get("/api/v1/tracks?cursor=nonsense", "bob").status == 400
    assert server.get("/api/v1/tracks?limit=0", "bob").status == 400
    assert server.get("/api/v1/tracks?limit=100000", "bob").status == 400


def test_cursors() -> None:
    page = Paged(2, Paged(2).next(2) or "")
    assert (page.offset, page.next(1)) == (2, None)
    for made_up in ("o2", "bzI=", "é", "b" * 60):
        if made_up != "bzI=":  # the same with its padding is one of ours
            with pytest.raises(HttpError):
                assert Paged(2, made_up).offset


def test_artists_albums_and_what_is_in_them(server: Server) -> None:
    artists = server.get("/api/v1/artists", "bob").json["artists"]
    assert [artist["name"] for artist in artists] == ["Band a", "Band b"]
    artist = server.get(f"/api/v1/artists/{artists[0]['id']}", "bob").json
    (album,) = artist["albums"]
    whole = server.get(f"/api/v1/albums/{album['id']}", "bob").json
    assert [track["title"] for track in whole["tracks"]] == ["Title 1", "Title 2"]
    found = server.get("/api/v1/search?q=title%203", "bob").json
    assert [track["title"] for track in found["tracks"]] == ["Title 3"]
    (library,) = server.get("/api/v1/libraries", "bob").json["sources"]
    folder = server.get(f"/api/v1/folders/{library['folder']}", "bob").json
    assert [one["name"] for one in folder["folders"]] == ["a", "b"]
    for path in ("artists", "albums", "tracks", "search", "libraries", "tracks/random", "genres", "years"):
        assert not any(
            server.get(f"/api/v1/{path}", "eve").json.get(name) for name in ("artists", "albums", "tracks", "sources")
        )


def test_collections_show_everybody_what_he_sees(server: Server) -> None:
    made = server.ask("POST", "/api/v1/collections", {"name": "Titles", "rule": "title:title"}, who="ann")
    assert (made.status, made.json["total"]) == (201, 4)
    first = server.get("/api/v1/collections/Titles/tracks?limit=3", "bob").json
    rest = server.get(f"/api/v1/collections/Titles/tracks?limit=3&cursor={first['next']}", "bob").json
    assert len({track["id"] for track in first["tracks"] + rest["tracks"]}) == first["total"] == 4
    assert server.get("/api/v1/collections/Titles/tracks", "eve").json == {"tracks": [], "total": 0, "next": None}
    assert "Titles" in [one["name"] for one in server.get("/api/v1/collections", "eve").json["collections"]]
    assert server.ask("PATCH", "/api/v1/collections/Titles", {"rule": "title:1"}, who="ann").json["total"] == 1
    assert server.ask("DELETE", "/api/v1/collections/Titles", who="ann").status == 200


def test_tags_are_changed_and_taken_back(server: Server) -> None:
    path = f"/api/v1/tracks/{server.track('Band b/Album b/03 - Title 3.mp3')}"
    before = server.get(f"{path}/stream", "bob").headers["etag"]
    made = server.ask("PATCH", f"{path}/tags", {"set": {"genre": ["Rock", "Prog"], "composer": []}}, who="ann").json[
        "changes"
    ]
    assert [change["author"] for change in made] == ["ann"]
    told = server.get(f"{path}/tags", "bob").json["tags"]
    assert (told["genre"]["values"], told["genre"]["source"]) == (["Rock", "Prog"], "user")
    assert server.get(f"{path}/stream", "bob").headers["etag"] != before
    assert server.get("/api/v1/changes?limit=1", "ann").json["changes"][0]["change"] == made[0]["change"]
    assert server.ask("PATCH", f"{path}/tags", {"clear": ["composer"]}, who="ann").status == 200
    undone = server.ask("POST", f"/api/v1/changes/{made[0]['change']}/undo", who="ann")
    assert undone.status == 200
    assert "genre" not in server.get(f"{path}/tags", "bob").json["tags"]
    assert server.ask("PATCH", f"{path}/tags", {"set": {"a=b": ["c"]}}, who="ann").status == 400


def test_pictures_come_in_few_sizes(server: Server, tmp_path: Path) -> None:
    from musfuse.service.requests.art import ClearArt, SetArt

    picture = tmp_path / "a.png"
    picture.write_bytes(sound.picture(400, "PNG"))
    targets = (("title:1", ""),)
    service = server.context.service
    service.call(SetArt(author="t", targets=targets, picture=picture))
    track = server.get(f"/api/v1/tracks/{server.track(TRACK)}", "bob").json
    sizes = {}
    for size in (1, 32, 33, 100, 300, 4096):
        got = server.get(f"/api/v1/art/{track['id']}?size={size}", "bob")
        assert (got.status, got.headers["content-type"]) == (200, "image/jpeg")
        sizes[size] = max(Image.open(io.BytesIO(got.body)).size)
    assert sizes == {1: 32, 32: 32, 33: 64, 100: 150, 300: 300, 4096: 400}
    again = server.get(f"/api/v1/art/{track['id']}?size=4096", "bob", If_None_Match=got.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    for item in (track["album_id"], track["album_artist_id"]):
        assert server.get(f"/api/v1/art/{item}", "bob").status == 200
        assert server.get(f"/api/v1/art/{item}", "eve").status == 404
    for size in ("0", "-1", "5000", "x"):
        assert server.get(f"/api/v1/art/{track['id']}?size={size}", "bob").status == 400
    service.call(ClearArt(author="t", targets=targets, kinds=()))
