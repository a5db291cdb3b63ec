"""Every route for each who may and may not: nobody, a user, another user, an administrator."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from musfuse_http.api.route import Right
from musfuse_http.api.table import ROUTES

from over_http.running import Server

WHO = ("", "bob", "eve", "ann")


@dataclass(frozen=True)
class Row:
    """What a route answers nobody, bob, eve and ann; `{bob}` in its path is the id of bob. `tr` is a track that eve does not
    see."""

    answers: tuple[int, int, int, int]
    path: str = ""
    body: Any = None


USERS, ADMINS = (401, 200, 200, 200), (401, 403, 403, 200)
ROWS: dict[str, Row] = {
    "GET /": Row((200, 200, 200, 200)),
    "GET /health": Row((200, 200, 200, 200)),
    "GET /openapi.json": Row((200, 200, 200, 200)),
    "GET /setup": Row((200, 200, 200, 200)),
    "POST /setup": Row((403, 403, 403, 403), body={"name": "mallory", "password": "long enough"}),
    "GET /session": Row(USERS),
    "POST /session": Row((401, 401, 401, 401), body={"name": "mallory", "password": "long enough"}),
    "DELETE /session": Row((401, 204, 204, 204)),
    "GET /users": Row(ADMINS),
    "POST /users": Row((401, 403, 403, 400), body={"name": " ", "password": "long enough"}),
    "GET /users/{id}": Row((401, 200, 403, 200), "/users/{bob}"),
    "PATCH /users/{id}": Row(ADMINS, "/users/{bob}", {}),
    "DELETE /users/{id}": Row((401, 403, 403, 404), "/users/99"),
    "PUT /users/{id}/password": Row((401, 400, 403, 400), "/users/{bob}/password", {"password": "bob", "current": "long enough for bob"}),
    "GET /users/{id}/devices": Row((401, 200, 403, 200), "/users/{bob}/devices"),
    "DELETE /users/{id}/devices/{device}": Row((401, 404, 403, 404), "/users/{bob}/devices/9999"),
    "POST /keys": Row((401, 400, 400, 400), body={"name": ""}),
    "POST /app-passwords": Row((401, 400, 400, 400), body={"name": "phone"}),
    "GET /preferences": Row(USERS),
    "PUT /preferences/{key}": Row((401, 204, 204, 204), "/preferences/theme", {"value": "dark"}),
    "GET /tracks/{id}/stream": Row((401, 200, 404, 200), "/tracks/{tr}/stream"),
    "GET /art/{id}": Row((401, 404, 404, 404), "/art/{tr}"),
    "GET /libraries": Row(USERS),
    "GET /artists": Row(USERS),
    "GET /artists/{id}": Row((401, 200, 404, 200), "/artists/{ar}"),
    "GET /albums": Row(USERS),
    "GET /albums/{id}": Row((401, 200, 404, 200), "/albums/{al}"),
    "GET /tracks": Row(USERS),
    "GET /tracks/random": Row(USERS),
    "GET /tracks/{id}": Row((401, 200, 404, 200), "/tracks/{tr}"),
    "GET /similar/{id}": Row((401, 200, 404, 200), "/similar/{tr}"),
    "GET /genres": Row(USERS),
    "GET /years": Row(USERS),
    "GET /folders/{id}": Row((401, 200, 404, 200), "/folders/{fo}"),
    "GET /search": Row(USERS),
    "GET /collections": Row(USERS),
    "POST /collections": Row((401, 403, 403, 400), body={"name": "", "rule": "x"}),
    "GET /collections/{name}/tracks": Row(USERS, "/collections/Recently%20Added/tracks"),
    "PATCH /collections/{name}": Row((401, 403, 403, 404), "/collections/none", {"rule": "a"}),
    "DELETE /collections/{name}": Row((401, 403, 403, 404), "/collections/none"),
    "GET /playlists": Row(USERS),
    "POST /playlists": Row((401, 400, 400, 400), body={"name": "\n"}),
    "GET /playlists/{id}": Row((401, 200, 404, 404), "/playlists/{playlist}"),
    "PATCH /playlists/{id}": Row((401, 200, 404, 404), "/playlists/{playlist}", {}),
    "DELETE /playlists/{id}": Row((401, 404, 404, 404), "/playlists/user-9999"),
    "GET /stars": Row(USERS),
    "PUT /stars/{id}": Row((401, 204, 204, 204), "/stars/{tr}"),
    "DELETE /stars/{id}": Row((401, 204, 204, 204), "/stars/{tr}"),
    "PUT /ratings/{id}": Row((401, 204, 204, 204), "/ratings/{tr}", {"stars": 0}),
    "GET /thoughts": Row(USERS),
    "GET /plays": Row(USERS),
    "POST /plays": Row((401, 204, 204, 204), body={"plays": []}),
    "PUT /now-playing": Row((401, 204, 204, 204), body={"id": "tr-1"}),
    "DELETE /now-playing": Row((401, 204, 204, 204)),
    "GET /queue": Row(USERS),
    "PUT /queue": Row((401, 409, 409, 409), body={"tracks": [], "version": 99}),
    "GET /bookmarks": Row(USERS),
    "PUT /bookmarks/{id}": Row(USERS, "/bookmarks/tr-1", {"position_ms": 5}),
    "DELETE /bookmarks/{id}": Row((401, 204, 204, 204), "/bookmarks/tr-1"),
    "GET /events": Row(USERS),
    "GET /status": Row(ADMINS),
    "GET /sources": Row(ADMINS),
    "POST /sources": Row((401, 403, 403, 400), body={"place": "relative"}),
    "GET /sources/{id}": Row(ADMINS, "/sources/{source}"),
    "PATCH /sources/{id}": Row((401, 403, 403, 400), "/sources/{source}", {"assignments": ["nonsense"]}),
    "DELETE /sources/{id}": Row((401, 403, 403, 404), "/sources/none"),
    "POST /sources/{id}/restore": Row((401, 403, 403, 404), "/sources/none/restore"),
    "POST /scans": Row((401, 403, 403, 400), body={"places": ["/no/such/place"]}),
    "GET /jobs": Row(ADMINS),
    "GET /jobs/{id}": Row(ADMINS, "/jobs/1"),
    "POST /jobs/{id}/cancel": Row((401, 403, 403, 404), "/jobs/99999/cancel"),
    "GET /settings": Row(ADMINS),
    "PUT /settings/{name}": Row((401, 403, 403, 400), "/settings/no.such", {"value": "1"}),
    "GET /report": Row(ADMINS),
    "GET /tracks/{id}/tags": Row((401, 200, 404, 200), "/tracks/{tr}/tags"),
    "PATCH /tracks/{id}/tags": Row(ADMINS, "/tracks/{tr}/tags", {}),
    "GET /changes": Row(ADMINS),
    "POST /changes/{number}/undo": Row((401, 403, 403, 404), "/changes/99999/undo"),
}  # fmt: skip


def playlist(server: Server) -> str:
    """One of bob's, which he shares with nobody."""
    known = server.get("/api/v1/playlists", "bob").json["playlists"]
    mine = [one["id"] for one in known if one["name"] == "Mine"]
    return mine[0] if mine else str(server.ask("POST", "/api/v1/playlists", {"name": "Mine"}, who="bob").json["id"])


def ids(server: Server) -> dict[str, str]:
    """What paths name, of the first track."""
    (source,) = server.get("/api/v1/libraries", "ann").json["sources"]
    track = server.get(f"/api/v1/tracks/{server.track('Band a/Album a/01 - Title 1.flac')}", "ann").json
    return {
        "tr": track["id"], "al": track["album_id"], "ar": track["album_artist_id"], "fo": track["folder"],
        "source": source["uid"], "playlist": playlist(server),
    }  # fmt: skip


def test_every_route_has_a_row() -> None:
    assert {f"{route.method} {route.path}" for route in ROUTES} == set(ROWS)


def test_rows_agree_with_the_rights_of_the_table() -> None:
    for route in ROUTES:
        nobody, *_, admin = ROWS[f"{route.method} {route.path}"].answers
        assert (nobody == 401) or route.right is Right.NOBODY, route
        assert ROWS[f"{route.method} {route.path}"].answers[1:3] == (403, 403) or route.right is not Right.ADMIN, route
        assert admin not in (401,) or route.path == "/session", route


@pytest.mark.parametrize("name", ROWS)
def test_who_may(server: Server, name: str) -> None:
    row = ROWS[name]
    method, _, path = name.partition(" ")
    names = {**server.users, **ids(server)}
    path = re.sub(r"\{(\w+)\}", lambda found: str(names[found[1]]), row.path or path)
    known = server.context.server
    if name == "DELETE /session":
        server.tokens |= {
            f"{who} gone": known.devices.begin_session(known.accounts.named(who)).secret for who in WHO if who
        }
    answers = []
    if name == "GET /events":
        method = "HEAD"  # else it would not end
    for who in WHO:
        token = f"{who} gone" if who and name == "DELETE /session" else who
        answers.append(server.ask(method, f"/api/v1{path}", row.body, who=token).status)
    assert tuple(answers) == row.answers
    if name == "DELETE /session":
        assert server.get("/api/v1/session", "bob gone").status == 401


def test_a_key_that_was_stolen_makes_no_others(server: Server) -> None:
    for method, path, body in (
        ("POST", "/keys", {"name": "more"}), ("POST", "/app-passwords", {"name": "more"}), ("POST", "/users", {"name": "x"}),
        ("PUT", f"/users/{server.users['ann']}/password", {"password": "another long one"}), ("PATCH", f"/users/{server.users['bob']}", {}),
        ("DELETE", f"/users/{server.users['bob']}", None),
    ):  # fmt: skip
        assert server.ask(method, f"/api/v1{path}", body, who="ann key").status == 403, path
