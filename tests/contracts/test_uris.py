"""Paths of this machine as URIs: what pathlib says, both ways, whatever bytes they hold."""

import os
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import ConfigError
from musfuse.origins import LocalOrigin, LocalScheme, OpenContext, SourceSpec
from musfuse.origins.local.uris import from_uri, to_uri

NAMES = st.binary(min_size=1, max_size=20).map(lambda raw: os.fsdecode(raw.replace(b"/", b"-").replace(b"\0", b"-")))


@given(st.lists(NAMES.filter(lambda name: name not in (".", "..")), max_size=4))
def test_posix_paths_come_back(names: list[str]) -> None:
    path = PurePosixPath("/", *names)
    uri = to_uri(path)
    assert uri == path.as_uri()
    assert uri.isascii()
    assert from_uri(uri, PurePosixPath) == path


WINDOWS = st.text(st.characters(blacklist_characters='/\\:*?"<>|\0.', blacklist_categories=()), min_size=1, max_size=10)


@given(
    st.sampled_from(["C:\\", "z:\\", "\\\\server\\share\\", "\\\\my server\\the share\\"]),
    st.lists(WINDOWS, max_size=4),
)
def test_windows_paths_come_back(root: str, names: list[str]) -> None:
    path = PureWindowsPath(root, *names)
    uri = to_uri(path)
    assert uri.isascii()
    assert from_uri(uri, PureWindowsPath) == path
    if not any("\ud800" <= c <= "\udfff" for c in str(path)):
        assert uri == path.as_uri()


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///C:/My%20Music", "C:\\My Music"), ("file://server/share/x", "\\\\server\\share\\x"),
        ("FILE:///c:/x", "c:\\x"), ("file://localhost/C:/x", "C:\\x"),
    ],
)  # fmt: skip
def test_windows_uris(uri: str, path: str) -> None:
    assert from_uri(uri, PureWindowsPath) == PureWindowsPath(path)


@pytest.mark.parametrize("uri", ["file://host/x", "file://", "sftp://x/y", "/x", "file:///a%00b"])
def test_what_is_no_path_of_this_machine(uri: str) -> None:
    with pytest.raises(ConfigError):
        from_uri(uri, PurePosixPath)
    with pytest.raises(ConfigError):
        LocalScheme().locate(uri) if uri.startswith("file:") else from_uri(uri, PureWindowsPath)


def test_a_folder_is_located_shown_and_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scheme = LocalScheme()
    uri = scheme.locate("/a//b%20c/\udcff/../d/")
    assert uri == "file:///a/b%2520c/d"
    assert scheme.shown(uri) == str(PurePath("/a/b%20c/d"))
    assert scheme.locate(uri) == uri
    for twice in ("//a/b%20c/d", "///a/b%20c/d", "file:////a/b%2520c/d"):  # not two places
        assert scheme.locate(twice) == (uri if os.name == "posix" else scheme.locate(twice))
    assert scheme.inside("file:///a", "file:////a/b/../c") == "c"
    assert scheme.locate("music") == scheme.locate(f"{os.getcwd()}/music")


@pytest.mark.parametrize(
    ("options", "context", "follows"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"follow_links_out": "true"}, False, True),
        ({"follow_links_out": "false"}, True, False),
    ],
)
def test_an_option_of_the_source_goes_before_the_librarys(
    options: dict[str, str], context: bool, follows: bool
) -> None:
    made = LocalScheme().open(SourceSpec("u", "file", "file:///a", options=options), OpenContext(context))
    assert isinstance(made, LocalOrigin)
    assert made.spec()["context"]["follow_links_out"] is follows  # type: ignore[index]
