"""Folders in buckets as they are typed, kept and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import ConfigError
from musfuse.origins.s3.uris import S3Place, place_of


@pytest.mark.parametrize(
    ("text", "uri", "prefix"),
    [
        ("s3://music", "s3://music", ""), ("S3://music/", "s3://music", ""), ("s3://music//a//b/", "s3://music/a/b", "a/b"),
        ("s3://my.bucket-1/Büro x", "s3://my.bucket-1/B%C3%BCro%20x", "Büro x"), ("s3://music/100%25", "s3://music/100%25", "100%"),
    ],
)  # fmt: skip
def test_one_spelling(text: str, uri: str, prefix: str) -> None:
    place = place_of(text)
    assert (place.uri, place.prefix) == (uri, prefix)
    assert place_of(place.uri) == place_of(place.shown) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("s3://", "names no bucket"), ("s3:///a", "names no bucket"), ("s3://a b/x", "names no bucket"), ("s3://-x/y", "names no bucket"),
        ("s3://host:9000/b", "option endpoint"), ("s3://key@bucket/x", "option endpoint"), ("s3://music/a/../b", r"\.\."), ("s3://music/%FF", "UTF-8"),
        ("s3://music/a?b", "%3F"), ("s3://music/a%00", "NUL"), ("s3://[x/y", "not a URI"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        place_of(text)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=20))
def test_any_name_comes_back(name: str) -> None:
    if name in (".", ".."):
        return
    place = S3Place("music", f"a/{name}")
    assert place_of(place.uri) == place == place_of(place.shown)


def test_what_lies_in_what() -> None:
    a, ab = place_of("s3://music/a"), place_of("s3://music/a/b")
    assert ab.below(a) == "b"
    assert a.below(a) == ""
    assert a.below(ab) is None
    assert ab.below(place_of("s3://music")) == "a/b"
    assert place_of("s3://music/ab").below(a) is None
    assert place_of("s3://other/a/b").below(a) is None
    assert (a.key("x/y"), a.key(""), place_of("s3://music").key("x")) == ("a/x/y", "a", "x")
