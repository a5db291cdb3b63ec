"""What a cache is while its disk is full."""

from pathlib import Path

from tests_support import fill, small_disk

from musfuse.store import BestEffortKv, DiskKv, KvNamespace

INDEX, ARTWORK = KvNamespace.INDEX, KvNamespace.ARTWORK
LARGE = bytes(50_000)
"""A value that diskcache keeps in a file of its own."""


def test_a_full_disk_loses_nothing_of_what_is_in_use(tmp_path: Path) -> None:
    with small_disk(tmp_path / "cache", 2000) as disk:
        store = BestEffortKv(DiskKv(disk))
        store.put(INDEX, "old", b"old")
        store.put(INDEX, "gone", b"gone")
        filler = fill(disk)
        store.put(INDEX, "new", b"new" * 10_000)
        for _ in range(3):
            store.put(ARTWORK, "large", LARGE)
        fill(disk)
        assert store.delete(INDEX, "gone")
        assert [store.get(INDEX, key) for key in ("old", "new", "gone")] == [b"old", b"new" * 10_000, None]
        assert store.get(ARTWORK, "large") == LARGE
        assert list(store.scan(INDEX)) == ["new", "old"]
        assert "full" in store.problem or "No space" in store.problem
        filler.unlink()
        store.put(INDEX, "later", b"later")
        assert store.problem == ""
        store.close()
        backend = DiskKv(disk)
        assert list(backend.scan(INDEX)) == ["later", "new", "old"]
        assert backend.get(ARTWORK, "large") == LARGE
        assert len(list(disk.rglob("*.val"))) == 1  # no half value is left behind
        backend.close()


def test_a_cache_that_cannot_be_opened_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    store = BestEffortKv(DiskKv(tmp_path / "cache"))
    assert store.get(INDEX, "a") is None
    store.put(INDEX, "a", b"a")
    assert store.get(INDEX, "a") == b"a"
    (tmp_path / "cache").unlink()
    store.settle()
    assert store.problem == ""
    store.close()


def test_what_is_held_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    store = BestEffortKv(DiskKv(tmp_path / "cache"))
    for n in range(40):
        store.put(INDEX, str(n), bytes(1 << 20))
    held = [n for n in range(40) if store.get(INDEX, str(n)) is not None]
    assert held == list(range(25, 40))
    store.close()
