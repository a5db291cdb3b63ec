"""What the table of a chunk cache counts, and what may go first."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from musfuse.model import SourceFile, Stamp
from musfuse.store.chunks.pieces import Put, Victim, key_of
from musfuse.store.chunks.table import ChunkTable

A, B = SourceFile("s", "a", Stamp(300_000, 1, "t")), SourceFile("s", "b", Stamp(300_000, 1, "t"))


@pytest.fixture
def table(tmp_path: Path) -> Iterator[ChunkTable]:
    made = ChunkTable(tmp_path / "chunks.db")
    yield made
    made.close()


def puts(*names: str, size: int = 100_000, heads: int = 0) -> list[Put]:
    """Pieces that follow on each other, of which the first ones are heads."""
    return [Put(number * size, name.encode(), size, head=number < heads) for number, name in enumerate(names)]


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


def test_bodies_go_the_longest_unused_first_and_heads_from_anywhere(table: ChunkTable) -> None:
    first, second = table.make_version(A), table.make_version(B)
    table.put(first, puts("a0", "a1", "a2", heads=1))
    table.put(second, puts("b0", "b1", heads=1))
    table.use([(9, first), (8, second)])
    assert table.head_bytes == 200_000
    assert [(victim.version, victim.start) for victim in table.body([])] == [(second, 100_000)]
    assert [victim.start for victim in table.body([second])] == [200_000, 100_000]
    table.remove(table.body([]), [])
    table.remove(table.body([]), [])
    assert table.body([]) == []
    assert [(victim.version, victim.start) for victim in table.heads([], 0)] == [(first, 0), (second, 0)]
    assert [victim.version for victim in table.heads([], second)] == [second]
    assert [victim.version for victim in table.heads([], second + 1)] == [first, second], "from the first"
    assert table.heads([first, second], 0) == []
    table.pins.add(A)
    table.pins.add(B)
    assert table.heads([], 0) == []


def test_heads_of_other_versions_of_a_file_are_outdated(table: ChunkTable) -> None:
    older, newer = table.make_version(A), replace(A, stamp=Stamp(300_000, 2, "u"))
    table.put(older, puts("a0", "a1", heads=1))
    table.put(table.make_version(B), puts("b0", heads=1))
    assert [(victim.version, victim.start) for victim in table.outdated_heads(newer)] == [(older, 0)]
    assert table.outdated_heads(A) == []
    table.pins.add(A)
    assert table.outdated_heads(newer) == []


def test_heads_and_bodies_that_may_go_are_found_without_looking_at_all(table: ChunkTable) -> None:
    for question in (
        "SELECT id FROM version WHERE body > 0 AND pinned = 0 AND id NOT IN (1) ORDER BY used LIMIT 1",
        "SELECT v.id FROM version v LEFT JOIN piece p ON p.version = v.id AND p.head = 1"
        " WHERE (v.body = 0 OR v.head > 0) AND v.pinned = 0 AND v.id >= 5 AND id NOT IN (1) ORDER BY v.id LIMIT 9",
        "SELECT p.start FROM version v JOIN piece p ON p.version = v.id"
        " WHERE p.head = 1 AND v.source = 's' AND v.path = 'a' AND v.stamp <> 'x' AND v.pinned = 0",
    ):
        plan = [row[3] for row in table._db.execute(f"EXPLAIN QUERY PLAN {question}")]
        assert not any("TEMP B-TREE" in step for step in plan), plan
        assert all("INDEX" in step or "PRIMARY KEY" in step for step in plan), plan


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
    victims = table.heads([], 0)
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
