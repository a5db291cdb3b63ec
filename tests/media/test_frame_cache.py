"""The cache of encoded runs: made once, bounded, errors passed on and not kept."""

import threading

import pytest

from musfuse.media.frame_cache import FrameCache


def test_a_run_is_made_once_for_all_who_ask() -> None:
    cache, made, gate = FrameCache(1000, 4), [], threading.Event()

    def make() -> bytes:
        gate.wait()
        made.append(1)
        return b"run"

    got: list[bytes] = []
    threads = [threading.Thread(target=lambda: got.append(cache.get(("t", 0), make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert got == [b"run"] * 8
    assert made == [1]


def test_the_least_recently_used_goes() -> None:
    cache = FrameCache(30, 1)
    for n in range(3):
        cache.get(("t", n), lambda: bytes(10))
    cache.get(("t", 0), lambda: b"")
    cache.get(("t", 3), lambda: bytes(10))
    assert cache.held_bytes == 30
    assert cache.get(("t", 1), lambda: b"made again") == b"made again"
    assert len(cache.get(("t", 0), lambda: b"")) == 10


def test_errors_reach_everyone_and_are_not_kept() -> None:
    cache = FrameCache(30, 1)

    def fail() -> bytes:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get(("t", 0), fail)
    assert cache.get(("t", 0), lambda: b"ok") == b"ok"


def test_encoders_are_bounded() -> None:
    cache = FrameCache(1 << 20, 2)
    lock, now, most = threading.Lock(), [0], [0]

    def make() -> bytes:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.02)
        with lock:
            now[0] -= 1
        return b"x"

    threads = [threading.Thread(target=cache.get, args=(("t", n), make)) for n in range(10)]
    for thread in threads:
        thread.start()
    for n in range(10, 20):
        cache.prefetch(("t", n), make)
    for thread in threads:
        thread.join()
    cache.close()
    assert most[0] <= 2


def test_what_is_fetched_ahead_is_there_and_closing_ends_it() -> None:
    cache = FrameCache(1000, 1)
    done = threading.Event()

    def make() -> bytes:
        done.set()
        return b"ahead"

    cache.prefetch(("t", 1), make)
    assert done.wait(100)
    cache.close()
    assert cache.get(("t", 1), lambda: b"other") == b"ahead"
    cache.forget("t")
    assert cache.held_bytes == 0


def test_what_is_on_disk_gives_way_first_whenever_it_was_written() -> None:
    cache = FrameCache(80, 1)

    def written_at_once() -> bytes:
        cache.kept_on_disk(("t", 0))
        return bytes(8)

    cache.get(("t", 0), written_at_once)
    assert cache.peek(("t", 0)) == bytes(8)
    for n in range(1, 5):
        cache.get(("t", n), lambda: bytes(8))
    assert cache.held_bytes == 40
    for n in range(1, 4):
        cache.kept_on_disk(("t", n))
    assert cache.held_bytes == 16
    assert [n for n in range(5) if cache.peek(("t", n))] == [3, 4]
    cache.forget("t")
    assert cache.held_bytes == 0
