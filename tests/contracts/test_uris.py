"""Paths of this machine as URIs: what pathlib says, both ways, whatever bytes they hold."""

import os
from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import ConfigError
from musfuse.origins import LocalScheme
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


def test_the_path_of_this_system_is_windows_on_windows() -> None:
    """There PurePath and Path make Windows' paths, without being one themselves."""

    class Here(PurePath):
        def __new__(cls, *parts: str) -> "Here":  # type: ignore[misc]
            return PureWindowsPath(*parts)  # type: ignore[return-value]

    assert from_uri("file:///Z:/Music", Here) == PureWindowsPath("Z:/Music")
    assert from_uri("file:///tmp/Music", PurePath) == PurePath("/tmp/Music")
