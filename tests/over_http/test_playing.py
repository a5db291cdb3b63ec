"""What users think of music and play of it, over HTTP: each his own, and nothing of what he does not see."""

import time

from over_http.running import Server

NAMES = ("Band a/Album a/01 - Title 1.flac", "Band a/Album a/02 - Title 2.flac", "Band b/Album b/03 - Title 3.mp3")


def test_stars_and_ratings_are_everybodys_own(server: Server) -> None:
    one, two, _ = map(server.track, NAMES)
    album = server.get(f"/api/v1/tracks/{one}", "bob").json["album_id"]
    for who in ("ann", "bob"):  # the library's owner, whose stars are in user.db, and somebody else
        for item in (one, album):
            assert server.ask("PUT", f"/api/v1/stars/{item}", who=who).status == 204
        assert server.ask("PUT", f"/api/v1/ratings/{two}", {"stars": 4}, who=who).status == 204
        assert [track["id"] for track in server.get("/api/v1/stars", who).json["tracks"]] == [one]
        assert [found["id"] for found in server.get("/api/v1/stars?kind=album", who).json["albums"]] == [album]
        told = server.get(f"/api/v1/thoughts?id={one}&id={two}&id={album}", who).json["thoughts"]
        assert (told[two]["stars"], told[one]["stars"], told[album]["starred_ns"] > 0) == (4, 0, True)
        assert server.ask("DELETE", f"/api/v1/stars/{one}", who=who).status == 204
    assert server.get(f"/api/v1/thoughts?id={two}", "eve").json["thoughts"] == {}
    server.ask("PUT", f"/api/v1/stars/{one}", who="eve")
    assert server.get("/api/v1/stars", "eve").json["tracks"] == []
    for bad, body in (
        ("tr-1", {"stars": 6}),
        ("tr-1", {"stars": "5"}),
        ("fo-1", {"stars": 1}),
        ("nonsense", {"stars": 1}),
    ):
        assert server.ask("PUT", f"/api/v1/ratings/{bad}", body, who="bob").status in (400, 404)


def test_plays(server: Server) -> None:
    one, two, three = map(server.track, NAMES)
    began = time.time_ns()
    told = {"plays": [{"id": one, "began_ns": began}, {"id": two, "began_ns": began + 1}]}
    for who in ("ann", "bob"):
        assert server.ask("POST", "/api/v1/plays", told, who=who).status == 204
        page = server.get("/api/v1/plays?limit=1", who).json
        assert [play["track"]["id"] for play in page["plays"]] == [two]
        rest = server.get(f"/api/v1/plays?limit=1&cursor={page['next']}", who).json
        assert [(play["track"]["id"], play["began_ns"]) for play in rest["plays"]] == [(one, began)]
        assert server.get(f"/api/v1/thoughts?id={one}&id={three}", who).json["thoughts"][one]["plays"] == 1
    assert server.get("/api/v1/plays", "eve").json["plays"] == []


def test_a_queue_goes_from_one_device_to_another(server: Server) -> None:
    one, two, _ = map(server.track, NAMES)
    put = server.ask(
        "PUT", "/api/v1/queue", {"tracks": [one, two, one], "current": 1, "position_ms": 5000}, who="bob key"
    )
    assert (put.status, put.json["client"]) == (200, "phone")
    queue = server.get("/api/v1/queue", "bob").json
    assert (queue["tracks"], queue["current"], queue["position_ms"]) == ([one, two, one], 1, 5000)
    later = {"tracks": [two], "current": 0, "version": queue["version"]}
    assert server.ask("PUT", "/api/v1/queue", later, who="bob").status == 200
    conflict = server.ask("PUT", "/api/v1/queue", later, who="bob key")
    assert (conflict.status, conflict.json["error"]["code"]) == (409, "conflict")
    assert server.ask("PUT", "/api/v1/queue", {"tracks": [one], "current": 5}, who="bob").status == 400
    assert server.get("/api/v1/queue", "eve").json["tracks"] == []


def test_bookmarks_and_what_is_played_now(server: Server) -> None:
    one = server.track(NAMES[0])
    assert (
        server.ask("PUT", f"/api/v1/bookmarks/{one}", {"position_ms": 5, "comment": "here"}, who="bob").json["comment"]
        == "here"
    )
    assert one in [mark["id"] for mark in server.get("/api/v1/bookmarks", "bob").json["bookmarks"]]
    server.ask("DELETE", f"/api/v1/bookmarks/{one}", who="bob")
    assert one not in [mark["id"] for mark in server.get("/api/v1/bookmarks", "bob").json["bookmarks"]]
    assert server.ask("PUT", "/api/v1/now-playing", {"id": one, "position_ms": 1}, who="bob").status == 204
    assert [played.user for played in server.context.server.now_playing.all()] == [server.users["bob"]]
    server.ask("DELETE", "/api/v1/now-playing", who="bob")
    assert server.context.server.now_playing.all() == []


def test_playlists_are_shared_or_not(server: Server) -> None:
    one, two, three = map(server.track, NAMES)
    for who, other in (("ann", "bob"), ("bob", "ann")):
        made = server.ask("POST", "/api/v1/playlists", {"name": f"List of {who}", "tracks": [one, two, one]}, who=who)
        assert (made.status, made.json["length"], made.json["mine"]) == (201, 3, True)
        path = f"/api/v1/playlists/{made.json['id']}"
        assert server.get(path, other).status == 404
        assert server.ask("PATCH", path, {"shared": True, "take_out": [1], "add": [three]}, who=who).json["length"] == 3
        seen = server.get(path, other).json
        assert ([track["id"] for track in seen["tracks"]], seen["places"], seen["playlist"]["mine"]) == (
            [one, one, three],
            [0, 1, 2],
            False,
        )
        assert server.get(path, "eve").json["tracks"] == []
        assert server.ask("PATCH", path, {"name": "Taken"}, who="eve").status == 403
        assert server.ask("DELETE", path, who="eve").status == 403
        page = server.get(f"{path}?limit=2", who).json
        assert server.get(f"{path}?limit=2&cursor={page['next']}", who).json["places"] == [2]
        assert server.ask("PATCH", path, {"tracks": [two]}, who=who).json["length"] == 1
        assert server.ask("PATCH", path, {"take_out": [7]}, who=who).status == 400
        assert server.ask("DELETE", path, who=who).status == 204
