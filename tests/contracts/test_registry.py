"""Schemes by name, what may stand in a location, options and secrets of a source."""

from pathlib import Path

import pytest
from toy import Toy, ToyScheme

from musfuse.errors import ConfigError
from musfuse.origins import CheckedOrigin, LocalScheme, OpenContext, Registry, SourceSpec, default_registry, scheme_of
from musfuse.origins.registry import checked_options

REGISTRY = Registry([LocalScheme(), ToyScheme(shelf=Toy())])


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("/home/ann", ""), ("~/Music", ""), ("music", ""), ("C:\\Music", ""), ("C://Music", ""), ("a b://x", ""),
        ("://x", ""), ("sftp:/host", ""), ("sftp://host//a", "sftp"), ("SFTP://host", "sftp"), ("s3+x.y-z://b", "s3+x.y-z"),
    ],
)  # fmt: skip
def test_what_is_a_uri(text: str, scheme: str) -> None:
    assert scheme_of(text) == scheme


def test_an_unknown_scheme_lists_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match=r"gopher://.*known are file://, toy:// and folders"):
        REGISTRY.locate("gopher://hole/music")


def test_a_location_is_brought_into_one_spelling_by_its_scheme() -> None:
    assert REGISTRY.locate("toy://SHELF/") == ("toy", "toy://shelf")
    assert REGISTRY.locate("toy://shelf//a/../b") == ("toy", "toy://shelf//a/../b")  # its own affair
    assert REGISTRY.locate("/a//b/../c/") == ("file", "file:///a/c")
    assert REGISTRY.shown("gone", "gone://x") == "gone://x"


@pytest.mark.parametrize(
    "text", ["", "\0", "/a\0b", "\ud800", "toy://\ud800", "x" * 9000, "toy://", "file://", "toy://[x"]
)
def test_what_can_be_no_place_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        REGISTRY.locate(text)


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        REGISTRY.locate("toy://ann:hunter2@shelf/x")
    assert "hunter2" not in str(caught.value)
    assert "shelf/x" in str(caught.value)


def test_overlap_is_asked_of_the_scheme() -> None:
    assert REGISTRY.overlap("toy://shelf", "toy://SHELF/below")
    assert REGISTRY.overlap("/a/b", "file:///a")
    assert not REGISTRY.overlap("/a/b", "/a/bc")
    assert not REGISTRY.overlap("/shelf", "toy://shelf")


def test_a_place_inside_a_source() -> None:
    specs = [
        SourceSpec("1", "file", "file:///m%20x"),
        SourceSpec("2", "toy", "toy://shelf"),
        SourceSpec("3", "gone", "gone://x"),
    ]
    for text, found in (
        ("/m x/a/b.flac", ("1", "a/b.flac")), ("/m x", ("1", "")), ("file:///m%20x/a", ("1", "a")), ("/m", None),
        ("toy://shelf/a//b", ("2", "a//b")), ("toy://shelf", ("2", "")), ("gone://x/a", None), ("title:x", None), ("\0", None),
    ):  # fmt: skip
        assert REGISTRY.place(specs, text) == found


def test_a_place_that_links_lead_to(tmp_path: Path) -> None:
    (tmp_path / "real/a").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    for added in ("real", "link"):
        specs = [
            SourceSpec("0", "toy", "toy://shelf"),
            SourceSpec("1", "file", "file:relative"),
            SourceSpec("2", "file", (tmp_path / added).as_uri()),
        ]
        for place in ("real/a", "link/a"):
            for text in (str(tmp_path / place), (tmp_path / place).as_uri()):
                assert REGISTRY.place_resolved(specs, text) == ("2", "a")
        for text in (str(tmp_path), "real/a", "toy://shelf/a", "title:x", "", "\0", "/\0", "/\ud800"):
            assert REGISTRY.place_resolved(specs, text) is None


def test_an_opened_origin_is_checked() -> None:
    assert isinstance(REGISTRY.open(SourceSpec("2", "toy", "toy://shelf"), OpenContext()), CheckedOrigin)
    with pytest.raises(ConfigError, match="gone://"):
        REGISTRY.open(SourceSpec("3", "gone", "gone://x"), OpenContext())


def test_options_and_secrets() -> None:
    scheme = ToyScheme()
    assert checked_options(scheme, {"colour": "red", "key": "env:KEY"}) == ({"colour": "red"}, {"key": "env:KEY"})
    for wrong, said in (
        ({"colour": "blue"}, "one of red, green"), ({"size": "1"}, "there are colour, key, kind, name, priority"),
        ({"key": "hunter2"}, "a secret is named"), ({"key": "file:hunter2"}, "key: file: wants a whole path"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=said) as caught:
            checked_options(scheme, wrong)
        assert "hunter2" not in str(caught.value)


def test_what_another_process_cannot_reach_is_not_opened_there() -> None:
    registry = default_registry()
    assert registry.reopen({"local": False, "uid": "x"}) is None
    assert registry.reopen({"local": True, "scheme": "plugin", "uid": "x"}) is None
