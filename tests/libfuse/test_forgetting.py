"""Which paths the kernel is told to forget when something changes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from mount.conftest import until  # noqa: F401 - a fixture
from musfuse_fuse.forgetting import Forgetting
from musfuse_fuse.kernel import KernelMemory

from musfuse.app.library import Library
from musfuse.drive.changes import Change
from musfuse.service.tagging import Who

ME = Who("tester")
Until = Callable[..., None]


class Memory(KernelMemory):
    """Knows some paths, and notes what it forgets."""

    def __init__(self, *known: str) -> None:
        super().__init__(None, "", 0)
        self.known, self.forgot, self.held = set(known), list[str](), list[bool]()

    def forget(self, path: str) -> bool:
        self.forgot.append(path)
        return path in self.known

    def hold(self, stale: bool) -> None:
        self.held.append(stale)


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for n, album in enumerate(("Best", "Best", "Rest")):
        sound.write(music / f"{n}.flac", artist="Ann", album=album, title=f"T{n}", seed=n)
    return make_library(index__background=False)


@pytest.fixture
def memory() -> Memory:
    return Memory("/", "/Ann", "/Ann/Best", "/Ann/Best/T0.flac")


@pytest.fixture
def forgetting(library: Library, memory: Memory) -> Iterator[Forgetting]:
    made = Forgetting(library.drive, memory)
    yield made
    made.close()


def test_a_change_everywhere_reaches_what_the_kernel_knows(
    library: Library, memory: Memory, forgetting: Forgetting, until: Until
) -> None:
    library.drive.changes.tell(Change(everywhere=True))
    # Below `Rest`, which the kernel does not know, it knows nothing.
    wanted = ["/", "/Ann", "/Ann/Best", "/Ann/Best/T0.flac", "/Ann/Best/T1.flac", "/Ann/Rest"]
    until(lambda: memory.forgot == wanted)


def test_a_track_whose_tags_change_is_forgotten_with_its_folder(
    library: Library, memory: Memory, forgetting: Forgetting, until: Until
) -> None:
    library.tagging.set([("Ann/Best/T0.flac", "")], ["genre=Rock"], ME)
    until(lambda: {"/Ann/Best", "/Ann/Best/T0.flac"} <= set(memory.forgot))
    assert not any(path.startswith("/Ann/Rest/") for path in memory.forgot)


def test_a_name_that_went_is_forgotten_and_all_folders_that_went_with_it(
    library: Library, memory: Memory, forgetting: Forgetting, until: Until
) -> None:
    memory.known |= {"/Ann/Rest"}
    library.tagging.set([("Ann/Rest/T2.flac", "")], ["album=New"], ME)
    until(lambda: {"/Ann/Rest", "/Ann/Rest/T2.flac", "/Ann"} <= set(memory.forgot))


def test_an_item_is_forgotten_with_its_folder(
    library: Library, memory: Memory, forgetting: Forgetting, until: Until
) -> None:
    item = library.drive.row("Ann/Best/T1.flac")[0].item
    library.drive.changes.tell(Change(items={item, 10**9}))
    until(lambda: memory.forgot == ["/Ann/Best", "/Ann/Best/T1.flac"])


def test_stale_handles_are_told_of_until_it_is_closed(library: Library, memory: Memory, forgetting: Forgetting) -> None:
    library.drive.changes.hold(True)
    library.drive.changes.hold(False)
    forgetting.close()
    library.drive.changes.hold(True)
    assert memory.held == [False, True, False]


def test_a_folder_that_went_meanwhile_stops_nothing(
    library: Library, memory: Memory, forgetting: Forgetting, until: Until
) -> None:
    node = library.drive.row("Ann/Best")[0].id
    library.drive.changes.tell(Change(folders={10**9, node}))
    until(lambda: "/Ann/Best/T1.flac" in memory.forgot)


@pytest.mark.parametrize(
    ("moved", "reached"),
    [
        ([[("Ann/Best", "Ann/Rest"), ("Ann/Rest", "Ann/Best")]], ["Ann/Best/T2.flac", "Ann/Rest/T0.flac", "Ann/Rest/T1.flac"]),
        ([[("Ann/Old", "Ann/Best")], [("Ann/Best", "Ann/Rest"), ("Ann/Rest", "Ann/Best")]], ["Ann/Old/T2.flac"]),
        ([[("Old", "New")], [("New", "Ann"), ("New/Best", "Ann/Rest")]], ["Old/Best/T2.flac"]),
    ],
    ids=["two swapped names", "one came to its name before two swapped", "one left the other with which it moved"],
)  # fmt: skip
def test_of_folders_that_moved_what_is_in_them_now_is_forgotten_under_their_old_names(
    library: Library, memory: Memory, forgetting: Forgetting, until: Until, moved: Any, reached: list[str]
) -> None:
    memory.known = {"/Ann/Best", "/Ann/Rest", "/Ann/Old", "/Old", "/Old/Best"}
    library.drive.changes.tell(Change(moved=moved))
    library.drive.changes.caught_up(10)
    assert {f"/{path}" for path in reached} <= set(memory.forgot)
