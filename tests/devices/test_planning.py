"""Plans, and what makes a file the one that was put there."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.devices.manifest import Known, Put
from musfuse.devices.planning import Wanted, make_plan, same_file, settle
from musfuse.platform import system
from musfuse.platform.trees import Facts, Room, Tree

T = 1_700_000_000 * 10**9
S, H = 10**9, 3600 * 10**9


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with closing(system.open_tree(str(tmp_path))) as made:
        yield made


def wanted(item: int, path: str, size: int = 5, version: str = "v") -> Wanted:
    return Wanted(item, item, path, path, size, version, T)


def put(item: int, path: str, size: int = 5, version: str = "v") -> Put:
    return Put(path, item, path, size, version, T, "d")


@pytest.mark.parametrize(
    ("shift", "same"),
    [(0, True), (2 * S, True), (3 * S, False), (-H, True), (5 * H + H // 2 + S, True), (30 * H, False)],
)
def test_times_are_the_same_but_for_zones_and_steps(shift: int, same: bool) -> None:
    assert same_file(put(1, "x"), Facts(True, False, 5, T + shift)) is same


def test_sizes_and_kinds_tell_too() -> None:
    assert not same_file(put(1, "x"), None)
    assert not same_file(put(1, "x"), Facts(False, True, 5, T))
    assert not same_file(put(1, "x"), Facts(True, False, 6, T))
    assert same_file(Put("x", 0, "x", 5, "v"), Facts(True, False, 5, 1))


def test_a_plan_is_in_order_of_path_with_playlists_last(tree: Tree) -> None:
    known = Known("lib", "d", {"c": put(3, "c"), "gone": put(9, "gone")})
    lists = Wanted(0, 0, "A.m3u8", "A.m3u8", 5, "v", 0)
    plan = make_plan([lists, wanted(2, "b"), wanted(1, "a"), wanted(3, "c", version="w")], [], known, tree)
    assert [copy.put.path for copy in plan.copies] == ["a", "b", "c", "A.m3u8"]
    assert [one.path for one in plan.removals] == ["gone"]
    assert plan.copied_bytes == 20
    assert plan.growth(Room(0, 4)) == 4 * 8 - 8 - 8
    assert plan.planned.keys() == {"a", "b", "c", "A.m3u8"}


def test_what_cannot_be_renamed_is_written_anew(tree: Tree) -> None:
    plan = make_plan([wanted(1, "b")], [], Known("lib", "d", {"a": put(1, "a")}), tree)
    assert [(move.before.path, move.after.path) for move in plan.moves] == [("a", "b")]
    plan.without_moves()
    assert [(copy.put.path, copy.old and copy.old.path) for copy in plan.copies] == [("b", "a")]
    assert plan.moves == []


def test_after_a_kill_what_got_its_name_counts(tree: Tree, tmp_path: Path) -> None:
    """Of a file that was to be replaced, the old one where sizes and times tell nothing."""
    for path in ("new", "old", "direct", "changed"):
        (tmp_path / path).write_bytes(b"12345")
    import os

    for path in ("new", "old"):
        os.utime(tmp_path / path, ns=(T, T))
    known = Known(
        "lib", "d", {"old": put(1, "old"), "changed": put(4, "changed"), "gone": put(5, "gone")},
        {"new": put(2, "new"), "old": put(1, "old", version="w"), "missing": put(6, "missing"), "direct": put(3, "direct")},
        direct={"direct"},
    )  # fmt: skip
    told = settle(known, tree)
    assert [one.path for one in told] == ["changed"]
    assert {path: one.version for path, one in known.files.items()} == {"new": "v", "old": "v", "direct": ""}
    assert (known.planned, known.direct) == ({}, set())
