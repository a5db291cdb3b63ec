"""What every KvStore must hold."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.store import BestEffortKv, DiskKv, KvNamespace, KvStore, LayeredKv, MemoryKv, RoutedKv, SqliteKv

INDEX, ARTWORK = KvNamespace.INDEX, KvNamespace.ARTWORK
BACKENDS: dict[str, Callable[[Path], KvStore]] = {
    "memory": lambda _: MemoryKv(),
    "temporary": lambda _: SqliteKv.temporary(),
    "layered": lambda _: LayeredKv(SqliteKv.temporary(), MemoryKv()),
    "sqlite": lambda path: SqliteKv(path / "kv.db"),
    "disk": lambda path: DiskKv(path / "disk"),
    "best effort": lambda path: BestEffortKv(DiskKv(path / "disk")),
    "routed": lambda path: RoutedKv({INDEX: DiskKv(path / "disk"), ARTWORK: SqliteKv(path / "kv.db")}),
}


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KvStore]:
    made = BACKENDS[request.param](tmp_path)
    yield made
    made.close()


def test_get_put_delete(store: KvStore) -> None:
    assert store.get(INDEX, "a") is None
    store.put(INDEX, "a", b"\0\xff" * 100)
    store.put(INDEX, "a", b"again")
    assert store.get(INDEX, "a") == b"again"
    assert store.get(ARTWORK, "a") is None
    assert store.delete(INDEX, "a")
    assert not store.delete(INDEX, "a")
    assert store.get(INDEX, "a") is None


def test_large_and_empty_values(store: KvStore) -> None:
    big = bytes(range(256)) * 8192
    store.put(ARTWORK, "big", big)
    store.put(ARTWORK, "empty", b"")
    assert store.get(ARTWORK, "big") == big
    assert store.get(ARTWORK, "empty") == b""


def test_keys_that_are_no_text_are_kept_in_order(store: KvStore) -> None:
    """Names of files may hold undecodable bytes, or on Windows halves of characters."""
    keys = [
        f"a{odd}b"
        for odd in ("z", "\ud7ff", "\ud800", "\udcff", "\udcff\udcff", "\ue000", "\ue000\ue100", "\U0001f600")
    ]
    for key in reversed(keys):
        store.put(INDEX, key, key.encode("utf-8", "surrogatepass"))
    assert [store.get(INDEX, key) for key in keys] == [key.encode("utf-8", "surrogatepass") for key in keys]
    assert list(store.scan(INDEX)) == sorted(keys)
    assert list(store.scan(INDEX, "a\udcff")) == ["a\udcffb", "a\udcff\udcffb"]
    assert list(store.scan(INDEX, "a\ue000")) == ["a\ue000b", "a\ue000\ue100b"]
    assert store.delete(INDEX, "a\udcffb")
    assert store.get(INDEX, "a\udcffb") is None


def test_scan_by_prefix_is_ordered_and_within_the_namespace(store: KvStore) -> None:
    for key in ("b/2", "a/1", "b/10", "b", "c", "b%x"):
        store.put(INDEX, key, b"1")
    store.put(ARTWORK, "b/9", b"1")
    assert list(store.scan(INDEX, "b/")) == ["b/10", "b/2"]
    assert list(store.scan(INDEX)) == sorted(["b/2", "a/1", "b/10", "b", "c", "b%x"])


def test_threads(store: KvStore) -> None:
    def work(n: int) -> None:
        for k in range(20):
            store.put(INDEX, f"{n}/{k}", str(n).encode())
            assert store.get(INDEX, f"{n}/{k}") == str(n).encode()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(store.scan(INDEX))) == 120


@pytest.mark.parametrize("kind", ["sqlite", "disk"])
def test_values_survive_closing(kind: str, tmp_path: Path) -> None:
    first = BACKENDS[kind](tmp_path)
    first.put(INDEX, "k", b"kept")
    first.close()
    second = BACKENDS[kind](tmp_path)
    assert second.get(INDEX, "k") == b"kept"
    second.close()


@pytest.mark.parametrize("kind", ["sqlite", "disk"])
def test_a_broken_database_is_a_clear_error(kind: str, tmp_path: Path) -> None:
    if kind == "sqlite":
        (tmp_path / "kv.db").write_bytes(b"no database at all" * 100)
    else:
        (tmp_path / "disk").mkdir()
        (tmp_path / "disk" / "cache.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match=str(tmp_path)):
        BACKENDS[kind](tmp_path).get(INDEX, "k")


def test_a_transaction_is_all_or_nothing(store: KvStore) -> None:
    store.put(INDEX, "a", b"1")
    with store.transaction(INDEX) as tx:
        tx.put(INDEX, "a", b"2")
        tx.put(INDEX, "b", b"2")
        assert tx.get(INDEX, "b") == b"2"
    assert store.get(INDEX, "a") == b"2"
    with pytest.raises(ZeroDivisionError), store.transaction(INDEX) as tx:
        tx.put(INDEX, "a", b"3")
        tx.delete(INDEX, "b")
        1 / 0  # noqa: B018
    assert store.get(INDEX, "a") == b"2"
    assert store.get(INDEX, "b") == b"2"


def test_no_writer_comes_between(store: KvStore) -> None:
    store.put(INDEX, "n", b"0")

    def count() -> None:
        for _ in range(25):
            with store.transaction(INDEX) as tx:
                tx.put(INDEX, "n", str(int(tx.get(INDEX, "n") or b"0") + 1).encode())

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get(INDEX, "n") == b"100"
