"""Places on SSH servers as they are typed, kept and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import ConfigError
from musfuse.origins.sftp.uris import SftpPlace, place_of


@pytest.mark.parametrize(
    ("text", "uri", "remote"),
    [
        ("sftp://ann@NAS/music", "sftp://ann@nas/music", b"/music"), ("SFTP://nas:2222//a/./b/", "sftp://nas:2222/a/b", b"/a/b"),
        ("sftp://nas/~/Music", "sftp://nas/~/Music", b"./Music"), ("sftp://nas/~", "sftp://nas/~", b"."), ("sftp://nas/", "sftp://nas/", b"/"),
        ("sftp://nas/B%C3%BCro", "sftp://nas/B%C3%BCro", "/Büro".encode()), ("sftp://nas/Büro x", "sftp://nas/B%C3%BCro%20x", "/Büro x".encode()),
        ("sftp://nas/a%E9b", "sftp://nas/a%E9b", b"/a\xe9b"), ("sftp://[::1]:22/a", "sftp://[::1]:22/a", b"/a"), ("sftp://a%40b@nas/a", "", b""),
        ("sftp://nas/100%25", "sftp://nas/100%25", b"/100%"), ("sftp://nas/what%3F%23", "sftp://nas/what%3F%23", b"/what?#"),
    ],
)  # fmt: skip
def test_one_spelling(text: str, uri: str, remote: bytes) -> None:
    if not uri:
        with pytest.raises(ConfigError, match="no name of a user"):
            place_of(text)
        return
    place = place_of(text)
    assert (place.uri, place.remote) == (uri, remote)
    assert place_of(place.uri) == place_of(place.shown) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sftp://-oProxyCommand=id/x", "begins with -"), ("sftp://-l@nas/x", "begins with -"), ("sftp:///music", "names no host"),
        ("sftp://nas", "names no folder"), ("sftp://nas/a/../b", r"with \.\."), ("sftp://nas/a%00b", "NUL"), ("sftp://na s/x", "names no host"),
        ("sftp://nas/~ann/x", "only ~ is known"), ("sftp://nas:99999/x", "not a URI"), ("sftp://nas/x?y", "%3F"), ("sftp://n$(id)/x", "names no host"),
        ("sftp://a b@nas/x", "no name of a user"), ("sftp://nas`id`/x", "names no host"), ("sftp://[::1/x", "not a URI"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        place_of(text)


@given(st.text(st.characters(exclude_characters="\0/"), min_size=1, max_size=20), st.booleans())
def test_any_name_comes_back(name: str, home: bool) -> None:
    raw = name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    if raw in (".", "..", "~") or raw.startswith("~"):
        return
    place = SftpPlace("ann", "nas", 0, f"{'~' if home else '/x'}/{raw}")
    assert place_of(place.uri) == place == place_of(place.shown)


def test_what_lies_in_what() -> None:
    def below(one: str, other: str) -> str | None:
        return place_of(f"sftp://{one}").below(place_of(f"sftp://{other}"))

    assert below("nas/a/b", "nas/a") == "b"
    assert below("nas/a", "nas/a") == ""
    assert below("nas/ab", "nas/a") is None
    assert below("nas/a", "nas/") == "a"
    assert below("ann@nas/a/b", "bob@nas/a") == "b"
    assert below("ann@nas/~/b", "bob@nas/~") is None
    assert below("ann@nas/~/b", "ann@nas/~") == "b"
    assert below("nas:22/a/b", "nas/a") is None
