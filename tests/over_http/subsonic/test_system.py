"""The server itself."""

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
