"""The folders of a source by their name keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.collections import folderkeys
from musfuse.library.collections.folderkeys import FolderKeys
from musfuse.library.names import name_key

PATHS = st.text(alphabet="aAbBé\u0301e/ß\udcff", max_size=4)


@given(st.dictionaries(st.integers(1, 1 << 31), PATHS, max_size=12), PATHS)
def test_it_finds_what_a_look_at_all_finds(folders: dict[int, str], path: str) -> None:
    same = sorted(
        (there != path, there, number) for number, there in folders.items() if name_key(there) == name_key(path)
    )
    assert FolderKeys(folders.items(), folders.get).find(path) == (same[0][2] if same else None)


def test_keys_that_only_look_the_same_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folderkeys, "crc32", lambda _: 7)
    folders = {1: "a", 2: "B", 3: "c"}
    keys = FolderKeys(folders.items(), folders.get)
    assert [keys.find(path) for path in ("C", "b", "a", "d")] == [3, 2, 1, None]
    del folders[2]
    assert keys.find("b") is None  # it went since
