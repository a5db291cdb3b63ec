"""What makensis is given, and that it makes the same of the same."""

from pathlib import Path

import pytest
from winsetup import script
from winsetup.errors import BuildError
from winsetup.payload import written

from installer import parts

TREE = {"musfuse.txt": b"m", "b/x y/z.py": b"z", "a.txt": b"a", "b/a.py": b"1", "B/c.py": b"2"}
SETTINGS = script.Settings("1.2.3", is_release=False, is_packed=True, winfsp=None)


def test_files_stand_in_one_order_the_marker_first() -> None:
    text = script.file_list(TREE, Path("/t"))
    assert text == script.file_list(dict(reversed(TREE.items())), Path("/t"))
    assert text.splitlines()[:2] == ['SetOutPath "$Target"', 'File "/t/musfuse.txt"']
    assert 'SetOutPath "$Target\\b\\x y"\nFile "/t/b/x y/z.py"' in text
    assert text.count("File ") == len(TREE)


@pytest.mark.parametrize("name", ['a"b', "$INSTDIR", "a\nb"])
def test_names_that_mean_something_to_makensis_are_refused(name: str) -> None:
    with pytest.raises(BuildError, match="does not take"):
        script.file_list({"musfuse.txt": b"", name: b""}, Path("/t"))


def test_settings_are_told() -> None:
    text = script.defines(SETTINGS, TREE, Path("/out/x.exe"))
    assert '!define VERSION_NUMBERS "1.2.3.0"' in text
    assert "TEST_BUILD" in text
    assert "WINFSP" not in text
    release = script.Settings("1.2.3", is_release=True, is_packed=True, winfsp=Path("/w.msi"))
    assert '!define WINFSP "/w.msi"' in script.defines(release, TREE, Path("/out/x.exe"))
    assert "TEST_BUILD" not in script.defines(release, TREE, Path("/out/x.exe"))


def test_two_builds_in_two_places_give_the_same_bytes(tmp_path: Path) -> None:
    parts.needs_tools("makensis")
    made = []
    for name, tree in (("one", TREE), ("two", dict(reversed(TREE.items())))):
        folder = tmp_path / name
        written(tree, folder / "tree")
        for file in (folder / "tree").rglob("*"):
            file.touch()
        (folder / "files.nsh").write_text(script.file_list(tree, folder / "tree"))
        (folder / "settings.nsh").write_text(script.defines(SETTINGS, tree, folder / "out.exe"))
        script.compiled(folder)
        made.append((folder / "out.exe").read_bytes())
    assert made[0] == made[1]
    assert made[0].startswith(b"MZ")


def test_what_makensis_says_is_told(tmp_path: Path) -> None:
    parts.needs_tools("makensis")
    with pytest.raises(BuildError, match=r"makensis failed:\n(.|\n)*settings\.nsh"):
        script.compiled(tmp_path)
