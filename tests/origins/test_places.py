"""How the place of an original is written."""

import pytest

from musfuse.origins.places import place_in, slashed


@pytest.mark.parametrize(
    ("root", "path", "written"),
    [
        ("D:\\Music", "a/b.flac", "D:\\Music\\a\\b.flac"), ("d:\\", "a.flac", "d:\\a.flac"), ("D:", "a.flac", "D:\\a.flac"),
        ("\\\\nas\\music\\", "a/b.flac", "\\\\nas\\music\\a\\b.flac"), ("D:\\Music", "", "D:\\Music"),
        ("\\\\?\\D:\\aux", "a/x.", "\\\\?\\D:\\aux\\a\\x."),
        ("/music", "a/b\\c.flac", "/music/a/b\\c.flac"), ("/", "a.flac", "/a.flac"), ("/D:\\x", "a/b", "/D:\\x/a/b"),
        ("sftp://nas/music", "a/b.flac", "sftp://nas/music/a/b.flac"), ("s3://bucket/", "a/b", "s3://bucket/a/b"),
        ("memory", "a/b", "memory/a/b"), ("C:memory", "a/b", "C:memory/a/b"),
    ],
)  # fmt: skip
def test_a_place_is_written_as_its_root_is(root: str, path: str, written: str) -> None:
    assert place_in(root, path) == written


def test_slashes_stand_for_backslashes_where_windows_takes_them_for_the_same() -> None:
    assert slashed("D:\\Music\\a.flac") == "D:/Music/a.flac"
    assert slashed("\\\\nas\\music") == "//nas/music"
    assert slashed("/music/a\\b.flac") == "/music/a\\b.flac"
