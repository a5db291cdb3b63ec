"""libfuse's functions are found where they lie, and left alone where they are not (tests/mount/test_kernel_memory.py: what it is for)."""

import ctypes
import os
from types import SimpleNamespace
from typing import Any

import pytest
from musfuse_fuse.kept_listings import KeptListings, code_of, find_operations

CODE = [range(0x1000, 0x2000), range(0x8000, 0x9000)]
ABSENT = (16, 37)


def session(*head: int, functions: Any) -> Any:
    """A session's memory: some words, its functions, and more."""
    return (ctypes.c_void_p * 80)(*head, *functions)


def functions(**other: int) -> list[int]:
    made = [0 if n in ABSENT else 0x1000 + n for n in range(44)]
    for at, value in other.items():
        made[int(at[1:])] = value
    return made


@pytest.mark.parametrize("words", [2, 5, 6, 15])
@pytest.mark.parametrize("other", [{}, {"_31": 0, "_32": 0}, {"_20": 0x8010}])
def test_functions_are_found_behind_other_words(words: int, other: dict[str, int]) -> None:
    memory = session(*[0x10] * words, functions=functions(**other))
    assert find_operations(ctypes.addressof(memory), CODE) == ctypes.addressof(memory) + 8 * words


@pytest.mark.parametrize("other", [{"_16": 0x1010}, {"_20": 0}, {"_20": 0x5000}, {"_43": 1}, {"_0": 0}])
def test_what_does_not_look_like_them_is_not_taken(other: dict[str, int]) -> None:
    memory = session(*[0x10] * 5, functions=functions(**other))
    assert find_operations(ctypes.addressof(memory), CODE) is None


def test_code_of_a_library_is_where_it_is_loaded() -> None:
    loaded = ctypes.CDLL("libfuse3.so.3") if os.path.exists("/usr/lib/x86_64-linux-gnu/libfuse3.so.3") else None
    if loaded is None:
        pytest.skip("libfuse 3 is not here")
    address = ctypes.cast(loaded.fuse_version, ctypes.c_void_p).value
    assert any(address in part for part in code_of("libfuse3.so"))
    assert not list(code_of("no such library"))


@pytest.mark.parametrize(("minor", "passes"), [(14, False), (16, True), (17, True)])
def test_a_library_that_passes_it_on_is_left_alone(minor: int, passes: bool) -> None:
    binding = SimpleNamespace(fuse_version_major=3, fuse_version_minor=minor)
    assert KeptListings().passes_on(binding, SimpleNamespace(), None) is passes


def test_outside_of_an_opening_nothing_is_said() -> None:
    KeptListings().say(True, True)
