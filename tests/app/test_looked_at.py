"""What somebody looks at on the drive while a scan runs is scanned first, through a whole library."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.jobs import Jobs
from musfuse.app.library import Library
from musfuse.drive.drive import Asked
from musfuse.errors import NoEntryError
from musfuse.library import scanner as scanner_module
from musfuse.origins import Entry, LocalOrigin

ARTISTS = "abcdefgh"


class Watch:
    """Notes which folders of the sources a scan lists; `at` calls something before one is listed, in a thread of its
    own, as the drive's callers have them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.listed: list[str] = []
        self.at: dict[str, Callable[[], object]] = {}
        real = LocalOrigin.list

        def watched(origin: LocalOrigin, path: str) -> Iterator[Entry]:
            if action := self.at.pop(path, None):
                thread = threading.Thread(target=action)
                thread.start()
                thread.join()
            if path not in self.listed:
                self.listed.append(path)
            return real(origin, path)

        patch.setattr(LocalOrigin, "list", watched)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def album(music: Path, artist: str, number: int) -> None:
    sound.write(music / f"{artist}/{number}/t.wav", 2000, title="T", artist=artist, album=f"{artist}{number}")


def names(library: Library, path: str) -> list[str]:
    try:
        return [entry.name for entry in library.drive.list(path)]
    except NoEntryError:
        return []


def scan(library: Library) -> None:
    library.scan_all(library.scanner())


def test_a_listed_artist_is_scanned_and_shown_before_the_others(make_library: Make, music: Path, watch: Watch) -> None:
    for artist in ARTISTS:
        album(music, artist, 1)
    library = make_library()
    plain = sorted(watch.listed)
    watch.listed = []
    for artist in ARTISTS:
        album(music, artist, 2)  # beside what is known
    shown: list[list[str]] = []
    watch.at = {"b": lambda: names(library, "f"), "b/1": lambda: shown.append(names(library, "f"))}
    scan(library)
    assert watch.listed[:5] == ["", "a", "a/1", "a/2", "b"]  # nobody looked before
    assert watch.listed[5:10] == ["f", "f/1", "f/2", "b/1", "b/2"]
    assert shown == [["f1", "f2"]]
    assert sorted(watch.listed) == sorted([*plain, *(f"{artist}/2" for artist in ARTISTS)])


def test_what_is_looked_at_is_on_the_drive_while_the_scan_goes_on(
    make_library: Make, music: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for artist in ARTISTS:
        album(music, artist, 1)
    library = make_library()
    monkeypatch.setattr(scanner_module, "_BATCH_SECONDS", 1e9)
    sound.write(music / "f/1/new.wav", 2000, title="New", artist="f", album="f1")
    found: list[list[str]] = []
    watch.at = {"": lambda: names(library, "f/f1"), "a": lambda: found.append(names(library, "f/f1"))}
    scan(library)
    assert found == [["New.flac", "T.flac"]]


def test_a_first_scan_shows_names_in_steps_and_a_look_at_them_does_no_harm(
    make_library: Make, music: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner_module, "_BATCH_FILES", 1)
    monkeypatch.setattr(scanner_module, "_WINDOW", 0)
    for artist in ARTISTS:
        for number in (1, 2, 3):
            album(music, artist, number)
    library = make_library(scan=False)
    seen: list[list[str]] = []

    def look() -> None:
        seen.append(names(library, ""))
        seen.append(names(library, "a"))

    watch.at = {"a/2": look}
    scan(library)
    assert seen[0] == ["a"]
    assert seen[1] == ["a1"]
    assert watch.listed[1:5] == ["a", "a/1", "a/2", "a/3"]
    assert sorted(names(library, "")) == list(ARTISTS)


def test_a_first_scan_that_was_cut_off_goes_on_where_somebody_looks(
    make_library: Make, music: Path, watch: Watch
) -> None:
    for artist in ARTISTS:
        for number in (1, 2, 3):
            album(music, artist, number)
    library = make_library(scan=False)
    first = library.scanner()
    watch.at = {"f/2": first.cancel}
    library.scan_all(first)
    assert library.catalog.sources.unscanned()
    assert names(library, "f")[0] == "f1"
    watch.listed = []
    watch.at = {"a": lambda: names(library, "f")}
    scan(library)
    assert watch.listed[:6] == ["", "a", "f", "f/1", "f/2", "f/3"]
    assert names(library, "f") == ["f1", "f2", "f3"]
    assert not library.catalog.sources.unscanned()


def test_the_drive_tells_of_a_listing_once(make_library: Make, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    album(music, "a", 1)
    library = make_library()
    seen: list[str] = []
    monkeypatch.setattr(library.drive, "_asked", Asked(on_listed=lambda node: seen.append(node.name)))
    list(library.drive.list("a"))
    list(library.drive.list("a/a1", sized=True))
    list(library.drive.list("a/a1", after="T.flac", sized=True))  # the same listing goes on
    assert seen == ["a", "a1"]


@pytest.mark.expects_errors
def test_after_a_scan_that_failed_nothing_is_noted(
    make_library: Make, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    album(music, "a", 1)
    library = make_library(index__background=False)
    scanning: list[bool] = []
    with monkeypatch.context() as patch:

        def fail(*_: object) -> object:
            scanning.append(library.interest.scanning)
            names(library, "a")
            raise RuntimeError("disk on fire")

        patch.setattr(library.catalog.files, "known", fail)
        jobs = Jobs(library)
        jobs.start()
        scan = jobs.runner.wait(jobs.request("scan").id)
        jobs.stop()
        jobs.join()
    assert scan.state == "failed"
    assert scanning == [True]
    assert not library.interest.scanning
    assert not library.interest._looked
    names(library, "a")
    assert not library.interest._looked


def test_a_source_that_somebody_looks_into_comes_before_the_others(
    make_library: Make, music: Path, tmp_path: Path, watch: Watch
) -> None:
    for number, name in enumerate("xyz"):
        (tmp_path / name).mkdir()
        album(tmp_path / name, f"of {name}", number)
    album(music, "a", 1)
    library = make_library(scan=False)
    library.add_sources([tmp_path / name for name in "xyz"])
    scan(library)
    watch.listed = []
    watch.at = {"a": lambda: names(library, "of z")}
    assert [Path(result.source).name for result in library.scan_all(library.scanner())] == ["music", "z", "x", "y"]
