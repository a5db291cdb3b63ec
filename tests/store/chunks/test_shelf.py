"""Chunks and their table in step."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.model import SourceFile, Stamp
from musfuse.store.chunks.files import digest_of
from musfuse.store.chunks.pieces import Put
from musfuse.store.chunks.shelf import Shelf
from musfuse.store.chunks.table import ChunkTable

FILE = SourceFile("s", "a", Stamp(3000, 1, "t"))
DATA = bytes(range(256)) * 10
PUT = Put(0, digest_of(DATA), len(DATA))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "chunks", 5000, 0)
    yield made
    made.close()


def write(shelf: Shelf, put: Put, data: bytes, file: SourceFile = FILE) -> bool:
    def note(table: ChunkTable) -> bool:
        table.put(table.make_version(file), [put])
        return True

    with shelf.writing:
        return shelf.write({put.digest: data}, note) is True


def test_what_is_written_is_read_checked(shelf: Shelf) -> None:
    assert write(shelf, PUT, DATA)
    pieces = shelf.told(lambda table: table.pieces(FILE, 0, 3000))
    assert shelf.read(pieces, 0, 3000) == DATA
    assert shelf.read(pieces, 100, 110) == DATA[100:110]
    assert shelf.read(pieces, 110, 110) == b""


def test_a_note_that_fails_leaves_nothing(shelf: Shelf, tmp_path: Path) -> None:
    def fails(table: ChunkTable) -> bool:
        table.put(table.make_version(FILE), [PUT])
        raise sqlite3.OperationalError("disk I/O error")

    with shelf.writing:
        assert not shelf.write({PUT.digest: DATA}, fails)
    assert "disk I/O error" in shelf.complaint.problem
    assert shelf.told(lambda table: table.total_bytes) == 0
    assert list((tmp_path / "chunks" / "new").iterdir()) == []
    assert write(shelf, PUT, DATA)
    assert shelf.complaint.problem == ""


def test_a_note_that_is_taken_back_leaves_nothing(shelf: Shelf, tmp_path: Path) -> None:
    with shelf.writing:
        assert shelf.write({PUT.digest: DATA}, lambda table: None) is None
    assert not shelf.files.has(PUT.digest, len(DATA))
    assert list((tmp_path / "chunks" / "new").iterdir()) == []


def test_room_is_made_before_anything_is_written(shelf: Shelf) -> None:
    assert write(shelf, PUT, DATA)
    other = bytes(3000)
    second = SourceFile("s", "b", FILE.stamp)
    assert write(shelf, Put(0, digest_of(other), 3000), other, second)
    assert shelf.told(lambda table: table.total_bytes) == 3000
    assert not shelf.files.has(PUT.digest, len(DATA))
    with shelf.writing:
        assert not shelf.make_room(5001)
        assert shelf.told(lambda table: table.total_bytes) == 3000, "nothing goes for what never fits"


def test_a_chunk_that_is_missing_takes_its_pieces_along(shelf: Shelf) -> None:
    assert write(shelf, PUT, DATA)
    shelf.files.drop(PUT.digest)
    pieces = shelf.told(lambda table: table.pieces(FILE, 0, 3000))
    assert shelf.read(pieces, 0, 3000) == b""
    assert shelf.told(lambda table: (table.total_bytes, table.version(FILE))) == (0, None)
    assert not shelf.damaged(PUT.digest), "it is known already"


def test_a_chunk_that_is_needed_is_not_dropped(shelf: Shelf) -> None:
    assert write(shelf, PUT, DATA)
    with shelf.writing:
        shelf.drop([PUT.digest])
    assert shelf.files.has(PUT.digest, len(DATA))


def test_what_a_kill_left_between_two_steps_goes_at_the_next_start(shelf: Shelf, tmp_path: Path) -> None:
    assert write(shelf, PUT, DATA)
    shelf.change(lambda table: table.remove(table.pieces_in(PUT.digest), []))
    shelf.close()
    again = Shelf(tmp_path / "chunks", 5000, 0)
    assert again.told(lambda table: (table.total_bytes, table.unused())) == (0, [])
    assert not again.files.has(PUT.digest, len(DATA))
    again.close()


def test_uses_are_kept(shelf: Shelf, tmp_path: Path) -> None:
    assert write(shelf, PUT, DATA)
    number = shelf.told(lambda table: shelf.used((table.version(FILE) or (0,))[0]))
    shelf.close()
    again = Shelf(tmp_path / "chunks", 5000, 0)
    assert again.told(lambda table: table.last_use) == number
    again.close()


def test_many_uses_are_noted_at_once_within_a_change_or_without(shelf: Shelf) -> None:
    assert write(shelf, PUT, DATA)
    ((version, _),) = shelf.told(lambda table: [table.version(FILE) or (0, False)])
    shelf.told(lambda _: [shelf.used(number) for number in range(1000, 1256)])
    first = shelf.told(lambda _: shelf.used(version))
    shelf.change(lambda _: [shelf.used(number) for number in range(2000, 2256)])
    assert shelf.told(lambda table: table.last_use) == first


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        Shelf(tmp_path / "file" / "chunks", 5000)
    (tmp_path / "chunks").mkdir()
    (tmp_path / "chunks" / "chunks.db").write_text("no database" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Shelf(tmp_path / "chunks", 5000)
