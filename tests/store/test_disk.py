"""The cache on disk: hostile contents, a full disk, descriptors."""

import os
import threading
from pathlib import Path

import pytest
from tests_support import fill, small_disk

from musfuse.errors import StoreError
from musfuse.store import DiskKv, KvNamespace

INDEX, ARTWORK = KvNamespace.INDEX, KvNamespace.ARTWORK
LARGE = bytes(50_000)
"""A value that diskcache keeps in a file of its own."""


def test_nothing_is_made_before_it_is_used(tmp_path: Path) -> None:
    kv = DiskKv(tmp_path / "disk")
    kv.close()
    assert not (tmp_path / "disk").exists()


def test_it_is_opened_again_after_closing(tmp_path: Path) -> None:
    kv = DiskKv(tmp_path / "disk")
    kv.put(INDEX, "a", LARGE)
    kv.close()
    assert kv.get(INDEX, "a") == LARGE
    kv.close()


class _Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (self._folder,)


def test_a_tampered_cache_runs_no_code(tmp_path: Path) -> None:
    import diskcache

    with diskcache.Cache(str(tmp_path / "disk")) as cache:
        cache.set("index:evil", _Trap(tmp_path / "trap"))
    kv = DiskKv(tmp_path / "disk")
    assert kv.get(INDEX, "evil") is None
    assert not (tmp_path / "trap").exists()
    kv.close()


@pytest.mark.parametrize("value", [{"a": object}, "text", "x" * 50_000, 7, 1 << 50, 1.5])
def test_what_is_no_bytes_is_dropped(tmp_path: Path, value: object) -> None:
    """A number would be as many bytes of memory."""
    import diskcache

    with diskcache.Cache(str(tmp_path / "disk")) as cache:
        cache.set("index:evil", value)
    kv = DiskKv(tmp_path / "disk")
    assert kv.get(INDEX, "evil") is None
    assert list(kv.scan(INDEX)) == []
    kv.close()


def test_values_whose_files_somebody_removed_are_not_there(tmp_path: Path) -> None:
    kv = DiskKv(tmp_path / "disk")
    kv.put(ARTWORK, "a", LARGE)
    (value,) = (tmp_path / "disk").rglob("*.val")
    value.unlink()
    assert kv.get(ARTWORK, "a") is None
    kv.put(ARTWORK, "a", LARGE)
    assert kv.get(ARTWORK, "a") == LARGE
    kv.close()


def test_a_value_that_finds_no_room_leaves_no_half_of_it(tmp_path: Path) -> None:
    with small_disk(tmp_path / "cache", 1000) as disk:
        kv = DiskKv(disk)
        kv.put(INDEX, "a", b"1")
        filler = fill(disk)
        os.truncate(filler, filler.stat().st_size - 16_384)  # room for the beginning of the value
        with pytest.raises(StoreError, match="can be deleted, it is made again"):
            kv.put(ARTWORK, "large", LARGE)
        assert list(disk.rglob("*.val")) == []
        assert kv.get(INDEX, "a") == b"1"
        filler.unlink()
        kv.put(ARTWORK, "large", LARGE)  # no transaction was left open
        assert kv.get(ARTWORK, "large") == LARGE
        kv.close()


def test_a_scan_holds_no_more_than_a_page(tmp_path: Path) -> None:
    """What goes behind the page that is read is not listed any more."""
    kv = DiskKv(tmp_path / "disk")
    with kv.transaction(INDEX) as tx:
        for n in range(1100):
            tx.put(INDEX, f"{n:04}", b"1")
    keys = kv.scan(INDEX)
    first = next(keys)
    kv.delete(INDEX, "1099")
    assert [first, *keys] == [f"{n:04}" for n in range(1099)]
    kv.close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_threads_cost_no_descriptors(tmp_path: Path) -> None:
    kv = DiskKv(tmp_path / "disk")
    kv.put(INDEX, "a", b"1")
    before, done = len(os.listdir("/proc/self/fd")), threading.Semaphore(0)
    leave = threading.Event()

    def work() -> None:
        kv.get(INDEX, "a")
        done.release()
        leave.wait()

    threads = [threading.Thread(target=work) for _ in range(30)]
    for thread in threads:
        thread.start()
    for _ in threads:
        done.acquire()
    assert len(os.listdir("/proc/self/fd")) <= before  # other tests may have left files that are closed meanwhile
    leave.set()
    for thread in threads:
        thread.join()
    kv.close()
