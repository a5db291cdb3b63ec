"""Who is let in: cookies and where they come from, keys, the word of a proxy, the first set-up."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from musfuse_http.asked import Asked
from musfuse_http.door import check_origin, is_local, set_cookie
from musfuse_http.failures import HttpError

from musfuse.platform import system
from over_http.running import PASSWORD, Server, serve

SIGN_IN = {"name": "bob", "password": PASSWORD.format("bob")}


def test_signing_in_by_a_browser(server: Server) -> None:
    host = "{}:{}".format(*server.address)
    begun = server.ask("POST", "/api/v1/session", SIGN_IN)
    assert begun.status == 200
    assert "secret" not in begun.json
    kept, *rules = begun.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(rules)
    assert not any("Secure" in rule for rule in rules)  # it is not served by TLS
    assert server.ask("GET", "/api/v1/session", headers={"Cookie": kept}).json["user"]["name"] == "bob"
    for origin, status in (
        (None, 403),
        ("http://evil.example", 403),
        ("null", 403),
        (f"https://{host}", 403),
        (f"http://{host}", 204),
    ):
        headers = {"Cookie": kept} | ({"Origin": origin} if origin else {})
        assert server.ask("PUT", "/api/v1/preferences/a", {"value": 1}, headers).status == status, origin
    assert (
        server.ask(
            "PUT", "/api/v1/preferences/a", {"value": 2}, {"Cookie": kept, "Sec-Fetch-Site": "same-origin"}
        ).status
        == 204
    )
    ended = server.ask("DELETE", "/api/v1/session", headers={"Cookie": kept, "Origin": f"http://{host}"})
    assert ended.status == 204
    assert "Max-Age=0" in ended.headers["set-cookie"]
    assert server.ask("GET", "/api/v1/session", headers={"Cookie": kept}).status == 401
    assert server.ask("GET", "/api/v1/", headers={"Cookie": kept}).status == 200  # where anybody may, it does no harm


def test_signing_in_by_a_program(server: Server) -> None:
    begun = server.ask("POST", "/api/v1/session", SIGN_IN | {"secret": True, "device": "tablet"})
    assert "set-cookie" not in begun.headers
    server.tokens["new"] = begun.json["secret"]
    assert server.get("/api/v1/session", "new").json["device"]["name"] == "tablet"
    devices = server.get(f"/api/v1/users/{server.users['bob']}/devices", "new").json["devices"]
    (mine,) = [device for device in devices if device["current"]]
    assert server.ask("DELETE", f"/api/v1/users/{server.users['bob']}/devices/{mine['id']}", who="bob").status == 204
    assert server.get("/api/v1/session", "new").status == 401


def test_a_wrong_password_tells_nothing_of_whether_there_is_a_user(server: Server) -> None:
    known = server.ask("POST", "/api/v1/session", {"name": "bob", "password": "not this one"})
    unknown = server.ask("POST", "/api/v1/session", {"name": "mallory", "password": "not this one"})
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert known.headers["www-authenticate"].startswith("Bearer")
    for _ in range(40):
        again = server.ask("POST", "/api/v1/session", {"name": "zoe", "password": "not this one"})
        if again.status == 429:
            break
    assert (again.status, again.json["error"]["code"]) == (429, "too_many_tries")
    assert int(again.headers["retry-after"]) >= 1


def test_bodies_are_json_of_the_type_that_is_taken(server: Server) -> None:
    plain = server.ask("POST", "/api/v1/session", b"{}", {"Content-Type": "text/plain"})
    assert plain.status == 415
    for body in (
        b"",
        b"[",
        b"[1]",
        b'{"name": 1, "password": "x"}',
        b'{"name": "a"}',
        b'{"name": "a", "password": "b", "x": 1}',
        b"\xff",
    ):
        refused = server.ask("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
        assert (refused.status, refused.json["error"]["code"]) == (400, "invalid"), body
    large = server.ask("POST", "/api/v1/session", b"x" * (1 << 20) + b"x", {"Content-Type": "application/json"})
    assert large.status == 413
    assert server.get("/api/v1/tracks/tr-1/stream?a=1", "bob").status == 400


def test_what_is_read_has_a_tag(server: Server) -> None:
    got = server.get("/api/v1/preferences", "eve")
    again = server.get("/api/v1/preferences", "eve", If_None_Match=got.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def asked(address: str = "127.0.0.1", host: str = "localhost:4533", method: str = "POST", **other: bool) -> Asked:
    return Asked(method, "/", {}, {"host": host}, address, "http", **other)


@pytest.mark.parametrize(
    ("request_", "local"),
    [
        (asked(), True), (asked(host="127.0.0.1:4533"), True), (asked("::1", "[::1]:4533"), True), (asked("::1", "[::1]"), True),
        (asked(host="evil.example:4533"), False), (asked("10.0.0.1"), False), (asked(direct=False), False), (asked(proxied=True), False),
        (asked("nonsense"), False), (asked(host=""), False),
    ],
)  # fmt: skip
def test_who_is_at_this_machine(request_: Asked, local: bool) -> None:
    assert is_local(request_) is local


def test_what_only_reads_may_come_from_anywhere() -> None:
    check_origin(asked(method="GET"))
    with pytest.raises(HttpError):
        check_origin(asked(method="DELETE"))


def test_a_cookie_is_secure_where_tls_is_spoken() -> None:
    assert "; Secure" in set_cookie(Asked("GET", "/", {}, {}, "", "https"), "x", 5)[1]


def test_the_first_set_up_is_done_once(tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "on_terminate", lambda _: None)
    with ExitStack() as stack:
        server = serve(tmp_path / "state", music, stack, trusted_proxies="127.0.0.1", auth_header="Remote-User")
        link, _, secret = server.face.greeting.removeprefix("to set it up, once: ").partition("#")
        assert link == f"{server.face.name}/setup"
        assert b"<form>" in server.get("/setup").body
        assert "default-src 'self'" in server.get("/setup").headers["content-security-policy"]
        first = {"name": "Ann", "password": "long enough"}
        assert server.get("/api/v1/setup").json == {"open": True, "needs_secret": True}  # a proxy is trusted there
        assert server.ask("POST", "/api/v1/setup", first).status == 401
        assert server.ask("POST", "/api/v1/setup", first | {"secret": "x" * 43}).status == 401
        assert server.ask("POST", "/api/v1/setup", first | {"secret": secret, "password": "short"}).status == 400
        made = server.ask("POST", "/api/v1/setup", first | {"secret": secret})
        assert (made.status, made.json["role"], made.json["owner"]) == (201, "admin", True)
        assert server.get("/api/v1/setup").json["open"] is False
        again = server.ask("POST", "/api/v1/setup", first | {"secret": secret, "name": "Eve"})
        assert (again.status, again.json["error"]["code"]) == (403, "forbidden")
        vouched = server.get("/api/v1/session", Remote_User="ann")
        assert (vouched.status, vouched.json["means"]) == (200, "header")
        assert server.get("/api/v1/session", Remote_User="mallory").status == 401
        assert (
            server.ask("PUT", "/api/v1/preferences/a", {"value": 1}, {"Remote-User": "ann"}).status == 403
        )  # no Origin
        assert "secret" not in made.json
    with ExitStack() as stack:
        later = serve(tmp_path / "state", music, stack)
        assert later.face.greeting == ""
        assert later.get("/api/v1/session", Remote_User="ann").status == 401  # nobody is trusted there
