"""A kind of source that only the tests know: nothing elsewhere has a line about it."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.albums import read
from patient import until
from tests_support import describe
from toy import Entry, Toy, ToyScheme

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.errors import AwayError, ConfigError, MusfuseError, NoEntryError, UnavailableError
from musfuse.events.originals import OriginConnected, OriginDisconnected
from musfuse.media.indexing.pool import Priority
from musfuse.model import NodeKind, Stamp
from musfuse.origins import IndexWhen, LocalScheme, Registry, SourceStat
from musfuse.service.tagging import Who

CONFIG = load_config(default_sections(), flags={"index.background": False, "index.wait_seconds": 60}).config


@pytest.fixture
def shelf(tmp_path: Path, music: Path) -> Toy:
    """The same files on a shelf far away as in `music`."""
    toy = Toy(latency=0.02)
    for number, name in enumerate(("one.wav", "two.flac", "three.aiff"), 1):
        path = sound.write(music / f"Album/{name}", 200_000, title=f"T{number}", artist="A", album="B", seed=number)
        toy.write(f"Album/{name}", path.read_bytes())
    (music / "Album/cover.png").write_bytes(sound.picture())
    toy.write("Album/cover.png", sound.picture())
    return toy


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def open_toy(tmp_path: Path, toy: Toy, closing: ExitStack) -> Library:
    registry = Registry([LocalScheme(), ToyScheme(shelf=toy)])
    return open_library(tmp_path / "state", CONFIG, closing, sources=["toy://SHELF/"], registry=registry)


def shown(library: Library, path: str = "") -> set[str]:
    found = set()
    for entry in library.drive.list(path):
        below = f"{path}/{entry.name}".lstrip("/")
        found |= shown(library, below) if entry.kind is NodeKind.FOLDER else {below}
    return found


def scan(library: Library) -> list[str]:
    return [result.problem for result in library.scan_all(library.scanner())]


def index(library: Library) -> None:
    done, failed = library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None)
    assert (done, failed) == (2, 0)


def test_it_is_scanned_indexed_and_played_as_any_other(
    tmp_path: Path, music: Path, shelf: Toy, closing: ExitStack
) -> None:
    library = open_toy(tmp_path, shelf, closing)
    assert scan(library) == [""]
    index(library)
    local = open_library(tmp_path / "local", CONFIG, closing, sources=[music])
    assert scan(local) == [""]
    index(local)
    assert shown(library) == shown(local)
    assert len(shown(library)) >= 4
    for path in shown(local):
        assert read(library, path) == read(local, path), path
    assert [result.read for result in library.scan_all(library.scanner())] == [0]


def test_it_goes_away_and_comes_back_with_nothing_lost(tmp_path: Path, shelf: Toy, closing: ExitStack) -> None:
    library = open_toy(tmp_path, shelf, closing)
    scan(library)
    index(library)
    tracks = sorted(path for path in shown(library) if path.endswith(".flac"))
    before = {path: read(library, path) for path in tracks}
    library.tagging.set([("title:T2", "")], ["genre=Jazz"], Who("me"))
    library.media.frame_cache.close()
    library.stores.frame_files.close()
    library.sources.origin(library.sources.rows()[0].uid).let_go()
    shelf.away = True
    (problem,) = scan(library)
    assert "the shelf is away" in problem
    assert sorted(path for path in shown(library) if path.endswith(".flac")) == tracks
    with pytest.raises(UnavailableError):
        library.sources.origin(library.sources.rows()[0].uid).stat("")
    assert read(library, tracks[0]) == before[tracks[0]], "what was read before is kept here"
    for files in (library.media.frame_cache, library.stores.frame_files):
        files.close()
    kept = library.stores.chunks.get()
    assert kept is not None
    kept.clear()
    library.sources.origin(library.sources.rows()[0].uid).let_go()
    with pytest.raises(MusfuseError) as caught:
        read(library, tracks[1])
    assert caught.value.errno != NoEntryError.errno
    shelf.away = False
    assert scan(library) == [""]
    for path in tracks:
        assert read(library, path) != before[path] if path.endswith("T2.flac") else read(library, path) == before[path]
    assert library.tagging.selection.of([("genre:jazz", "")]) is not None


@pytest.mark.parametrize("name", ["Album/one.wav", "Album/caf\udce9.wav"])
def test_another_version_is_told_by_its_etag_alone(tmp_path: Path, shelf: Toy, closing: ExitStack, name: str) -> None:
    shelf.files[name] = shelf.files.pop("Album/one.wav")
    library = open_toy(tmp_path, shelf, closing)
    scan(library)
    index(library)
    (path,) = (path for path in shown(library) if path.endswith("T1.flac"))
    before = read(library, path)
    other = sound.write(tmp_path / "x.wav", 200_000, title="T1", artist="A", album="B", seed=77).read_bytes()
    assert len(other) == shelf.files[name][1].size
    shelf.write(name, other, keep_mtime=True)
    (result,) = library.scan_all(library.scanner())
    assert result.read == 1
    assert read(library, path) != before


def test_targets_and_info_take_its_uris_as_they_are(tmp_path: Path, shelf: Toy, closing: ExitStack) -> None:
    library = open_toy(tmp_path, shelf, closing)
    scan(library)
    uri = "toy://shelf/Album/one.wav"
    (found,) = library.tagging.selection.of([(uri, uri)])
    assert (found.source, found.inside) == (uri, "Album/one.wav")
    assert len(list(library.tagging.selection.of([("toy://shelf", "toy://shelf")]))) == 3
    assert len(list(library.tagging.selection.of([("toy://shelf/Album", "toy://shelf/Album")]))) == 3
    with pytest.raises(MusfuseError, match="neither in a source"):
        library.tagging.selection.of([("toy://shelf//Album", "toy://shelf//Album")])
    facts = describe(library, uri, uri)
    assert (facts["kind"], facts["path"], facts["source"]) == ("original", uri, "toy://shelf")
    for path, said in (
        ("no.wav", "no such file, and the last scan saw none"),
        ("new.txt", "not that of an audio format"),
        ("new.wav", "looks for new files"),
    ):
        shelf.write("new.txt", b"x")
        shelf.write("new.wav", b"x")
        with pytest.raises(NoEntryError, match=said):
            describe(library, path, f"toy://shelf/{path}")
    shelf.away = True
    with pytest.raises(NoEntryError, match="the shelf is away"):
        describe(library, "more.wav", "toy://shelf/more.wav")


def test_hostile_listings_are_in_the_report(tmp_path: Path, shelf: Toy, closing: ExitStack) -> None:
    library = open_toy(tmp_path, shelf, closing)
    shelf.lies = [Entry(name, SourceStat(NodeKind.FILE, Stamp(1, 1))) for name in ("../up.flac", "a\0.flac", "", "..")]
    scan(library)
    reports = [report for report in library.catalog.reports.lines() if report.kind == "skipped"]
    assert len(reports) == 8  # in the root and in Album
    assert len([path for path in shown(library) if path.endswith(".flac")]) == 3


def test_a_lazy_source_is_indexed_when_somebody_asks(tmp_path: Path, shelf: Toy, closing: ExitStack) -> None:
    shelf.traits = replace(shelf.traits, index=IndexWhen.LAZY)
    library = open_toy(tmp_path, shelf, closing)
    scan(library)
    assert library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None) == (0, 0)
    before = library.catalog.renditions.pending(library.sizes.tokens())
    assert before == 2
    (path,) = (path for path in shown(library) if path.endswith("T1.flac"))
    assert read(library, path)[:4] == b"fLaC"
    assert library.catalog.renditions.pending(library.sizes.tokens()) == before - 1


def test_one_that_is_never_indexed_shows_its_originals(tmp_path: Path, shelf: Toy, closing: ExitStack) -> None:
    shelf.traits = replace(shelf.traits, index=IndexWhen.NEVER)
    library = open_toy(tmp_path, shelf, closing)
    scan(library)
    reads = shelf.reads
    assert library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None) == (0, 2)
    assert shelf.reads == reads
    names = {path.rsplit("/", 1)[-1] for path in shown(library)}
    assert {"T1.wav", "T2.flac", "T3.aiff"} <= names
    (path,) = (path for path in shown(library) if path.endswith("T1.wav"))
    assert read(library, path) == shelf.files["Album/one.wav"][0]


def test_a_locked_one_is_opened_by_its_secret(
    tmp_path: Path, shelf: Toy, closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_toy(tmp_path, shelf, closing)
    shelf.lock = "sesame"
    (problem,) = scan(library)
    assert "the shelf is locked" in problem
    library.sourcing.change(("toy://shelf", "toy://shelf"), ["key=env:TOY_KEY"])
    (problem,) = scan(library)
    assert "toy://shelf: key: env:TOY_KEY is not set" in problem
    monkeypatch.setenv("TOY_KEY", "mellon")
    (problem,) = scan(library)
    assert "the shelf is locked" in problem
    monkeypatch.setenv("TOY_KEY", "sesame")
    assert scan(library) == [""]
    assert len(shown(library)) >= 4
    kept = (tmp_path / "state/user.db").read_bytes() + (tmp_path / "state/musfuse.log").read_bytes()
    assert b"sesame" not in kept


def test_one_that_cannot_be_looked_into_is_not_added(
    tmp_path: Path, shelf: Toy, closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.lock = "sesame"
    with pytest.raises(ConfigError, match="the shelf is locked"):
        open_toy(tmp_path, shelf, closing)
    assert not (tmp_path / "state").exists()
    shelf.lock = ""
    library = open_toy(tmp_path, shelf, closing)
    library.sourcing.remove(("toy://shelf", ""))
    shelf.lock = "sesame"
    place = ("toy://shelf", "toy://shelf")
    with pytest.raises(ConfigError, match="key: env:TOY_KEY is not set"):
        library.sourcing.add([place], assignments=["key=env:TOY_KEY"])
    assert library.sources.rows() == []
    monkeypatch.setenv("MUSFUSE_SOURCE_NAS_KEY", "sesame")
    added = library.sourcing.add([place], assignments=["name=nas", "key=env:TOY_KEY", "colour=red"])
    assert added.restored == ("toy://shelf",)
    (told,) = library.sourcing.list()
    assert (told.name, library.sourcing.show(("nas", "")).options) == ("nas", {"colour": "red"})
    assert scan(library) == [""]


def test_an_outage_is_told_and_ends_by_itself(tmp_path: Path, shelf: Toy, closing: ExitStack) -> None:
    library = open_toy(tmp_path, shelf, closing)
    heard: list[Any] = []
    for kind in (OriginConnected, OriginDisconnected):
        library.events.listen(kind, heard.append)
    scan(library)
    (uid,) = (row.uid for row in library.sources.rows())
    shelf.away = AwayError
    with pytest.raises(AwayError, match="the shelf is away"):
        library.sources.origin(uid).stat("")
    assert library.sources.outage(uid) is not None
    until(lambda: "away since" in str(library.sourcing.list()[0].state))
    shelf.away = False

    def answers() -> bool:
        with suppress(AwayError):
            return bool(library.sources.origin(uid).stat(""))
        return False

    until(answers)
    until(lambda: library.sourcing.list()[0].state == "scanned")
    assert [type(event) for event in heard] == [OriginConnected, OriginDisconnected, OriginConnected]
    assert library.sources.outage(uid) is None
