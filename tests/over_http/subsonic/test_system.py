"""The server itself."""

import socket

from musfuse_http.serving import listening

from over_http.subsonic.harness import HEAD, Api


def test_each_answer_tells_what_it_is_of(api: Api) -> None:
    answer = api.ok("ping")
    assert set(answer) == HEAD
    assert (answer["version"], answer["type"], answer["openSubsonic"]) == ("1.16.1", "musfuse", True)


def test_a_scan_is_told_of(api: Api) -> None:
    assert api.ok("getScanStatus")["scanStatus"]["count"] == 5
    assert api.ok("startScan")["scanStatus"]["scanning"] is True


def test_a_user_hears_what_he_may_do(api: Api) -> None:
    user = api.ok("getUser", username="ANN")["user"]
    assert (user["username"], user["adminRole"], user["streamRole"]) == ("ann", True, True)
    assert user["folder"] == [int(api.ids["music_folder"])]
    assert {one["username"] for one in api.ok("getUsers")["users"]["user"]} == {"ann", "bob", "eve"}
    assert api.code("getUser", username="nobody") == 70


def test_small_answers_do_not_wait_for_one_another() -> None:
    """asyncio turns that off (TCP_NODELAY) for sockets that tell their protocol: each answer took 40 ms without."""
    with listening("127.0.0.1", 0) as made, socket.create_connection(made.getsockname()):
        accepted, _ = made.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP
