"""Damaged databases are kept aside with a note, two of a name at most, and are never in each other's way."""

from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.store.aside import KEPT, notes, set_aside
from musfuse.store.suspicion import clear, suspect, suspicion

HOUR = 3600 * 10**9


def made(path: Path, text: str) -> Path:
    path.write_text(text)
    path.with_name(f"{path.name}-wal").write_text(f"log of {text}")
    path.with_name(f"{path.name}-shm").write_text("index of the log")
    return path


def test_a_database_goes_with_its_log_and_its_note(tmp_path: Path) -> None:
    path, folder = made(tmp_path / "user.db", "one"), tmp_path / "damaged"
    suspect(path, "why")
    where = set_aside(path, folder, "was damaged, lies in {}", HOUR)
    assert where == folder / "user-19700101T010000Z.db"
    assert where.read_text() == "one"
    assert where.with_name(f"{where.name}-wal").read_text() == "log of one"
    assert notes(folder) == [f"was damaged, lies in {where}"]
    assert [file.name for file in tmp_path.iterdir()] == ["damaged"]
    where.unlink()
    assert notes(folder) == []


def test_a_few_are_kept_and_none_takes_the_place_of_another(tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    for number in range(KEPT):
        set_aside(made(tmp_path / "user.db", str(number)), folder, "x", HOUR)
    set_aside(made(tmp_path / "catalog.db", "c"), folder, "x", HOUR)
    assert {path.read_text() for path in folder.glob("user-*.db")} == {"0", "1"}
    for number in range(3):
        set_aside(made(tmp_path / "user.db", f"later {number}"), folder, "x", (2 + number) * HOUR)
    assert sorted(path.read_text() for path in folder.glob("*.db")) == ["c", "later 1", "later 2"]
    assert len(notes(folder)) == 3


def test_what_cannot_be_moved_stays(tmp_path: Path) -> None:
    path = made(tmp_path / "user.db", "one")
    (tmp_path / "damaged").write_text("a file in the way")
    with pytest.raises(StoreError, match="is damaged, and cannot be set aside"):
        set_aside(path, tmp_path / "damaged", "x", HOUR)
    assert path.read_text() == "one"


def test_the_first_suspicion_stands_until_it_is_cleared(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    suspect(path, "of one that is not there")
    assert suspicion(path) == ""
    path.touch()
    suspect(path, "first")
    suspect(path, "second")
    assert suspicion(path) == "first"
    clear(path)
    assert suspicion(path) == ""
