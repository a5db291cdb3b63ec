"""The store in memory: what it gives out and takes in are not its own insides."""

import threading

import pytest

from musfuse.store import KvNamespace, MemoryKv

INDEX, ARTWORK = KvNamespace.INDEX, KvNamespace.ARTWORK


def test_a_value_does_not_change_with_the_buffer_it_came_from() -> None:
    kv, buffer = MemoryKv(), bytearray(b"old")
    kv.put(INDEX, "a", buffer)
    buffer[:] = b"new"
    assert kv.get(INDEX, "a") == b"old"


def test_keys_may_change_while_they_are_listed() -> None:
    kv = MemoryKv()
    for key in "bca":
        kv.put(INDEX, key, b"1")
    for key in kv.scan(INDEX):
        kv.delete(INDEX, key)
        kv.put(INDEX, f"{key}{key}", b"2")
    assert list(kv.scan(INDEX)) == ["aa", "bb", "cc"]


def test_a_transaction_that_is_interrupted_changes_no_namespace() -> None:
    kv = MemoryKv()
    kv.put(ARTWORK, "a", b"1")
    with pytest.raises(KeyboardInterrupt), kv.transaction(INDEX) as tx:
        tx.put(INDEX, "a", b"2")
        tx.delete(ARTWORK, "a")
        raise KeyboardInterrupt
    assert (kv.get(INDEX, "a"), kv.get(ARTWORK, "a")) == (None, b"1")


def test_others_wait_for_the_end_of_a_transaction() -> None:
    kv, seen = MemoryKv(), []
    with kv.transaction(INDEX) as tx:
        tx.put(INDEX, "a", b"half")
        thread = threading.Thread(target=lambda: seen.append(kv.get(INDEX, "a")))
        thread.start()
        thread.join(0.05)
        tx.put(INDEX, "a", b"whole")
    thread.join()
    assert seen == [b"whole"]
