r"""How paths are written on Windows: letters, shares, and what `\\?\` keeps from being changed."""

import ntpath
import sys
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from windows_here import here, windows  # noqa: F401 - fixtures


@pytest.mark.parametrize(
    ("place", "path", "inside"),
    [
        ("M:", "M:\\A\\B.flac", "A/B.flac"),
        ("M:\\", "m:\\A", "A"),
        ("M:", "M:\\", ""),
        ("M:", "M:/A/B", "A/B"),
        ("D:\\Drive", "d:\\DRIVE\\Ärger\\x", "Ärger/x"),
        ("D:\\Drive", "D:\\Driver", None),
        ("M:", "N:\\A", None),
        ("\\\\nas\\music", "\\\\NAS\\Music\\A", "A"),
        ("D:\\Music", "\\\\?\\D:\\Music\\aux\\x.", "aux/x."),
        ("\\\\nas\\music", "\\\\?\\UNC\\nas\\music\\A", "A"),
        ("M:", "", None),
    ],
)
def test_what_lies_inside_a_place(windows: Any, place: str, path: str, inside: str | None) -> None:
    assert windows.path_inside(place, path) == inside


def test_case_tells_no_places_apart(windows: Any) -> None:
    for one, other in (("D:\\Music", "d:\\MUSIC"), ("m:", "M:\\"), ("\\\\?\\D:\\A", "D:\\a"), ("D:/A", "D:\\A")):
        assert windows.same_path(one, other)
    assert not windows.same_path("D:\\Music", "D:\\Music2")


def test_a_path_is_kept_as_it_is_only_where_the_system_would_change_it(
    windows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ntpath, "abspath", lambda path: ntpath.normpath(path).rstrip(". "))
    assert windows.absolute_path("\\\\?\\D:\\Music") == "D:\\Music"
    assert windows.absolute_path("\\\\?\\D:\\x.") == "\\\\?\\D:\\x."
    assert windows.absolute_path("\\\\?\\UNC\\nas\\music") == "\\\\nas\\music"
    assert windows.absolute_path("//server/share/x/../y") == "\\\\server\\share\\y"
    for plain in ("D:\\Music", "\\\\nas\\music\\A"):
        assert windows.plain_path(windows.paths.as_is(plain)) == plain
        assert windows.paths.as_is(windows.paths.as_is(plain)) == windows.paths.as_is(plain)
    assert windows.paths.as_is("\\\\.\\pipe\\x") == "\\\\.\\pipe\\x"


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("D:\\Music", "D:\\Music"), ("D:\\My Music", '"D:\\My Music"'), ("D:\\My Music\\", '"D:\\My Music\\\\"'), ("M:", "M:"),
        ("A&B", '"A&B"'), ("", '""'), ('a "b\\" c', '"a \\"b\\\\\\" c"'), ("*", "*"), ("Öne", "Öne"),
    ],
)  # fmt: skip
def test_words_are_typed_as_programs_take_them(windows: Any, word: str, typed: str) -> None:
    assert windows.as_typed([word]) == typed
    assert windows.as_typed(["mount", word]) == f"mount {typed}"
