"""`.collections`: folders and playlists of what collections have, and nobody comes upon them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sound

from drive.conftest import Make
from drive.test_changes import Hearer
from musfuse.app.library import Library
from musfuse.drive import Drive
from musfuse.drive.branches.collections import CollectionsBranch
from musfuse.drive.branches.turns import Turns
from musfuse.drive.changes import Change
from musfuse.drive.listening import Played
from musfuse.errors import BusyError, NoEntryError, StoreError, TooSlowError
from musfuse.library.collections.built_in import BUILT_IN
from musfuse.library.userdb import Play
from musfuse.model import NodeKind
from musfuse.service.requests.collections import CreateCollection, DeleteCollection, EditCollection
from musfuse.service.requests.library import ListReport
from musfuse.service.requests.plays import ClearHistory
from musfuse.service.requests.ratings import RateTracks
from musfuse.service.requests.tags import SetTags
from musfuse.service.requests.views import AddView


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number, (artist, title, year) in enumerate(
        (("Ann", "One", "1985"), ("Bob", "Two", "1991"), ("Bob", "#3", "1988"))
    ):
        sound.write(
            music / f"{number}.flac", 44_100, seed=number + 1, artist=artist, album="Best", title=title, date=year
        )
    return make_library(
        view__policy="original", view__template="$artist/$title", art__covers=False, index__background=False
    )


class Clock:
    """A clock of its own, and which collections were asked."""

    def __init__(self, branch: CollectionsBranch) -> None:
        self.now, self.asked = 0.0, list[str]()
        shown = branch._shown()
        tracks = shown.tracks

        def counted(name: str) -> list[tuple[int, str, str]]:
            self.asked.append(name)
            return tracks(name)

        shown.tracks = counted  # type: ignore[method-assign]
        branch._clock = lambda: self.now


@pytest.fixture
def clock(library: Library) -> Clock:
    return Clock(branch_of(library))


def branch_of(library: Library) -> CollectionsBranch:
    (branch,) = (one for one in library.drive.tree._branches if isinstance(one, CollectionsBranch))
    return branch


def names(drive: Drive, path: str) -> list[str]:
    return [entry.name for entry in drive.list(path)]


def text(drive: Drive, path: str) -> str:
    size = drive.attr(path).size
    opened = drive.open(path)
    try:
        data = drive.read_at(opened.handle, 0, 1 << 20)
    finally:
        drive.close(opened.handle)
    assert size == opened.size == len(data)
    return data.decode()


def gone_of(told: Hearer) -> list[str]:
    return [path for change in told.heard if isinstance(change, Change) for path in change.gone]


def test_nobody_comes_upon_them_and_names_cost_nothing(library: Library, clock: Clock) -> None:
    drive = library.drive
    assert names(drive, "") == ["Ann", "Bob"]
    listed = list(drive.list(".collections"))
    assert sorted(entry.name for entry in listed) == sorted(
        f"{name}{end}" for name in BUILT_IN for end in ("", ".m3u8")
    )
    assert {entry.size for entry in listed if entry.kind is NodeKind.FILE} == {None}
    assert drive.attr(".collections/80s").kind is NodeKind.FOLDER
    for name in ("none", "none.m3u8", "cover.jpg", ".hidden", "80s.m3u", "80s/cover.jpg", "80s.m3u8.m3u8"):
        with pytest.raises(NoEntryError):
            drive.attr(f".collections/{name}")
    assert not drive.visit(".collections")
    assert not drive.visit(".collections/80s")
    assert clock.asked == []


def test_tracks_in_order_as_files_and_as_links(library: Library) -> None:
    drive = library.drive
    assert names(drive, ".collections/80s") == ["001 - Ann - One.flac", "002 - Bob - #3.flac"]
    plain, same = drive.attr("Ann/One.flac"), drive.attr(".collections/80s/001 - Ann - One.flac")
    assert (same.kind, same.size, same.version) == (plain.kind, plain.size, plain.version)
    assert drive.telling_links().target(".collections/80s/002 - Bob - #3.flac") == "../../Bob/#3.flac"
    assert names(drive, ".collections/60s") == []


def test_a_playlist_plays_from_where_it_lies(library: Library) -> None:
    assert text(library.drive, ".collections/80s.m3u8").splitlines() == [
        "#EXTM3U", "#PLAYLIST:80s", "#EXTINF:1,Ann - One", "../Ann/One.flac", "#EXTINF:1,Bob - #3", "../Bob/#3.flac",
    ]  # fmt: skip
    assert text(library.drive, ".collections/60s.m3u8") == "#EXTM3U\n#PLAYLIST:60s\n"
    sized = {entry.name: entry.size for entry in library.drive.list(".collections", sized=True)}
    assert sized["80s.m3u8"] == library.drive.attr(".collections/80s.m3u8").size


def test_a_minute_goes_by_or_something_changes(library: Library, clock: Clock) -> None:
    drive = library.drive
    assert names(drive, ".collections/Recently Played") == []
    _, row = drive.row("Bob/Two.flac")
    assert row is not None
    library.playing.table.add([Play(row.public, int(2e18), 0)])
    clock.now = 59.0
    assert names(drive, ".collections/Recently Played") == []
    clock.now = 61.0
    assert names(drive, ".collections/Recently Played") == ["001 - Bob - Two.flac"]
    assert clock.asked == ["Recently Played"] * 2
    assert names(drive, ".collections/80s")[1:] == ["002 - Bob - #3.flac"]
    before = text(drive, ".collections/80s.m3u8")
    library.handlers().call(SetTags(author="me", targets=(("Bob/#3.flac", ""),), fields=("title=Else", "date=1999")))
    told = Hearer()
    drive.changes.listen(told)
    assert drive.attr(".collections/80s/002 - Bob - #3.flac").kind is NodeKind.FILE  # until somebody lists it again
    assert names(drive, ".collections/80s") == ["001 - Ann - One.flac"]
    assert ".collections/80s/002 - Bob - #3.flac" in gone_of(told)
    assert names(drive, ".collections/90s") == ["001 - Bob - Else.flac", "002 - Bob - Two.flac"]
    assert text(drive, ".collections/80s.m3u8") != before


def test_who_was_told_a_size_hears_that_it_is_another(library: Library, clock: Clock) -> None:
    drive, service = library.drive, library.handlers()
    before = drive.attr(".collections/80s.m3u8").size
    told = Hearer()
    drive.changes.listen(told)
    service.call(SetTags(author="me", targets=(("Bob/#3.flac", ""),), fields=("date=1999",)))
    assert ".collections/80s.m3u8" in gone_of(told)
    assert ".collections/90s.m3u8" not in gone_of(told)  # nobody knows it
    assert (drive.attr(".collections/80s.m3u8").size or 0) < (before or 0)


def test_what_is_heard_or_thought_of_a_track_is_seen_at_once(library: Library, clock: Clock) -> None:
    drive, service = library.drive, library.handlers()
    service.call(CreateCollection("Good", '{"type": "Rating", "min": 4}'))
    assert names(drive, ".collections/Good") == []
    assert text(drive, ".collections/Good.m3u8").count("\n") == 2
    service.call(RateTracks(targets=(("Bob/Two.flac", ""),), stars=5))
    assert names(drive, ".collections/Good") == ["001 - Bob - Two.flac"]
    assert text(drive, ".collections/Good.m3u8").endswith("../Bob/Two.flac\n")
    _, row = drive.row("Bob/Two.flac")
    assert row is not None
    names(drive, ".collections/Recently Played")
    library.playing._ended(Played(row, 1.0))
    assert names(drive, ".collections/Recently Played") == ["001 - Bob - Two.flac"]
    service.call(ClearHistory())
    assert names(drive, ".collections/Recently Played") == []


@pytest.mark.parametrize("change", [lambda branch: branch.forget(None), CollectionsBranch.collections_changed])
def test_what_was_found_while_something_changed_is_not_kept(
    library: Library, clock: Clock, change: Callable[[CollectionsBranch], None]
) -> None:
    branch = branch_of(library)
    shown = branch._shown()
    tracks, playlist = shown.tracks, shown.playlist

    def changing(name: str) -> list[tuple[int, str, str]]:
        found = tracks(name)
        change(branch)
        return found

    def changing_too(name: str) -> tuple[bytes, Sequence[int]]:
        found = playlist(name)
        change(branch)
        return found

    shown.tracks, shown.playlist = changing, changing_too  # type: ignore[method-assign]
    names(library.drive, ".collections/80s")
    names(library.drive, ".collections/80s")
    assert clock.asked == ["80s"] * 2
    assert library.drive.attr(".collections/80s.m3u8").size
    assert not list(branch._texts.items())


def test_who_waits_too_long_for_others_may_try_again(library: Library) -> None:
    branch, drive = branch_of(library), library.drive
    branch._turns = Turns(1, patience=0.0)
    with branch._turns.taken("another"):
        for path in ("80s", "80s.m3u8"):
            with pytest.raises(BusyError, match=f".collections/{path}: .*try again"):
                next(iter(drive.list(".collections/80s"))) if path == "80s" else drive.attr(f".collections/{path}")
    assert len(names(drive, ".collections/80s")) == 2
    assert drive.attr(".collections/80s.m3u8").size


def test_collections_come_change_and_go_at_once(library: Library) -> None:
    drive, service = library.drive, library.handlers()
    service.call(CreateCollection("Bob's", "artist:bob sort:title"))
    assert names(drive, ".collections/Bob's") == ["001 - Bob - #3.flac", "002 - Bob - Two.flac"]
    told = Hearer()
    drive.changes.listen(told)
    service.call(EditCollection("Bob's", "artist:bob two"))
    assert names(drive, ".collections/Bob's") == ["001 - Bob - Two.flac"]
    service.call(EditCollection("Bob's", new_name="Bobs"))
    with pytest.raises(NoEntryError):
        drive.attr(".collections/Bob's")
    with pytest.raises(NoEntryError):
        drive.attr(".collections/Bob's/001 - Bob - Two.flac")
    assert drive.attr(".collections/Bobs.m3u8").kind is NodeKind.FILE
    service.call(DeleteCollection("Bobs"))
    gone = set(gone_of(told))
    assert gone >= {
        ".collections",
        ".collections/Bob's",
        ".collections/Bob's.m3u8",
        ".collections/Bob's/001 - Bob - Two.flac",
    }
    assert not any("Bob" in name for name in names(drive, ".collections"))
    service.call(EditCollection("80s", hidden=True))
    assert "80s" not in names(drive, ".collections")
    with pytest.raises(NoEntryError):
        drive.attr(".collections/80s")


def test_one_whose_rule_cannot_be_read_is_empty_and_reported(library: Library) -> None:
    library.stores.user.execute(
        "INSERT INTO collection (name, name_key, query, created_ns) VALUES ('Odd', 'ODD', '{', 1)"
    )
    assert names(library.drive, ".collections/Odd") == []
    assert "its rule cannot be read" in text(library.drive, ".collections/Odd.m3u8")
    (line,) = library.handlers().rows(ListReport())
    assert (line.kind, line.path) == ("collection", ".collections/Odd")
    assert "cannot be read" in line.reason


def test_a_database_that_fails_is_an_error(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Iterator[object]:
        raise StoreError("user.db: disk I/O error")

    monkeypatch.setattr(library.stores.user.kv, "execute", fails)
    for path in (".collections", ".collections/80s"):
        with pytest.raises(StoreError):
            list(library.drive.list(path))


def test_one_that_takes_too_long_hides_no_other(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = branch_of(library)._shown()
    playlist, tracks = shown.playlist, shown.tracks

    def slow(act: Callable[[str], Any]) -> Callable[[str], Any]:
        def slowly(name: str) -> Any:
            if name == "80s":
                raise TooSlowError("80s: took over 5 s")
            return act(name)

        return slowly

    monkeypatch.setattr(shown, "playlist", slow(playlist))
    monkeypatch.setattr(shown, "tracks", slow(tracks))
    listed = [entry.name for entry in library.drive.list(".collections", sized=True)]
    assert "80s.m3u8" not in listed
    assert {"80s", "90s", "90s.m3u8"} < set(listed)
    for act in (
        lambda: list(library.drive.list(".collections/80s")),
        lambda: library.drive.attr(".collections/80s.m3u8"),
    ):
        with pytest.raises(TooSlowError):
            act()


def test_what_is_opened_is_told_for_what_is_played_next(library: Library) -> None:
    heard = list[list[int]]()
    branch_of(library)._on_opened = lambda items: heard.append(list(items))
    text(library.drive, ".collections/80s.m3u8")
    list(library.drive.list(".collections"))
    library.drive.attr(".collections/90s/001 - Bob - Two.flac")
    list(library.drive.list(".collections/80s"))
    assert len(heard) == 2
    assert heard[0] == heard[1]
    assert len(heard[0]) == 2


def test_each_view_has_what_it_shows(library: Library) -> None:
    library.handlers().call(AddView(name="bob", template="$title", filter="artist:bob"))
    library.trees.follow()
    library.trees.build()
    drive = library.drives["bob"]
    assert names(drive, ".collections/80s") == ["001 - Bob - #3.flac"]
    assert drive.telling_links().target(".collections/80s/001 - Bob - #3.flac") == "../../#3.flac"
    assert text(drive, ".collections/80s.m3u8").splitlines()[-1] == "../#3.flac"


def test_memory_has_a_bound(library: Library) -> None:
    branch, service = branch_of(library), library.handlers()
    for number in range(30):
        service.call(CreateCollection(f"c{number}", "artist:bob"))
    branch._kept = type(branch._kept)(1000, lambda listed: 100)
    for number in range(30):
        list(library.drive.list(f".collections/c{number}"))
    assert len(branch._kept) == 10
