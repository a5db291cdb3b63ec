"""What the system lets a process have, on Linux itself."""

import resource
import sys

import pytest

from musfuse.platform import posix

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)


import resource

from posix_child import GIB, child

from musfuse.platform import posix


def test_the_soft_limit_on_open_files_is_raised_to_the_hard_one() -> None:
    assert child("print(posix.raise_open_file_limit())", limit=(resource.RLIMIT_NOFILE, 64, 256)) == "256"


def test_a_process_takes_no_more_memory_than_it_may() -> None:
    for limit in ("limit_memory", "limit_data"):
        script = f"posix.{limit}(300)\ntry: bytearray(400 << 20)\nexcept MemoryError: print('refused')"
        assert child(script) == "refused"


def test_threads_and_open_files_fit_into_little_address_space() -> None:
    script = (
        "print(posix.face_threads(200), posix.open_handles(16384), posix.waiting_calls(64, 8), posix.address_space())"
    )
    assert child(script) == "200 16384 64 None"
    found = {}
    for size in (GIB // 4, GIB, 4 * GIB):
        threads, handles, waiting, told = map(int, child(script, limit=(resource.RLIMIT_AS, size, size)).split())
        assert told == size
        assert 16 <= threads <= 200
        assert 16 <= handles <= 16384
        assert 0 < waiting < threads  # some are left for others
        found[size] = (threads, handles)
        if threads > 16:
            assert posix.address_space_needed(threads) <= size
    assert sorted(found.values()) == [found[size] for size in sorted(found)]


def test_who_finds_no_turn_to_wait_is_told_at_once() -> None:
    assert child("print(posix.turn_seconds(120), posix.waiting_seconds(1000))") == "0.0 1000"


def test_only_where_address_space_is_limited_threads_get_small_stacks() -> None:
    script = "import os, threading; posix.spare_address_space()\nprint(threading.stack_size(), os.environ.get('FUSE_THREAD_STACK'))"
    assert child(script) == "0 None"
    assert child(script, limit=(resource.RLIMIT_AS, 2 * GIB, 2 * GIB)) == f"{1 << 20} {1 << 20}"
