"""Names on a device."""

import os
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.devices.naming import Naming, fitted
from musfuse.library.names import name_key, safe_component, units
from musfuse.platform import system

RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{kind}{n}" for kind in ("COM", "LPT") for n in range(1, 10))}


def fat_accepts(name: str) -> bool:
    """Whether FAT32 and exFAT can have a name, by the words of the specification."""
    return (
        0 < len(name.encode("utf-16-le")) // 2 <= 255
        and not set(name) & set('"*/:<>?\\|\x7f')
        and min(name) >= " "
        and name[-1] not in " ."
        and name.partition(".")[0].rstrip().upper() not in RESERVED
    )


@given(st.lists(st.text(max_size=300), min_size=1, max_size=4), st.integers(0, 60))
def test_whatever_it_is_called_fat_can_have_it(parts: list[str], prefix: int) -> None:
    path = fitted("/".join(part.replace("/", "-") or "x" for part in parts), prefix)
    assert all(map(fat_accepts, path.split("/")))
    assert prefix + 3 + units(path) + 1 <= 255
    assert fitted(path, prefix) == path


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("../x.mp3", "_/x.mp3"),
        ("AUX/CON.mp3", "AUX_/CON_.mp3"),
        ("a:b/what?.flac", "a-b/what_.flac"),
        ("x./y .mp3", "x/y.mp3"),
        ("🎵" * 200 + "/" + "🎶" * 200 + ".opus", None),
        ("a" * 300 + ".mp3", "a" * 247 + ".mp3"),
    ],
)
def test_hostile_names(path: str, wanted: str | None) -> None:
    made = fitted(path)
    assert made == (wanted or made)
    assert all(map(fat_accepts, made.split("/")))
    assert made.endswith(path[path.rindex(".") :])


def test_names_that_others_have(tmp_path: Path) -> None:
    for name in ("One.mp3", "TWO.MP3", "Folder"):
        (tmp_path / name).touch()
    with closing(system.open_tree(str(tmp_path))) as tree:
        naming = Naming(tree, ["two.mp3"])
        assert naming.claim("two.mp3")
        assert not naming.claim("TWO.mp3")
        assert naming.give("one.mp3") == "one (2).mp3"
        assert naming.give("one.mp3") == "one (3).mp3"
        assert naming.give("Two.mp3") == "Two (2).mp3"
        assert naming.give("folder/x") == "folder (2)/x"
        assert naming.give("FOLDER/x") == "folder (2)/x (2)"
        assert naming.give(".musfuse-sync/x") == ".musfuse-sync (2)/x"
    assert os.listdir(tmp_path).sort() is None


def test_the_same_names_as_a_view_has_stay() -> None:
    path = f"{safe_component('Sigur Rós')}/{safe_component('( )')}/01 - Untitled.flac"
    assert fitted(path) == path
    assert name_key(path) == name_key(fitted(path))
