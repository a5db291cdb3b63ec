"""Indexes and runs that nothing refers to are dropped; what may be wanted again is kept."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import sound
from toy import Toy, ToyScheme

from app.test_jobs import completed
from musfuse.app.jobs import Jobs
from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import Config, load_config
from musfuse.errors import StoreError
from musfuse.library.catalog.references import Names
from musfuse.library.collecting import Swept
from musfuse.media.indexing.pool import Priority
from musfuse.model import SampleRange, SourceFile, Stamp
from musfuse.origins import Entry, LocalScheme, Registry
from musfuse.store import KvNamespace

DAY_NS = 86_400 * 1_000_000_000
INDEX = KvNamespace.INDEX


class Desk:
    """A library of two folders and a toy source, everything indexed, with a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.toy, self.now_ns = folder, Toy(), 1_000 * DAY_NS
        self.state = folder / "state"
        for number, name in enumerate(("one/a", "one/b", "two/c"), 1):
            sound.write(folder / f"{name}.wav", title=name, seed=number)
        self.toy.write("deep/d.wav", (folder / "two/c.wav").read_bytes())
        self.library = self.open()
        self.library.add_sources([folder / "one", folder / "two", "toy://toy"])
        self.scan()
        self.index()

    def open(self, config: Config | None = None) -> Library:
        registry = Registry([LocalScheme(), ToyScheme(toy=self.toy)])
        self.library = open_library(self.state, config or Config(), registry=registry)
        return self.library

    def scan(self) -> None:
        self.library.scan_all(self.library.scanner())

    def index(self) -> None:
        self.library.backlog().run(Priority.BACKGROUND, lambda *_: None, lambda: None)

    def indexed(self) -> set[str]:
        return set(self.library.stores.kv.scan(INDEX))

    def uid(self, name: str) -> str:
        return next(row.uid for row in self.library.sources.rows() if row.root.endswith(name))

    def sweep(self, *unreached: str) -> Swept:
        return self.library.sweeper(lambda: self.now_ns).sweep(unreached, lambda: None)

    def lose_the_catalog(self) -> None:
        self.library.close()
        for path in self.state.glob("catalog.db*"):
            path.unlink()
        self.open()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as closing:
        made = Desk(tmp_path)
        closing.callback(lambda: made.library.close())
        yield made


def test_nothing_of_what_is_there_goes(desk: Desk) -> None:
    before = desk.indexed()
    assert len(before) == 4
    assert desk.sweep() == Swept(0, 0, whole=True)
    desk.lose_the_catalog()
    assert desk.sweep().indexes == 0  # nothing was scanned yet
    desk.scan()
    assert desk.sweep() == Swept(0, 0, whole=True)
    assert desk.indexed() == before


def test_what_went_while_there_was_no_catalog_goes(desk: Desk) -> None:
    before = desk.indexed()
    desk.lose_the_catalog()
    (desk.folder / "one/a.wav").unlink()
    desk.toy.files.clear()
    desk.toy.write("other.wav", (desk.folder / "two/c.wav").read_bytes())
    desk.scan()
    assert desk.sweep() == Swept(2, 0, whole=True)
    assert len(desk.indexed()) == 2
    assert desk.indexed() < before


def test_a_key_about_the_original_goes_with_it(desk: Desk) -> None:
    with desk.library.catalog.database.read() as db:
        size, mtime_ns, ident = db.execute(
            "SELECT size, mtime_ns, ident FROM file WHERE name = x'612e776176'"
        ).fetchone()
    there = SourceFile(desk.uid("one"), "a.wav", Stamp(size, mtime_ns), ident)
    indexes = desk.library.media.indexes
    indexes.set_lies(there)
    gone = replace(there, ident="gone")
    indexes.set_lies(gone)
    part = indexes.key(there, SampleRange(0, 1000))
    desk.library.stores.kv.put(INDEX, part, b"of a part that is none any more")
    desk.library.stores.kv.put(INDEX, "strange", b"no key of ours")
    assert desk.sweep().indexes == 2
    assert indexes.lies(there)
    assert not indexes.lies(gone)
    assert part not in desk.indexed()
    assert "strange" in desk.indexed()


def test_an_older_name_is_a_reference(desk: Desk) -> None:
    (key,) = (key for key in desk.indexed() if "path:" in key)
    parts = desk.library.media.indexes.parts(key)
    assert parts is not None
    with desk.library.catalog.database.write() as db:
        db.execute("UPDATE file SET older_name = ?, ident = 'new' WHERE ident = ''", (parts.name,))
    assert desk.sweep().indexes == 0


def test_names_that_are_no_text_have_indexes(desk: Desk) -> None:
    """An origin without ids is named by paths in keys."""
    desk.toy.write("caf\udce9/e\udcff.wav", (desk.folder / "one/a.wav").read_bytes())
    desk.scan()
    desk.index()
    before = desk.indexed()
    assert [key for key in before if "caf%E9/e%FF.wav" in key]
    assert desk.sweep() == Swept(0, 0, whole=True)
    assert desk.indexed() == before
    del desk.toy.files["caf\udce9/e\udcff.wav"]
    desk.lose_the_catalog()
    desk.scan()
    assert desk.sweep() == Swept(1, 0, whole=True)
    assert len(desk.indexed()) == 4


def test_a_removed_source_keeps_its_indexes_until_it_is_forgotten(desk: Desk) -> None:
    before, place = desk.indexed(), (str(desk.folder / "one"), "")
    desk.library.sourcing.remove(place)
    desk.scan()
    assert desk.sweep().indexes == 0
    desk.library.sourcing.restore(place)
    assert desk.sweep().indexes == 0  # not scanned yet
    desk.scan()
    assert desk.sweep().indexes == 0
    assert desk.indexed() == before
    uid = desk.library.sourcing.remove(place).id
    desk.library.sourcing._table.purge(uid)
    assert desk.sweep().indexes == 2


def test_a_source_removed_in_the_middle_keeps_them(desk: Desk) -> None:
    def remove() -> None:
        if len(desk.library.sources.rows()) == 3:
            desk.library.sourcing.remove((str(desk.folder / "one"), ""))

    assert desk.library.sweeper(lambda: desk.now_ns).sweep((), remove).indexes == 0


def test_what_was_moved_or_went_is_settled_first(desk: Desk) -> None:
    before = desk.indexed()
    (desk.folder / "one/a.wav").rename(desk.folder / "one/z.wav")
    desk.library.refresh(desk.uid("one"), "a.wav")
    assert desk.sweep() == Swept(0, 0, whole=False)
    desk.scan()
    assert desk.sweep() == Swept(0, 0, whole=True)
    assert desk.indexed() == before


def test_what_could_not_be_reached_is_kept(desk: Desk) -> None:
    desk.lose_the_catalog()
    desk.toy.lies = [Entry("deep", None, problem="not now", away=True)]
    kept, desk.toy.files = desk.toy.files, {}
    results = desk.library.scan_all(desk.library.scanner())
    assert [result.unreached for result in results] == [0, 0, 1]
    assert desk.sweep(desk.uid("toy")).indexes == 0
    desk.toy.files, desk.toy.lies = kept, []
    desk.scan()
    assert desk.sweep().indexes == 0


def test_an_empty_folder_may_be_a_disk_that_is_not_mounted(desk: Desk) -> None:
    """Of which a new catalog cannot know."""
    before = desk.indexed()
    desk.lose_the_catalog()
    (desk.folder / "one").rename(desk.folder / "aside")
    (desk.folder / "one").mkdir()
    desk.scan()
    assert desk.sweep() == Swept(0, 0, whole=True)
    (desk.folder / "one").rmdir()
    (desk.folder / "aside").rename(desk.folder / "one")
    (desk.folder / "one/a.wav").unlink()
    desk.scan()
    assert desk.sweep() == Swept(1, 0, whole=True)
    assert desk.indexed() < before


def test_a_scan_that_was_cancelled_leaves_all(desk: Desk) -> None:
    before = desk.indexed()
    desk.lose_the_catalog()
    scanner = desk.library.scanner()
    scanner.cancel()
    desk.library.scan_all(scanner)
    assert desk.sweep() == Swept(0, 0, whole=True)
    assert desk.indexed() == before


def test_what_is_found_while_it_looks_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan finds a file again between the first look and the drop."""
    before = desk.indexed()
    aside = desk.folder / "aside.wav"
    desk.lose_the_catalog()
    (desk.folder / "one/a.wav").rename(aside)
    desk.scan()
    sweeper = desk.library.sweeper(lambda: desk.now_ns)
    drop_unused = sweeper._references.drop_unused

    def found(*args):  # type: ignore[no-untyped-def]
        aside.rename(desk.folder / "one/a.wav")
        desk.library.refresh(desk.uid("one"), "a.wav")
        return drop_unused(*args)

    monkeypatch.setattr(sweeper._references, "drop_unused", found)
    assert sweeper.sweep((), lambda: None).indexes == 0
    assert desk.indexed() == before


def test_indexes_of_another_level_stay_for_ninety_days(desk: Desk) -> None:
    before = desk.indexed()
    desk.sweep()
    desk.library.close()
    desk.open(load_config(default_sections(), flags={"flac.level": 3}).config)
    desk.now_ns += 1_000 * DAY_NS
    assert desk.sweep().indexes == 0
    desk.index()
    desk.now_ns += 89 * DAY_NS
    assert desk.sweep().indexes == 0
    desk.now_ns += DAY_NS
    assert desk.sweep().indexes == 4
    assert len(desk.indexed()) == 4
    assert not desk.indexed() & before


def test_runs_go_with_their_indexes(desk: Desk) -> None:
    runs, (key, *_) = desk.library.stores.frame_files, sorted(desk.indexed())
    for name in (key, "orphan", "new orphan"):
        runs.put(name, [1000], 0, bytes(1000))
    for name in (key, "orphan"):
        os.utime(runs._path(name), (1, 1))
    os.utime(runs._path("new orphan"), ns=(desk.now_ns, desk.now_ns))
    assert desk.sweep() == Swept(0, 1, whole=True)
    assert [runs.get(name, [1000], 0) is not None for name in (key, "orphan", "new orphan")] == [True, False, True]


def test_a_store_that_fails_costs_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.library.stores.frame_files.put(min(desk.indexed()), [1000], 0, bytes(1000))
    path = desk.library.stores.frame_files._path(min(desk.indexed()))
    os.utime(path, (1, 1))

    def broken(*_: object) -> Iterator[str]:
        raise StoreError("the disk is gone")
        yield ""

    monkeypatch.setattr(desk.library.stores.cache._store, "scan", broken)
    with pytest.raises(StoreError):
        desk.sweep()
    assert path.exists()
    assert desk.library.sweeper().is_due()


def test_a_sweep_that_is_cut_off_is_done_again(desk: Desk) -> None:
    for n in range(1000):
        desk.library.stores.kv.put(INDEX, f"gone/{n}/1-1/0-/8/4096/x", b"1")
    pages = []
    sweeper = desk.library.sweeper(lambda: desk.now_ns)

    def stop_later() -> None:
        pages.append(1)
        if len(pages) == 3:
            sweeper.stop()

    swept = sweeper.sweep((), stop_later)
    assert not swept.whole
    assert 0 < swept.indexes < 1000
    assert desk.library.sweeper(lambda: desk.now_ns).is_due()
    assert swept.indexes + desk.sweep().indexes == 1000
    assert not desk.library.sweeper(lambda: desk.now_ns + DAY_NS - 1).is_due()
    assert desk.library.sweeper(lambda: desk.now_ns + DAY_NS).is_due()
    assert desk.library.sweeper(lambda: desk.now_ns - 1).is_due()


def test_memory_does_not_grow_with_the_keys(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more keys are asked for than those of the next page."""
    with desk.library.stores.cache.transaction(INDEX) as tx:
        for n in range(2000):
            tx.put(INDEX, f"{desk.uid('toy')}/path:{n}/1-1/0-/8/4096/x", b"1")
    scan, asked, pages = desk.library.stores.cache.scan, 0, 0

    def counted(namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        nonlocal asked
        for key in scan(namespace, prefix):
            asked += 1
            yield key

    def look() -> None:
        nonlocal pages
        pages += 1
        assert asked <= 200 * pages

    monkeypatch.setattr(desk.library.stores.cache, "scan", counted)
    assert desk.library.sweeper(lambda: desk.now_ns).sweep((), look).indexes == 2000
    assert (asked, pages) == (2004, 11)


def test_names_are_a_set_in_order() -> None:
    names = Names()
    names.add(f"{n:04}" for n in reversed(range(1000)))
    names.add(["0001"])
    names.discard(["0000", "none"])
    assert list(names) == [f"{n:04}" for n in range(1, 1000)]
    names.close()


def test_lookups_use_indexes(desk: Desk) -> None:
    from musfuse.library.catalog import references

    with sqlite3.connect(desk.folder / "state/catalog.db") as db:
        for query, values in ((references._FILES, ("a", "b", "c")), (references._AT, ("a", b"b", b"c"))):
            plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}", values)]
            assert not [step for step in plan if step.startswith("SCAN")], plan


def test_the_owner_sweeps_after_a_scan_without_problems_once_a_day(desk: Desk) -> None:
    gone = "gone/1/1-1/0-/8/4096/x"
    desk.library.stores.kv.put(INDEX, gone, b"1")
    jobs = Jobs(desk.library)
    jobs.start()
    desk.toy.away = True
    completed(jobs, "scan")
    assert jobs.runner.current("sweep") is None
    assert gone in desk.indexed()
    desk.toy.away = False
    for _ in range(2):
        completed(jobs, "scan")
        swept = jobs.runner.wait(jobs.runner.asked("sweep"))
    assert gone not in desk.indexed()
    assert len(jobs.runner.rows("sweep")) == 1
    assert swept.result == {"indexes": 1, "runs": 0, "whole": True}
    assert len(desk.indexed()) == 4
    jobs.stop()
    jobs.join()
