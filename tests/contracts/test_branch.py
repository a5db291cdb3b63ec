"""What every branch of the drive must hold: run against the built-in ones and one that only tests know."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from toybranch import toy_branch

from musfuse.app.library import Library
from musfuse.drive import CacheHint
from musfuse.drive.branches.collections import FOLDER as COLLECTIONS
from musfuse.drive.branches.collections import CollectionsBranch
from musfuse.drive.branches.companions import CompanionsBranch
from musfuse.drive.branches.library import LibraryBranch
from musfuse.drive.branches.port import Branch, Entry
from musfuse.drive.branches.prefetch import FOLDER as PREFETCH
from musfuse.drive.branches.prefetch import PrefetchBranch
from musfuse.drive.branches.search import FOLDER as SEARCH
from musfuse.drive.branches.search import SearchBranch
from musfuse.drive.tree import Tree
from musfuse.library.names import name_key, safe_component
from musfuse.model import NodeKind

BRANCHES = ("LibraryBranch", "CompanionsBranch", "PrefetchBranch", "SearchBranch", "CollectionsBranch", "ToyBranch")
UNLISTED = (f"{PREFETCH}/Ann", f"{SEARCH}/album:0", COLLECTIONS)
"""No listing leads there."""
Found = dict[str, Entry[Any]]


@dataclass
class Bench:
    """A library with a branch under test."""

    library: Library
    branch: Branch[Any]

    @property
    def tree(self) -> Tree:
        return self.library.drive.tree

    def folders(self) -> Found:
        """All folders of the drive, the root first."""
        return {path: entry for path, entry in self.all().items() if entry.kind is NodeKind.FOLDER}

    def own(self) -> Found:
        """The entries of the branch, as a listing has them."""
        found = self.all().items()
        return {path: entry for path, entry in found if path not in ("", *UNLISTED) and entry.branch is self.branch}

    def files(self) -> Found:
        return {path: entry for path, entry in self.own().items() if entry.kind is NodeKind.FILE}

    def all(self) -> Found:
        begins = {path: self.tree.lookup(path) for path in ("", *UNLISTED)}
        return begins | {at: entry for path, begin in begins.items() for at, entry in self._below(path, begin)}

    def _below(self, path: str, folder: Entry[Any]) -> Iterator[tuple[str, Entry[Any]]]:
        for entry in self.tree.children(folder):
            at = f"{path}/{entry.name}".lstrip("/")
            yield at, entry
            if entry.kind is NodeKind.FOLDER:
                yield from self._below(at, entry)


@pytest.fixture
def open_bench(make_library: Make, music: Path) -> Callable[[str], Bench]:
    for n in range(4):
        suffix = ("wav", "flac", "mp3", "wav")[n]
        tags = {"title": ["Über", "b", "AbC", "🎵"][n], "artist": "Ann", "album": f"Album {n // 2}"}
        sound.write(music / f"{n // 2}/{n}.{suffix}", 9000 + n, seed=n + 1, **tags)
    (music / "0/cover.png").write_bytes(sound.picture(400))
    (music / "0/Booklet.pdf").write_bytes(b"pages")
    (music / "1/folder.png").write_bytes(sound.picture(60))
    (music / "1/rip.log").write_bytes(b"log" * 1000)

    def open_bench(name: str) -> Bench:
        library = make_library(branches=[toy_branch], view__sidecars="*.pdf, *.log", index__background=False)
        branches = {type(branch).__name__: branch for branch in library.drive.tree._branches}
        assert tuple(branches) == BRANCHES
        return Bench(library, branches[name])

    return open_bench


@pytest.fixture(params=BRANCHES)
def bench(request: pytest.FixtureRequest, open_bench: Callable[[str], Bench]) -> Bench:
    return open_bench(request.param)


def facts(entry: Entry[Any]) -> tuple[object, ...]:
    return entry.id, entry.parent, entry.name, entry.kind, entry.mtime_ns, entry.version, entry.item


def test_the_bench_has_something_of_each(open_bench: Callable[[str], Bench]) -> None:
    bench = open_bench("LibraryBranch")
    kinds = [type(entry.branch) for path, entry in bench.all().items() if path and entry.kind is NodeKind.FILE]
    assert kinds.count(LibraryBranch) == 4
    assert kinds.count(CompanionsBranch) == 8
    assert kinds.count(PrefetchBranch) == 4
    assert kinds.count(SearchBranch) == 2
    assert kinds.count(CollectionsBranch) == 10 + 4  # a playlist each, and all tracks came recently
    assert len(kinds) == 4 + 8 + 4 + 2 + 14 + 3


def test_a_listing_is_in_order_and_its_entries_are_the_branchs_own(bench: Bench) -> None:
    found = 0
    for folder in bench.folders().values():
        entries = list(bench.branch.children(folder))
        keys = [name_key(entry.name) for entry in entries]
        assert keys == sorted(set(keys))
        for entry in entries:
            assert entry.branch is bench.branch
            assert entry.parent == folder.id
            assert safe_component(entry.name) == entry.name
            assert entry.mtime_ns > 0
            assert entry.size == 0 if entry.kind is NodeKind.FOLDER else entry.size != 0
        found += len(entries)
    assert found == len(bench.own()) > 0


def test_a_listing_goes_on_after_any_name(bench: Bench) -> None:
    for folder in bench.folders().values():
        names = [entry.name for entry in bench.branch.children(folder)]
        for number, name in enumerate(names):
            for sized in (False, True):
                rest = bench.branch.children(folder, name_key(name), sized)
                assert [entry.name for entry in rest] == names[number + 1 :]


def test_a_child_is_what_a_listing_tells(bench: Bench) -> None:
    for folder in bench.folders().values():
        for entry in bench.branch.children(folder):
            child = bench.branch.child(folder, name_key(entry.name))
            assert child is not None
            assert facts(child) == facts(entry)
        for key in ("NONE", "", "..", "A/B"):
            assert bench.branch.child(folder, key) is None


def test_numbers_are_nobody_elses_and_stay(open_bench: Callable[[str], Bench]) -> None:
    bench = open_bench(BRANCHES[0])
    before = {path: entry.id for path, entry in bench.all().items()}
    assert len(set(before.values())) == len(before)
    assert all(0 < number < 1 << 63 for number in before.values())
    bench.tree.invalidate()
    assert {path: entry.id for path, entry in bench.all().items()} == before
    bench.library.close()
    again = open_bench(BRANCHES[0])
    assert {path: entry.id for path, entry in again.all().items()} == before


def test_sizes_are_those_of_the_bytes(bench: Bench) -> None:
    for path, entry in bench.files().items():
        size = bench.branch.size(entry)
        assert entry.size in (None, size)
        served = bench.branch.layout(entry)
        assert served is not None
        assert served.layout.size == size == len(served.layout.read_at(0, size + 10)) > 0
        assert (served.version, served.mtime_ns) == (entry.version, entry.mtime_ns)
        assert bench.library.drive.attr(path).size == size
        served.layout.close()


def test_a_listing_with_sizes_waits_for_all_of_them(bench: Bench) -> None:
    files = bench.files()
    for folder in bench.folders().values():
        for entry in bench.branch.children(folder, sized=True):
            assert entry.size is not None
            if entry.kind is NodeKind.FILE:
                (path,) = (path for path, known in files.items() if known.id == entry.id)
                assert bench.branch.size(files[path]) == entry.size


def test_what_did_not_change_is_current(bench: Bench) -> None:
    for path, entry in bench.own().items():
        if entry.kind is NodeKind.FILE:
            bench.branch.size(entry)
        assert bench.branch.is_current(bench.tree.lookup(path))


def test_whatever_is_forgotten_comes_back_the_same(bench: Bench) -> None:
    before = {path: facts(entry) for path, entry in bench.own().items()}
    for folders in (None, {entry.id for entry in bench.folders().values()}, set[int](), {1 << 50}):
        bench.branch.forget(folders)
        assert {path: facts(entry) for path, entry in bench.own().items()} == before


def test_many_threads_see_the_same(bench: Bench) -> None:
    before = {path: facts(entry) for path, entry in bench.own().items()}
    seen: list[object] = []

    def look() -> None:
        bench.branch.forget(None)
        seen.append({path: facts(entry) for path, entry in bench.own().items()})

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [before] * 6


def test_what_is_open_is_kept_by_the_system_but_for_what_is_read_whole(bench: Bench) -> None:
    drive = bench.library.drive
    for path, entry in bench.files().items():
        drive.attr(path)
        content = entry.branch.layout(entry)
        assert content is not None
        content.layout.close()
        first, second = drive.open(path), drive.open(path)
        assert (first.node, second.node) == (entry.id, entry.id)
        hints = (CacheHint.BYPASS, CacheHint.BYPASS) if content.whole else (CacheHint.DROP, CacheHint.KEEP)
        assert (first.hint, second.hint) == hints
        drive.close(first.handle)
        drive.close(second.handle)
