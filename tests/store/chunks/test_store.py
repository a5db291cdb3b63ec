"""The chunk cache: what was kept comes back, once however many files share it, and within a limit."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests_support import needs_tmpfs, small_disk

from musfuse.model import SourceFile, Stamp
from musfuse.store.chunks.cutter import cuts
from musfuse.store.chunks.pieces import Head
from musfuse.store.chunks.store import ChunkStore

from .shelves import bytes_on_disk, chunks_on_disk, contents, fill, named, whole

DATA = contents(1, 1_500_000)
FILE = named("a", DATA)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChunkStore]:
    made = ChunkStore(tmp_path / "chunks", 64 << 20)
    yield made
    made.close()


def test_any_range_comes_back_before_and_after_it_is_cut(store: ChunkStore) -> None:
    ranges = [(0, 10), (99_990, 20), (500_000, 400_000), (len(DATA) - 5, 100), (len(DATA), 10), (7, 0)]
    for at in range(0, len(DATA), 100_000):
        store.keep(FILE, at, DATA[at : at + 100_000])
        assert store.read(FILE, at, 1000) == DATA[at : at + 1000]
    store.recutter.wait()
    for offset, size in ranges:
        assert store.read(FILE, offset, size) == DATA[offset : offset + size]
    assert store.is_whole(FILE)


def test_it_gives_what_it_has_and_tells_where_that_ends(store: ChunkStore) -> None:
    store.keep(FILE, 200_000, DATA[200_000:300_000])
    assert store.read(FILE, 0, 1000) == b""
    assert store.missing_until(FILE, 0, 1000) == 1000
    assert store.missing_until(FILE, 0, 250_000) == 200_000
    assert store.read(FILE, 290_000, 50_000) == DATA[290_000:300_000]
    assert not store.is_whole(FILE)
    assert (store.hits, store.misses) == (0, 2)


def test_another_version_is_another_file(store: ChunkStore) -> None:
    fill(store, FILE, DATA)
    for other in (
        SourceFile("far", "a", Stamp(len(DATA), 1, "another tag")),
        SourceFile("far", "a", Stamp(len(DATA), 2, FILE.stamp.tag)),
        SourceFile("far", "a", Stamp(len(DATA) + 1, 1, FILE.stamp.tag)),
        SourceFile("far", "b", FILE.stamp),
        SourceFile("near", "a", FILE.stamp),
    ):
        assert whole(store, other) == b""


def test_paths_may_be_anything(store: ChunkStore) -> None:
    for name in ("ä/ö", "a%2Fb", "a/b", "\udcff", "a'b", 'x"--'):
        data = name.encode("utf-8", "surrogateescape") * 10
        store.keep(named(name, data), 0, data)
        assert whole(store, named(name, data)) == data


def test_what_files_share_is_kept_once(store: ChunkStore, tmp_path: Path) -> None:
    fill(store, FILE, DATA)
    before = store.kept()
    retagged = contents(2, 3000) + DATA[2000:]
    fill(store, named("b", retagged, "other"), retagged)
    after = store.kept()
    assert after.bytes == len(DATA) + len(retagged)
    assert after.chunk_bytes - before.chunk_bytes <= 512 << 10
    assert bytes_on_disk(tmp_path / "chunks") == after.chunk_bytes
    assert whole(store, named("b", retagged, "other")) == retagged
    fill(store, named("c", DATA), DATA)
    assert store.kept().chunk_bytes == after.chunk_bytes


def test_the_limit_holds_and_heads_go_last(tmp_path: Path) -> None:
    freed: list[int] = []
    store = ChunkStore(tmp_path / "chunks", 14 << 20, on_evicted=freed.append)
    data = {number: contents(number, 1_000_000) for number in range(22)}
    scanned = [Head(named(str(number), one), at, one[at : at + 16_384]) for number, one in data.items()
               for at in (0, 980_000)]  # fmt: skip
    store.keep_heads(scanned)
    for number, one in data.items():
        fill(store, named(str(number), one), one)
        assert bytes_on_disk(tmp_path / "chunks") == store.kept().chunk_bytes <= 14 << 20
    assert sum(freed) > 5_000_000
    kept = {number: whole(store, named(str(number), one)) for number, one in data.items()}
    assert all(one == data[number][: len(one)] for number, one in kept.items())
    assert kept[21] == data[21]
    assert len(kept[2]) == 16_384, "bodies of what was used longest ago went"
    assert all(store.read_head(*head[:2], 16_384) == head.data for head in scanned), "and nothing of heads"
    store.close()


def test_heads_of_many_files_leave_room_for_what_is_played(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path / "chunks", 2 << 20)
    for number in range(60):
        store.keep_heads([Head(SourceFile("far", str(number), Stamp(1 << 20, number)), 0, contents(number, 50_000))])
    played = {named(name, data): data for name, data in (("a", DATA[:500_000]), ("b", DATA[500_000:1_000_000]))}
    for file, data in played.items():
        fill(store, file, data)
        assert whole(store, file) == data
    for number in range(100, 120):
        store.keep_heads([Head(SourceFile("far", str(number), Stamp(1 << 20, number)), 0, contents(number, 50_000))])
    assert [whole(store, file) for file in played] == list(played.values()), "also of what was not played last"
    store.close()


def test_a_head_stays_as_it_was_put_when_the_rest_is_cut(store: ChunkStore, tmp_path: Path) -> None:
    ends = [Head(FILE, at, DATA[at : at + 16_384]) for at in (0, len(DATA) - 16_384)]
    store.keep_heads([*ends, ends[0], Head(FILE, 10, DATA[10:99])])
    store.keep_heads(ends)
    fill(store, FILE, DATA)
    assert whole(store, FILE) == DATA
    pieces = store.shelf.told(lambda table: table.pieces(FILE, 0, len(DATA)))
    assert [(piece.start, piece.length) for piece in pieces if piece.head] == [(head.offset, 16_384) for head in ends]
    assert [piece.length for piece in pieces[1:-1]] == cuts(DATA[16_384:-16_384], is_end=True)
    assert bytes_on_disk(tmp_path / "chunks") == store.kept().chunk_bytes == len(DATA)


def test_what_is_kept_of_a_head_already_is_not_put_again(store: ChunkStore) -> None:
    store.keep(FILE, 1000, DATA[1000:2000])
    store.keep_heads([Head(FILE, 0, DATA[:16_384])])
    assert store.read_head(FILE, 0, 16_384) == DATA[:16_384]
    assert (store.holds(FILE, 0, 16_384), store.holds(FILE, 0, 16_385)) == (True, False)
    assert store.read_head(FILE, 0, 16_385) == b"", "all of it, or nothing"
    assert store.kept().bytes == 16_384


def test_heads_that_overlap_are_all_kept(store: ChunkStore) -> None:
    """A reader asks for a block of the end, and then for the end itself."""
    ranges = [(5000, 9000), (2000, 6000), (8000, 12_000), (0, 20_000), (1000, 3000)]
    store.keep_heads([Head(FILE, start, DATA[start:stop]) for start, stop in ranges])
    assert store.read_head(FILE, 0, 20_000) == DATA[:20_000]
    assert store.kept().bytes == 20_000


def test_the_head_of_another_version_gives_way(store: ChunkStore) -> None:
    older, newer = SourceFile("far", "a", Stamp(20_000, 1)), SourceFile("far", "a", Stamp(20_000, 2))
    store.keep_heads([Head(older, 0, DATA[:16_384])])
    store.keep_heads([Head(newer, 0, DATA[5:16_384])])
    assert (store.holds(older, 0, 1), store.holds(newer, 0, 16_379)) == (False, True)
    assert store.kept()[:4] == (1, 16_379, 1, 16_379)


def test_heads_beyond_their_share_make_room_for_each_other(tmp_path: Path) -> None:
    """A scan takes all of them in turn: were those used longest ago to go, none would be there when it is needed."""
    store = ChunkStore(tmp_path / "chunks", 1 << 20)
    files = [SourceFile("far", str(number), Stamp(1 << 20, number)) for number in range(150)]
    for number, file in enumerate(files):
        store.keep_heads([Head(file, 0, contents(number, 8192))])
        assert bytes_on_disk(tmp_path / "chunks") <= 1 << 20
    assert sum(store.holds(file, 0, 8192) for file in files) >= 80
    assert store.holds(files[-1], 0, 8192)
    store.close()


def test_what_is_used_stays(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path / "chunks", 6 << 20)
    fill(store, FILE, DATA)
    for number in range(20):
        one = contents(number + 10, 500_000)
        fill(store, named(str(number), one), one)
        assert whole(store, FILE) == DATA
    store.close()


def test_what_is_pinned_stays_in_whatever_version(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path / "chunks", 4 << 20)
    assert store.pin(FILE)
    assert not store.pin(FILE)
    fill(store, FILE, DATA)
    for number in range(20):
        one = contents(number + 10, 500_000)
        fill(store, named(str(number), one), one)
    assert whole(store, FILE) == DATA
    store.clear()
    assert store.kept().pinned_bytes == store.kept().bytes == len(DATA)
    assert store.unpin(FILE)
    store.clear()
    assert (store.kept().bytes, chunks_on_disk(tmp_path / "chunks")) == (0, [])
    store.close()


def test_what_does_not_fit_is_not_kept(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path / "chunks", 1 << 20)
    fill(store, FILE, DATA)
    assert bytes_on_disk(tmp_path / "chunks") <= 1 << 20
    kept = whole(store, FILE)
    assert DATA.startswith(kept)
    assert len(kept) >= 900_000
    assert store.problem == ""
    store.close()


def test_it_is_there_after_a_restart_and_a_lower_limit_holds(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path / "chunks", 64 << 20)
    fill(store, FILE, DATA)
    store.close()
    store = ChunkStore(tmp_path / "chunks", 64 << 20)
    assert whole(store, FILE) == DATA
    store.close()
    store = ChunkStore(tmp_path / "chunks", 1 << 20)
    assert bytes_on_disk(tmp_path / "chunks") <= 1 << 20
    store.close()


def test_a_source_is_cleared_alone(store: ChunkStore) -> None:
    other = named("x", contents(3, 200_000), "other")
    fill(store, FILE, DATA)
    fill(store, other, contents(3, 200_000))
    freed, chunks = store.clear("far")
    assert (freed, chunks > 0) == (len(DATA), True)
    assert whole(store, FILE) == b""
    assert whole(store, other) == contents(3, 200_000)


def test_flipped_bits_are_found_and_fetched_again(store: ChunkStore, tmp_path: Path) -> None:
    fill(store, FILE, DATA)
    store.close()
    for path in chunks_on_disk(tmp_path / "chunks"):
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 4
        path.write_bytes(raw)
    again = ChunkStore(tmp_path / "chunks", 64 << 20)
    at = 0
    while at < len(DATA):
        assert again.read(FILE, at, 5000) == b""
        at = again.missing_until(FILE, at, at + 262_144)
    assert again.kept().chunk_bytes == 0
    fill(again, FILE, DATA)
    assert whole(again, FILE) == DATA
    again.close()


def test_chunks_that_somebody_removed_or_swapped_are_misses(store: ChunkStore, tmp_path: Path) -> None:
    fill(store, FILE, DATA)
    store.close()
    first, second, third, *_ = sorted(chunks_on_disk(tmp_path / "chunks"))
    first.unlink()
    os.replace(second, third)
    again = ChunkStore(tmp_path / "chunks", 64 << 20)
    for at in range(0, len(DATA), 10_000):
        assert again.read(FILE, at, 10_000) in (b"", DATA[at : at + 10_000]) or DATA[at:].startswith(
            again.read(FILE, at, 10_000)
        )
    assert again.kept().bytes < len(DATA)
    fill(again, FILE, DATA)
    assert whole(again, FILE) == DATA
    again.close()


def test_a_folder_that_somebody_removed_is_filled_anew(store: ChunkStore, tmp_path: Path) -> None:
    fill(store, FILE, DATA[:500_000])
    store.shelf._warm.clear()
    shutil.rmtree(tmp_path / "chunks")
    for at in range(0, len(DATA), 10_000):
        assert store.read(FILE, at, 10_000) == b"", "each of them is missed"
    fill(store, FILE, DATA)
    assert whole(store, FILE) == DATA
    assert store.problem == ""


@needs_tmpfs
def test_on_a_full_disk_it_goes_on_without_keeping(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 12_000) as disk:
        store = ChunkStore(disk / "chunks", 64 << 20, spare_bytes=0)
        ballast = disk / "ballast"
        for number in range(8):
            if number == 4:
                with ballast.open("ab", buffering=0) as out, pytest.raises(OSError):
                    while True:
                        out.write(bytes(65_536))
            one = contents(number, 500_000)
            fill(store, named(str(number), one), one)
            assert one.startswith(whole(store, named(str(number), one)))
        ballast.unlink()
        fill(store, FILE, DATA)
        assert whole(store, FILE) == DATA
        assert store.problem == ""
        store.close()


def test_some_of_the_disk_is_left_free(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path / "chunks", 64 << 20, spare_bytes=1 << 60)
    fill(store, FILE, DATA)
    assert (store.kept().bytes, store.problem) == (0, "")
    store.close()


@pytest.mark.timeout(10)
def test_who_locks_the_table_has_no_reader_wait_for_long(store: ChunkStore, tmp_path: Path) -> None:
    fill(store, FILE, DATA[:300_000])
    with closing(sqlite3.connect(tmp_path / "chunks" / "chunks.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not store.keep(FILE, 300_000, DATA[300_000:400_000])
        assert store.read(FILE, 0, 300_000) == DATA[:300_000]
        assert "locked" in store.problem
        other.execute("ROLLBACK")
    assert store.keep(FILE, 300_000, DATA[300_000:400_000])
    assert store.problem == ""


def test_a_table_that_fails_is_no_cache(store: ChunkStore, tmp_path: Path) -> None:
    fill(store, FILE, DATA)
    store.shelf._table.close()
    assert whole(store, FILE) == b""
    store.keep(FILE, 0, DATA[:1000])
    assert "chunks.db" in store.problem
    assert not store.is_whole(FILE)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE piece SET skip = skip + 1 WHERE start = 0", "UPDATE piece SET length = length - 1 WHERE start = 0",
        "UPDATE piece SET start = start + 1 WHERE start = 0", "UPDATE chunk SET size = ''", "UPDATE piece SET head = 1",
        "UPDATE piece SET chunk = (SELECT max(id) FROM chunk) WHERE start = 0",
        "UPDATE version SET id = -id; UPDATE version SET id = 3 + id",
    ],
)  # fmt: skip
def test_a_row_that_is_not_as_it_was_written_gives_no_bytes(store: ChunkStore, tmp_path: Path, change: str) -> None:
    """A disk may change a value, and SQLite does not see it."""
    fill(store, FILE, DATA)
    fill(store, named("b", contents(2, 300_000)), contents(2, 300_000))
    store.shelf._table._db.executescript(change)
    for _ in range(2):
        assert whole(store, FILE) == b""
        store.keep(FILE, 0, DATA[:1000])
    assert "a row is not as it was written" in store.problem
    assert (tmp_path / "chunks" / "chunks.db.suspect").exists(), "its next owner begins anew"


def test_what_a_damaged_row_tells_of_is_not_cut_into_sound_ones(store: ChunkStore) -> None:
    fill(store, FILE, DATA)
    with store.shelf._table.transaction() as db:
        db.execute("UPDATE piece SET skip = skip + 1 WHERE start = 0")
        db.execute("UPDATE version SET cut = 0")
    store.recutter.begin()
    store.recutter.wait()
    assert whole(store, FILE) == b""
