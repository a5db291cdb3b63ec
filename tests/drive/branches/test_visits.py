"""Originals of visited folders are looked at again, a few folders a second, and never while somebody waits."""

from collections.abc import Callable
from pathlib import Path

import sound
from mount.conftest import until  # noqa: F401 - a fixture

from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from musfuse.drive.branches.freshness import Freshness
from musfuse.drive.branches.visits import Visits
from musfuse.errors import StoreError
from musfuse.library.catalog import Node, Nodes

Until = Callable[..., None]


class Looked(Freshness):
    """Notes the names that are looked at."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def look(self, node: Node) -> None:
        self.names.append(node.name)


def test_a_folder_is_looked_at_once_in_a_while(make_library: Make, music: Path, until: Until) -> None:
    for n in (1, 2):
        sound.write(music / f"{n}.flac", artist="Ann", album=f"B{n}", title=f"T{n}")
    library, looked, now = make_library(), Looked(), [0.0]
    nodes = library.catalog.nodes
    visits = Visits(nodes, looked, lambda: now[0])
    first, second = (library.drive.row(f"Ann/B{n}")[0].id for n in (1, 2))
    for _ in range(3):
        visits.note(first)
    until(lambda: looked.names == ["T1.flac"])
    visits.note(second)
    visits.note(first)
    until(lambda: looked.names == ["T1.flac", "T2.flac"])
    now[0] = 60
    visits.note(first)
    until(lambda: looked.names == ["T1.flac", "T2.flac", "T1.flac"])
    visits.close()
    now[0] = 120
    visits.note(first)
    assert len(looked.names) == 3


def test_what_is_visited_last_counts_and_a_walk_costs_little(make_library: Make, music: Path, until: Until) -> None:
    library, looked = make_library(), Looked()

    class Folders(Nodes):
        asked: list[int] = []

        def children(self, parent: int, after_key: str = "", page: int = 500):  # type: ignore[no-untyped-def]
            self.asked.append(parent)
            if parent == 999:
                raise StoreError("the catalog cannot be read")
            return iter(())

    visits = Visits(Folders(library.catalog.database), looked)
    for folder in range(2, 1000):
        visits.note(folder)
    until(lambda: 999 in Folders.asked and len(Folders.asked) >= 4)
    visits.close()
    assert len(Folders.asked) <= 5  # one that was begun, and the last four
    assert {999, 998, 997} <= set(Folders.asked)
