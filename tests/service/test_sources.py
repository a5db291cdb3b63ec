"""Sources of a library: added, changed, moved, removed, restored, forgotten; never lost with the catalog."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import sound
from drive.albums import read
from msgspec import structs
from toy import Toy, ToyScheme

from musfuse.app.connection import Connection
from musfuse.app.library import Library, open_library
from musfuse.config import Config
from musfuse.errors import ConfigError, NotFoundError, StoreError
from musfuse.model import NodeKind
from musfuse.origins import LocalScheme, Registry, SourceSpec
from musfuse.service.requests.sources import ListSources, RemoveSource, ShowSource, SourcesAdded
from musfuse.service.sources import KEPT_DAYS, Sourcing
from musfuse.service.tagging import Who
from musfuse.store import KvNamespace

DAY_NS = 86_400 * 1_000_000_000
ME = Who("tester")


class Shelf:
    """A library that can be opened again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.toy = folder, Toy()
        self.library = self.open()

    def open(self) -> Library:
        registry = Registry([LocalScheme(), ToyScheme(toy=self.toy)])
        self.library = open_library(self.folder / "state", Config(), registry=registry)
        return self.library

    def again(self) -> Library:
        self.library.close()
        return self.open()

    @property
    def sourcing(self) -> Sourcing:
        return self.library.sourcing

    def scan(self) -> None:
        self.library.scan_all(self.library.scanner())

    def locations(self, removed: bool = False) -> list[str]:
        return [row.location for row in self.sourcing.list(removed)]


def at(path: object) -> tuple[str, str]:
    return str(path), ""


def shown(library: Library, path: str = "") -> set[str]:
    found = set()
    for entry in library.drive.list(path):
        below = f"{path}/{entry.name}".lstrip("/")
        found |= shown(library, below) if entry.kind is NodeKind.FOLDER else {below}
    return found


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with ExitStack() as closing:
        for number, name in enumerate(("one", "two"), 1):
            sound.write(tmp_path / f"{name}/a.flac", title=f"T{number}", artist="A", album="B", seed=number)
        (tmp_path / "empty").mkdir()
        made = Shelf(tmp_path)
        closing.callback(lambda: made.library.close())
        made.library.add_sources([tmp_path / "one", tmp_path / "two"])
        made.scan()
        yield made


def test_a_library_without_its_catalog_knows_its_sources(shelf: Shelf) -> None:
    before, ids = shown(shelf.library), [row.id for row in shelf.sourcing.list()]
    shelf.library.close()
    for path in (shelf.folder / "state").glob("catalog.db*"):
        path.unlink()
    library = shelf.open()
    assert [row.state for row in shelf.sourcing.list()] == ["not yet scanned"] * 2
    assert [row.id for row in shelf.sourcing.list()] == ids
    shelf.scan()
    assert shown(library) == before == {"A/B/T1.flac", "A/B/T2.flac"}


@pytest.mark.parametrize(("gone", "state"), [("catalog.db", "not yet scanned"), ("user.db", "scanned")])
def test_who_only_reads_makes_no_database_where_one_is_gone(shelf: Shelf, gone: str, state: str) -> None:
    listed = shelf.sourcing.list()
    shelf.library.close()
    for path in (shelf.folder / "state").glob(f"{gone}*"):
        path.unlink()
    with Connection(shelf.folder / "state", Config) as service:
        one = at(shelf.folder / "one")
        assert service.call(ListSources()) == tuple(structs.replace(row, state=state) for row in listed)
        assert service.call(ShowSource(one)).state == state
        assert service.call(RemoveSource(one, dry_run=True)).location == one[0]
    assert not (shelf.folder / f"state/{gone}").exists()
    shelf.open()


def test_a_library_whose_user_db_kept_no_sources_yet_loses_none(shelf: Shelf) -> None:
    """As one made by a version that kept them in the catalog alone."""
    before, listed = shown(shelf.library), shelf.sourcing.list()
    shelf.library.tagging.set([("title:T2", "")], ["genre=Jazz"], ME)
    shelf.library.close()
    with closing(sqlite3.connect(shelf.folder / "state/user.db")) as db:
        db.executescript("DROP TABLE source; DROP TABLE source_place; PRAGMA user_version = 0;")
    library = shelf.open()
    assert shelf.sourcing.list() == listed
    assert shown(library) == before
    assert [row.tags.first("genre") for row in library.tagging.selection.of([("title:T2", "")])] == ["Jazz"]
    for location in shelf.locations():
        shelf.sourcing.remove(at(location))
    assert shelf.again().sources.rows() == []  # what was removed stays away


def test_a_catalog_that_was_not_told_is_told_at_the_start(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if killed between the two commits of a change."""
    monkeypatch.setattr(shelf.sourcing, "_changed", lambda: None)
    shelf.sourcing.remove(at(shelf.folder / "one"))
    shelf.sourcing.add([at(shelf.folder / "empty")])
    shelf.sourcing.change(at(shelf.folder / "empty"), ["priority=1"])
    library = shelf.again()
    assert shown(library) == {"A/B/T2.flac"}
    assert [row.root for row in library.sources.rows()] == [str(shelf.folder / n) for n in ("empty", "two")]


def test_a_place_that_was_also_a_removed_sources_is_there(shelf: Shelf) -> None:
    """Another source was moved to it."""
    one, two = at(shelf.folder / "one"), at(shelf.folder / "two")
    (kept, gone) = (row.id for row in shelf.sourcing.list())
    for _ in range(2):
        shelf.sourcing.remove(two)
        shelf.sourcing.move(one, two)
        for found in (shelf.sourcing.add([two], dry_run=True), shelf.sourcing.add([two])):
            assert (found.there, found.restored) == ((two[0],), ())
        assert shelf.sourcing.show(two).id == kept
        with pytest.raises(ConfigError, match="a source of this library already"):
            shelf.sourcing.restore(two)
        shelf.sourcing.move(two, one)
        shelf.sourcing.restore(two)
        shelf.sourcing.change(two, ["priority=1"])
        assert {row.id for row in shelf.sourcing.list()} == {kept, gone}


def test_a_source_of_an_unknown_kind_that_only_the_catalog_knows_is_kept(shelf: Shelf) -> None:
    shelf.toy.write("Album/x.flac", (shelf.folder / "one/a.flac").read_bytes())
    shelf.library.add_sources(["toy://toy"])
    shelf.scan()
    before = shown(shelf.library)
    shelf.library.close()
    for path in (shelf.folder / "state").glob("user.db*"):
        path.unlink()
    shelf.library = open_library(shelf.folder / "state", Config())  # a process that does not know it
    assert shown(shelf.library) == before
    assert shelf.locations()[-1] == "toy://toy"
    shelf.again()
    shelf.scan()
    assert shown(shelf.library) == before


def test_remove_and_restore(shelf: Shelf) -> None:
    one = at(shelf.folder / "one")
    shelf.library.tagging.set([("title:T1", "")], ["artist=Other"], ME)
    assert shown(shelf.library) == {"Other/B/T1.flac", "A/B/T2.flac"}
    would = shelf.sourcing.remove(one, dry_run=True)
    assert (would.tracks, would.overlays, would.days) == (1, 1, KEPT_DAYS)
    assert len(shelf.locations()) == 2
    assert shelf.sourcing.remove(one) == would
    assert shown(shelf.library) == {"A/B/T2.flac"}
    assert [entry.name for entry in shelf.library.drive.list("")] == ["A"]
    assert shelf.locations() == [str(shelf.folder / "two")]
    (gone,) = shelf.sourcing.list(removed=True)
    assert (gone.location, gone.days_left) == (str(shelf.folder / "one"), KEPT_DAYS)
    with pytest.raises(NotFoundError):
        shelf.library.sources.origin(would.id)
    with pytest.raises(ConfigError, match="no source of this library"):
        shelf.sourcing.remove(one)
    shelf.again()
    assert shelf.sourcing.restore(one, dry_run=True).overlays == 1
    assert len(shelf.locations()) == 1
    shelf.sourcing.restore((would.id, ""))
    shelf.scan()
    assert shown(shelf.library) == {"Other/B/T1.flac", "A/B/T2.flac"}
    assert shelf.locations() == [str(shelf.folder / n) for n in ("one", "two")]


def test_adding_a_removed_place_restores_it(shelf: Shelf) -> None:
    one = at(shelf.folder / "one")
    uid = shelf.sourcing.remove(one).id
    did = shelf.sourcing.add([one, at(shelf.folder / "two"), at(shelf.folder / "empty"), one])
    assert did == SourcesAdded((str(shelf.folder / "empty"),), (one[0],), (str(shelf.folder / "two"),))
    assert shelf.sourcing.list()[0].id == uid


def test_what_was_removed_is_forgotten_after_its_days(shelf: Shelf) -> None:
    now, library = 1_000 * DAY_NS, shelf.library
    user = shelf.sourcing._db
    sourcing = Sourcing(user, shelf.sourcing._catalog, library.collector, shelf.sourcing._registry, lambda: now)
    library.tagging.set([("artist:A", "")], ["genre=Jazz"], ME)
    uid = sourcing.remove(at(shelf.folder / "one")).id
    now += (KEPT_DAYS - 1) * DAY_NS
    sourcing.purge()
    assert sourcing.list(removed=True)[0].days_left == 1
    assert len(list(library.collector.keys(uid))) == 1
    now += DAY_NS
    sourcing.purge()
    assert sourcing.list(removed=True) == ()
    assert list(library.collector.keys(uid)) == []
    assert library.collector.load_overlay(f"{uid}/a.flac#0").fields == {}
    assert len(list(library.collector.keys())) == 1  # the other's stands
    assert [row.location for row in sourcing.list()] == [str(shelf.folder / "two")]
    sourcing.add([at(shelf.folder / "one")])
    shelf.library.sources.reload()
    shelf.scan()
    assert shown(library) == {"A/B/T1.flac", "A/B/T2.flac"}


def test_forgetting_is_one_transaction(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    library = shelf.library
    library.tagging.set([("title:T1", "")], ["genre=Jazz"], ME)
    uid = shelf.sourcing.remove(at(shelf.folder / "one")).id
    monkeypatch.setattr(shelf.sourcing, "_now_ns", lambda: 10**19)

    def fail(uid: str) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(shelf.sourcing._table, "purge", fail)
        with pytest.raises(StoreError):
            shelf.sourcing.purge()
    assert len(list(library.collector.keys(uid))) == 1
    assert len(shelf.locations(removed=True)) == 1
    library.scan_all(library.scanner())  # a scan looks, too
    assert shelf.locations(removed=True) == []
    assert library.stores.kv.get(KvNamespace.TRACK, f"{uid}/a.flac#0") is None


def test_move_keeps_uid_overlays_and_indexes(shelf: Shelf) -> None:
    library, new = shelf.library, shelf.folder / "new"
    library.tagging.set([("title:T1", "")], ["artist=Other"], ME)
    before = library.drive.attr("Other/B/T1.flac").size
    uid, last = shelf.sourcing.list()[0].id, library.collector.last()
    (shelf.folder / "one").rename(new)
    would = shelf.sourcing.move(at(shelf.folder / "one"), at(new), dry_run=True)
    assert shelf.locations()[0] == str(shelf.folder / "one")
    assert shelf.sourcing.move(at(shelf.folder / "one"), at(new)) == would
    assert (would.id, would.overlays, would.tracks, would.new) == (uid, 1, 1, str(new))
    assert library.collector.last() == last  # nothing had to be written
    results = library.scan_all(library.scanner())
    assert [(r.read, r.removed, r.problem) for r in results] == [(0, 0, "")] * 2
    assert library.drive.attr("Other/B/T1.flac").size == before
    assert len(read(library, "Other/B/T1.flac")) == before
    shelf.sourcing.add([at(shelf.folder / "empty")])
    (shelf.folder / "one").mkdir()
    shelf.sourcing.add([at(shelf.folder / "one")])
    assert len({row.id for row in shelf.sourcing.list()}) == 4


def test_set(shelf: Shelf) -> None:
    two = at(shelf.folder / "two")
    would = shelf.sourcing.change(two, ["priority=5", "name=NAS", "follow_links_out=true"], dry_run=True)
    assert shelf.sourcing.show(two).priority == 100
    assert shelf.sourcing.change(two, ["priority=5", "name=NAS", "follow_links_out=true"]) == would
    assert [(change.key, change.before, change.after) for change in would.changes] == [
        ("name", "", "NAS"), ("priority", "100", "5"), ("follow_links_out", "", "true"),
    ]  # fmt: skip
    assert shelf.locations() == [str(shelf.folder / n) for n in ("two", "one")]
    assert [row.root for row in shelf.library.sources.rows()] == shelf.locations()
    assert shelf.sourcing.show(("NAS", "/somewhere/NAS")).options == {"follow_links_out": "true"}
    assert shelf.sourcing.change(("NAS", ""), ["follow_links_out=", "name="]).changes
    assert shelf.sourcing.show(two).options == {}
    assert shelf.sourcing.change(two, ["priority=5"]).changes == ()
    shelf.sourcing.change(two, ["priority="])
    assert shelf.sourcing.show(two).priority == 100


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("priority", "is no KEY=VALUE"), ("=1", "is no KEY=VALUE"), ("priority=x", "a whole number"),
        ("priority=-1", "a whole number"), ("priority=9999999999999", "a whole number"), ("priority=²", "a whole number"),
        ("kind=film", "one of music"), ("name=a/b", "no name"), ("name=\ud800", "no name"), ("name=a\nb", "no name"),
        ("name=One", "is the name of"), ("colour=red", "no option of a file:// source"), ("colour=", "no option"),
        ("follow_links_out=maybe", "one of true, false"),
    ],
)  # fmt: skip
def test_what_cannot_be_set(shelf: Shelf, wrong: str, said: str) -> None:
    shelf.sourcing.change(at(shelf.folder / "one"), ["name=One"])
    before = shelf.sourcing.show(at(shelf.folder / "two"))
    with pytest.raises(ConfigError, match=said):
        shelf.sourcing.change(at(shelf.folder / "two"), ["priority=3", wrong] if wrong[:8] != "priority" else [wrong])
    assert shelf.sourcing.show(at(shelf.folder / "two")) == before
    with pytest.raises(ConfigError, match="comes twice"):
        shelf.sourcing.change(at(shelf.folder / "two"), ["name=a", "name=b"])


def test_places_that_cannot_be_sources(shelf: Shelf) -> None:
    folder = shelf.folder
    (folder / "one/below").mkdir()
    for place, said in (
        (folder, "overlaps the source"), (folder / "one/below", "overlaps the source"), (folder / "no", "no such folder"),
        ("gopher://x", "known are file://, toy://"), ("toy://other", "no such shelf"), ("toy://a:b@toy", "password"),
    ):  # fmt: skip
        for call in (
            lambda place=place: shelf.sourcing.add([at(folder / "empty"), at(place)]),
            lambda place=place: shelf.sourcing.move(at(folder / "two"), at(place)),
        ):
            if place == folder / "one/below" or "one" not in str(place):
                with pytest.raises(ConfigError, match=said):
                    call()
    assert shelf.locations() == [str(folder / n) for n in ("one", "two")]
    shelf.sourcing.remove(at(folder / "one"))
    shelf.sourcing.add([at(folder / "one/below")])
    with pytest.raises(ConfigError, match="overlaps"):
        shelf.sourcing.restore(at(folder / "one"))


@pytest.mark.parametrize("told", [True, False])
def test_one_that_is_removed_while_it_is_scanned(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    """Also where the scan finds its rows gone before anybody else was told."""
    if not told:
        monkeypatch.setattr(shelf.sourcing, "adopt", lambda: None)
    library = shelf.library
    for n in range(30):
        sound.write(shelf.folder / f"one/{n:02}/a.flac", title=f"N{n}", artist="A", album="B", samples=2000)
    scanner = library.scanner()
    real, calls = scanner._files.enter, 0

    def enter(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 10:
            shelf.sourcing.remove(at(shelf.folder / "one"))
            shelf.sourcing.add([at(shelf.folder / "empty")])
        return real(*args)  # type: ignore[arg-type]

    scanner._files.enter = enter  # type: ignore[method-assign, assignment]
    try:
        results = library.scan_all(scanner)
    finally:
        scanner._files.enter = real  # type: ignore[method-assign]
    assert [r.source for r in results] == [str(shelf.folder / "two")]
    library.name_tracks()
    assert shown(library) == {"A/B/T2.flac"}
    with library.catalog.database.read() as db:
        assert db.execute("SELECT count(*) FROM file").fetchone() == (1,)


def test_one_that_only_another_system_knows_is_away_and_can_be_removed(shelf: Shelf) -> None:
    """As a share of Windows where its library is restored elsewhere."""
    share, before = "file://server/share" if os.name == "posix" else "file:///music", shown(shelf.library)
    shelf.sourcing._table.put(SourceSpec("share", "file", share), 1)
    library = shelf.again()
    assert shown(library) == before
    assert [row.location for row in shelf.sourcing.list()][-1] == share
    *there, away = library.scan_all(library.scanner())
    assert [result.problem for result in there] == ["", ""]
    assert share in away.problem
    shelf.sourcing.add([at(shelf.folder / "empty")])
    shelf.sourcing.remove((share, share))
    assert share not in shelf.locations()


class Meanwhile:
    """A lock; when it is let go of first, something happens in another thread."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._lock, self._acts = threading.Lock(), [act]

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        if self._acts:
            self._acts.pop()()


def test_the_last_one_goes_while_its_origin_is_asked_for(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.sourcing.remove(at(shelf.folder / "one"))
    sources, (row,) = shelf.library.sources, shelf.library.sources.rows()
    lock = Meanwhile(lambda: shelf.sourcing.remove(at(shelf.folder / "two")))
    monkeypatch.setattr(sources, "_lock", lock)
    assert sources.origin(row.uid).uid == row.uid  # it was asked for first
    with pytest.raises(NotFoundError):
        sources.origin(row.uid)


def test_a_kind_of_source_that_is_not_known_any_more_is_away(shelf: Shelf) -> None:
    shelf.toy.write("Album/x.flac", (shelf.folder / "one/a.flac").read_bytes())
    shelf.library.add_sources(["toy://toy"])
    shelf.scan()
    before = shown(shelf.library)
    assert len(before) == 3
    shelf.library.close()
    shelf.library = open_library(shelf.folder / "state", Config())
    assert shown(shelf.library) == before
    results = shelf.library.scan_all(shelf.library.scanner())
    assert [bool(r.problem) for r in results] == [False, False, True]
    assert "no kind of source that is known here" in results[2].problem
    assert shown(shelf.library) == before
    assert shelf.locations()[2] == "toy://toy"


def test_a_folder_whose_name_is_no_text(shelf: Shelf) -> None:
    odd = shelf.folder / "odd\udcff"
    try:
        odd.mkdir()
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such names")
    sound.write(shelf.folder / "t.flac", title="Odd", artist="A", album="B", seed=9).rename(odd / "t.flac")
    shelf.library.add_sources([odd])
    shelf.scan()
    assert "A/B/Odd.flac" in shown(shelf.library)
    assert shelf.locations()[2] == str(odd)
    library = shelf.again()
    assert "A/B/Odd.flac" in shown(library)
    (found,) = library.tagging.selection.of([(f"{odd}/t.flac", f"{odd}/t.flac")])
    assert found.source == f"{odd}/t.flac"
