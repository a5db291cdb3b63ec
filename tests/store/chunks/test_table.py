"""What the table of a chunk cache counts, and what may go first."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.model import SourceFile, Stamp
from musfuse.store.chunks.pieces import Put, Victim, key_of
from musfuse.store.chunks.table import ChunkTable

A, B = SourceFile("s", "a", Stamp(300_000, 1, "t")), SourceFile("s", "b", Stamp(300_000, 1, "t"))
FEW_HEADS = 1 << 30


@pytest.fixture
def table(tmp_path: Path) -> Iterator[ChunkTable]:
    made = ChunkTable(tmp_path / "chunks.db")
    yield made
    made.close()


def puts(*names: str, size: int = 100_000) -> list[Put]:
    return [Put(number * size, name.encode(), size) for number, name in enumerate(names)]


def test_a_chunk_is_counted_once(table: ChunkTable) -> None:
    first, second = table.make_version(A), table.make_version(B)
    table.put(first, puts("x", "y", "z"))
    table.put(second, puts("x", "q"))
    assert table.total_bytes == 400_000
    assert (table.is_whole(first), table.is_whole(second)) == (True, False)
    assert table.kept()[:4] == (2, 500_000, 4, 400_000)
    assert table.version(A) == (first, True)
    assert list(table.gaps(B, 0, 300_000)) == [(200_000, 300_000)]


def test_chunks_go_with_the_last_that_lies_in_them(table: ChunkTable) -> None:
    first, second = table.make_version(A), table.make_version(B)
    table.put(first, puts("x", "y"))
    table.put(second, puts("x"))
    (shared,) = [piece for piece in table.pieces_in(b"x") if piece.version == first]
    assert table.only([shared]) == []
    table.remove([shared], [b"x"])
    assert table.is_used(b"x"), "the other file needs it"
    last = table.pieces_in(b"x")
    assert table.only(last) == [(b"x", 100_000)]
    table.remove(last, [b"x"])
    assert (table.has_chunk(b"x"), table.version(B), table.total_bytes) == (False, None, 100_000)


def test_bodies_go_first_the_longest_unused_first(table: ChunkTable) -> None:
    first, second = table.make_version(A), table.make_version(B)
    table.put(first, puts("a0", "a1", "a2"))
    table.put(second, puts("b0", "b1"))
    table.use([(9, first), (8, second)])
    assert [(victim.version, victim.start) for victim in table.victims([], FEW_HEADS)] == [(second, 100_000)]
    assert [victim.start for victim in table.victims([second], FEW_HEADS)] == [200_000, 100_000]
    table.remove(table.victims([], FEW_HEADS), [])
    table.remove(table.victims([], FEW_HEADS), [])
    assert [(victim.version, victim.start) for victim in table.victims([], FEW_HEADS)] == [(second, 0)]
    assert table.victims([first, second], FEW_HEADS) == []
    table.pins.add(A)
    table.pins.add(B)
    assert table.victims([], FEW_HEADS) == []


def test_too_many_heads_go_before_bodies(table: ChunkTable) -> None:
    first, second = table.make_version(A), table.make_version(B)
    table.put(first, puts("a0", "a1"))
    table.put(second, puts("b0"))
    table.use([(1, first), (2, second)])
    assert [victim.version for victim in table.victims([], 200_000)] == [first]
    assert [victim.version for victim in table.victims([], 199_999)] == [second]


def test_pieces_are_replaced_and_what_reaches_beyond_is_cut_short(table: ChunkTable) -> None:
    version = table.make_version(A)
    table.put(version, puts("x", "y", "z"))
    assert table.replace(version, [Put(0, b"p", 120_000), Put(120_000, b"q", 30_000)]) == [b"x"]
    pieces, size = table.part(version, 0, 300_000)
    assert size == 300_000
    assert [(piece.start, piece.length, piece.skip, piece.digest) for piece in pieces] == [
        (0, 120_000, 0, b"p"), (120_000, 30_000, 0, b"q"), (150_000, 50_000, 50_000, b"y"), (200_000, 100_000, 0, b"z")
    ]  # fmt: skip
    assert table.unused() == [b"x"]
    table.forget(b"x")
    assert (table.unused(), table.total_bytes, table.uncut()) == ([], 350_000, version)
    assert table.set_cut(version)
    assert table.uncut() is None


def test_replacing_by_the_same_changes_nothing(table: ChunkTable) -> None:
    version = table.make_version(A)
    table.put(version, puts("x", "y", "z"))
    assert table.replace(version, puts("x", "y", "z")) == []
    assert (table.total_bytes, table.is_whole(version), table.kept_of(version, 50_000, 250_000)) == (
        300_000, True, 200_000
    )  # fmt: skip


def test_a_pin_is_of_a_file_not_of_a_version(table: ChunkTable) -> None:
    assert table.pins.add(A)
    newer = SourceFile("s", "a", Stamp(5, 2, "u"))
    table.put(table.make_version(newer), [Put(0, b"n", 5)])
    assert table.of_source("") == []
    assert table.kept().pinned_bytes == 5
    table.pins.remove(A)
    assert [victim.start for victim in table.of_source("s")] == [0]
    assert table.of_source("other") == []


def test_a_version_that_never_got_anything_goes(table: ChunkTable) -> None:
    version = table.make_version(A)
    victims = table.victims([], FEW_HEADS)
    assert victims == [Victim(version, 0, 0, 0)]
    table.remove(victims, [])
    assert table.version(A) is None


def test_all_that_a_source_tells_a_version_by_is_in_its_key() -> None:
    assert key_of(SourceFile("s", "a b", Stamp(1, 2, "t"), "7")) == ("s", "a%20b", "1-2/t")


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM total", "UPDATE total SET bytes = 'x'", "UPDATE chunk SET size = ''", "UPDATE chunk SET digest = ''"],
)
def test_what_is_no_value_of_its_kind_is_damage(table: ChunkTable, change: str) -> None:
    table.put(table.make_version(A), puts("x"))
    table._db.execute(change)
    with pytest.raises(sqlite3.DatabaseError) as raised:
        table.chunks(0) if "chunk" in change else table.total_bytes
    assert raised.value.sqlite_errorcode == sqlite3.SQLITE_CORRUPT
