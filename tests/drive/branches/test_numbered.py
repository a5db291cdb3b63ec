"""Tracks in an order as entries: names, links, what went."""

from pathlib import Path

import sound

from drive.conftest import Make
from musfuse.drive.branches.collections import CollectionsBranch
from musfuse.library.names import name_key
from musfuse.model import NodeKind


def test_they_are_numbered_and_found_by_name(make_library: Make, music: Path) -> None:
    for number in range(3):
        sound.write(music / f"{number}.flac", 5000, artist="Ann", album="Best", title=f"T{number}")
    library = make_library(view__policy="original", index__background=False)
    (branch,) = (one for one in library.drive.tree._branches if isinstance(one, CollectionsBranch))
    numbered, folder = branch._numbered, library.drive.tree.lookup(".collections/Recently Added")
    names = numbered.names([(3, "Ann", "T2"), (999, "gone", ""), (1, "", ""), (2, "A/B", "C:D")])
    assert names == [("001 - Ann - T2.flac", 3), ("002 - T0.flac", 1), ("003 - A-B - C-D.flac", 2)]
    entries = list(numbered.entries(branch, folder, [*names, ("004 - x.flac", 999)]))
    assert [entry.name for entry in entries] == [name for name, _ in names]
    assert [entry.link for entry in entries] == [f"../../Ann/Best/T{n}.flac" for n in (2, 0, 1)]
    assert {(entry.kind, entry.parent) for entry in entries} == {(NodeKind.FILE, folder.id)}
    assert [e.name for e in numbered.entries(branch, folder, names, name_key(names[0][0]))] == [n for n, _ in names[1:]]
    (one,) = numbered.entries(branch, folder, names, key=name_key(names[1][0]))
    assert one.item == 1
    assert [entry.size for entry in numbered.with_sizes(iter(entries))] == [entry.size for entry in entries]


def test_numbers_are_as_long_as_they_have_to_be(make_library: Make, music: Path) -> None:
    sound.write(music / "a.flac", 5000, artist="Ann", album="Best", title="T")
    library = make_library(view__policy="original", index__background=False)
    (branch,) = (one for one in library.drive.tree._branches if isinstance(one, CollectionsBranch))
    names = branch._numbered.names([(1, "Ann", "T")] * 1200)
    assert (names[0][0], names[-1][0]) == ("0001 - Ann - T.flac", "1200 - Ann - T.flac")
