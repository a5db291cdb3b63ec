"""What is here as a whole is cut where its contents say so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.store.chunks import recutting
from musfuse.store.chunks.cutter import cuts
from musfuse.store.chunks.store import ChunkStore

from .shelves import bytes_on_disk, contents, named, whole

DATA = contents(1, 2_500_000)
FILE = named("a", DATA)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChunkStore]:
    made = ChunkStore(tmp_path / "chunks", 64 << 20)
    yield made
    made.close()


def lengths(store: ChunkStore) -> list[int]:
    pieces = store.shelf.told(lambda table: table.pieces(FILE, 0, len(DATA)))
    assert all(not piece.skip and piece.length == piece.size for piece in pieces)
    return [piece.length for piece in pieces]


@pytest.mark.parametrize("step", [70_000, 333_333, len(DATA)])
def test_pieces_give_way_to_chunks(store: ChunkStore, tmp_path: Path, step: int) -> None:
    for at in reversed(range(0, len(DATA), step)):
        store.keep(FILE, at, DATA[at : at + step])
    store.recutter.wait()
    assert lengths(store) == cuts(DATA, is_end=True)
    assert whole(store, FILE) == DATA
    assert bytes_on_disk(tmp_path / "chunks") == store.kept().chunk_bytes == len(DATA)


def test_what_is_not_whole_is_left(store: ChunkStore) -> None:
    store.keep(FILE, 0, DATA[:-1])
    store.recutter.begin()
    store.recutter.wait()
    assert set(lengths(store)[:-1]) == {256 * 1024}


def test_what_was_not_finished_is_cut_at_the_next_start(
    store: ChunkStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(recutting, "can_cut", lambda: False)
        store.keep(FILE, 0, DATA)
        store.recutter.wait()
    store.close()
    again = ChunkStore(tmp_path / "chunks", 64 << 20)
    again.recutter.wait()
    assert lengths(again) == cuts(DATA, is_end=True)
    again.close()


def test_damage_that_is_met_while_cutting_is_a_gap(store: ChunkStore, tmp_path: Path) -> None:
    store.recutter.close()
    store.keep(FILE, 0, DATA)
    piece = store.shelf.told(lambda table: table.pieces(FILE, 1_000_000, 1_000_001))[0]
    store.close()
    next((tmp_path / "chunks").rglob(piece.digest.hex())).write_bytes(bytes(piece.size))
    again = ChunkStore(tmp_path / "chunks", 64 << 20)
    again.recutter.wait()
    found = whole(again, FILE)
    assert DATA.startswith(found)
    assert len(found) < 1_000_001
    again.keep(FILE, 0, DATA)
    again.recutter.wait()
    assert whole(again, FILE) == DATA
    assert lengths(again) == cuts(DATA, is_end=True)
    again.close()


def test_there_is_no_thread_where_nothing_is_to_be_done(store: ChunkStore) -> None:
    store.keep(FILE, 0, DATA[:1000])
    assert store.recutter._pool is None
