"""A database takes the place of a damaged one whole, whenever a kill comes."""

from pathlib import Path

import pytest

from musfuse.app.care.replacing import finish, replacement
from musfuse.errors import StoreError


def test_a_replacement_takes_the_place_of_one_that_is_gone_without_what_lay_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "user.db"
    replacement(path).write_bytes(b"new")
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).write_bytes(b"of the damaged one")
    finish(path)
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("user.db", b"new")]
    finish(path)
    assert path.read_bytes() == b"new"


def test_one_whose_turn_never_came_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "user.db"
    path.write_bytes(b"old")
    replacement(path).write_bytes(b"new")
    finish(path)
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("user.db", b"old")]


def test_what_cannot_be_put_in_place_is_said(tmp_path: Path) -> None:
    path = tmp_path / "user.db"
    path.write_bytes(b"old")
    replacement(path).mkdir()
    with pytest.raises(StoreError, match="cannot be put in place"):
        finish(path)
