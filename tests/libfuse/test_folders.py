"""Listings in pieces, as the kernel takes them: to the end, again from the begin, from somewhere in the middle."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musfuse_fuse.folders import Folders

from musfuse.drive import DirEntry
from musfuse.errors import BadHandleError
from musfuse.model import NodeKind

NAMES = [f"{n:02}" for n in range(20)]
ALL = [".", "..", *NAMES]


def entries() -> Iterator[DirEntry]:
    return (DirEntry(n, name, NodeKind.FILE, 1, 0) for n, name in enumerate(NAMES))


def taken(folders: Folders, number: int, offset: int, room: int) -> list[tuple[str, int]]:
    """Names with the offsets behind them, as many as there is room for."""
    got: list[tuple[str, int]] = []

    def take(entry: DirEntry | str, behind: int) -> bool:
        if len(got) == room:
            return False
        got.append((entry if isinstance(entry, str) else entry.name, behind))
        return True

    folders.give(number, offset, entries, take)
    return got


@given(st.lists(st.integers(1, 9), min_size=22))
def test_pieces_make_the_whole(rooms: list[int]) -> None:
    folders = Folders()
    number, offset, got = folders.open(), 0, list[str]()
    for room in rooms:
        piece = taken(folders, number, offset, room)
        got += [name for name, _ in piece]
        if not piece:
            break
        offset = piece[-1][1]
    assert got == ALL


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(1, 9))))
def test_any_offset_goes_on_behind_it(steps: list[tuple[int, int]]) -> None:
    folders = Folders()
    number = folders.open()
    for offset, room in steps:
        wanted = [(name, n + 1) for n, name in enumerate(ALL)][offset : offset + room]
        assert taken(folders, number, offset, room) == wanted


def test_a_listing_that_began_is_not_begun_again() -> None:
    folders, begun = Folders(), list[int]()
    number = folders.open()

    def begin() -> Iterator[DirEntry]:
        begun.append(1)
        return entries()

    for offset in range(len(ALL)):
        folders.give(number, offset, begin, lambda _, behind, last=offset + 1: behind <= last)  # type: ignore[misc]
    assert len(begun) == 1


def test_a_folder_that_is_closed_gives_nothing() -> None:
    folders = Folders()
    number, other = folders.open(), folders.open()
    assert number != other
    folders.close(number)
    folders.close(number)
    with pytest.raises(BadHandleError):
        taken(folders, number, 0, 9)
    assert taken(folders, other, 0, 1) == [(".", 1)]
