"""Folders of this machine as sources: where they lie, which lie in each other, what can be one."""

import os
from pathlib import Path, PurePath

import pytest

from musfuse.errors import ConfigError
from musfuse.origins import LocalOrigin, LocalScheme, OpenContext, SourceSpec


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


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("file:///a", "file:///a", True), ("file:///a", "file:///a/b/c", True), ("file:///a/b", "file:///a/bc", False),
        ("file:///a%20b", "file:///a b/c", True), ("file:///", "file:///a", True),
        ("file://elsewhere/a", "file:///a", False), ("file://elsewhere/a", "file://elsewhere/a", True),
    ],
)  # fmt: skip
@pytest.mark.skipif(os.name != "posix", reason="paths of POSIX")
def test_folders_in_each_other_overlap_whichever_is_named_first(one: str, other: str, overlap: bool) -> None:
    assert LocalScheme().overlap(one, other) is overlap
    assert LocalScheme().overlap(other, one) is overlap


def test_only_a_folder_is_a_source(tmp_path: Path) -> None:
    scheme = LocalScheme()
    (tmp_path / "file").write_bytes(b"1")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("", "link"):
        scheme.check(scheme.locate(str(tmp_path / name)))
    for name, said in (
        ("file", "a file; a source is a folder"), ("missing", "no such folder"), ("dangling", "no such folder"),
        ("x" * 300, "cannot be looked into: "), ("file/below", "no such folder"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=said):
            scheme.check(scheme.locate(str(tmp_path / name)))


@pytest.mark.skipif(os.name != "posix", reason="paths of POSIX")
def test_what_lies_inside_of_a_source() -> None:
    scheme = LocalScheme()
    for text, found in (
        ("/m x/a/b.flac", "a/b.flac"), ("/m x", ""), ("file:///m%20x/a%2Fb", "a/b"), ("/m xy/a", None), ("/m", None),
        ("m x/a", None), ("toy://m x/a", None), ("file://elsewhere/m x/a", None), ("/m x/\udcff.wav", "\udcff.wav"),
    ):  # fmt: skip
        assert scheme.inside("file:///m%20x", text) == found


def test_the_home_folder_is_written_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert LocalScheme().shown(LocalScheme().locate("~/Music")) == str(tmp_path / "Music")
    with pytest.raises(ConfigError, match="cannot be a folder here"):
        LocalScheme().locate("/half of a character \ud800")
