"""`.search`: a folder for each query, and nobody comes upon it."""

import re
from pathlib import Path

import pytest
import sound

from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.drive import Drive
from musfuse.drive.branches import search
from musfuse.drive.branches.search import SearchBranch
from musfuse.drive.branches.turns import Turns
from musfuse.drive.changes import Change
from musfuse.errors import BadNameError, BusyError, NoEntryError, NotAFolderError, NotALinkError, TooSlowError
from musfuse.model import NodeKind


class Asked:
    """Counts the searches that a branch makes, and has a clock of its own."""

    def __init__(self, branch: SearchBranch) -> None:
        self.texts: list[str] = []
        self.now = 0.0
        self._find = branch._find
        branch._find, branch._clock = self.find, lambda: self.now

    def find(self, text: str, most: int) -> object:
        self.texts.append(text)
        return self._find(text, most)


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number, (artist, title) in enumerate((("Ann", "One"), ("Ann", "Two"), ("Bob", "One more"), ("Bob", "Ünder"))):
        sound.write(music / f"{number}.flac", 9000 + number, seed=number + 1, artist=artist, album="Best", title=title)
    return make_library(view__policy="original", art__covers=False)


@pytest.fixture
def asked(library: Library) -> Asked:
    (branch,) = (branch for branch in library.drive.tree._branches if isinstance(branch, SearchBranch))
    return Asked(branch)


def names(drive: Drive, path: str) -> list[str]:
    return [entry.name for entry in drive.list(path)]


def test_nobody_comes_upon_it(library: Library, asked: Asked) -> None:
    drive = library.drive
    assert names(drive, "") == ["Ann", "Bob"]
    assert drive.attr(".search").kind is NodeKind.FOLDER
    assert names(drive, ".search") == []
    assert list(drive.names(".search")) == []
    assert drive.attr(".search/ann").kind is NodeKind.FOLDER
    assert not drive.visit(".search/ann")  # a system may not keep what is listed
    assert not drive.visit(".search")
    assert drive.visit("Ann")
    for name in ("cover.jpg", "desktop.ini", ".nomedia", "Ann"):
        with pytest.raises(NoEntryError):
            drive.attr(f".search/ann/{name}")
    assert asked.texts == []


def test_a_listing_has_what_the_query_finds_by_rank(library: Library, asked: Asked) -> None:
    assert names(library.drive, ".search/one") == ["001 - Ann - One.flac", "002 - Bob - One more.flac"]
    assert names(library.drive, ".search/artist:bob -more") == ["001 - Bob - Ünder.flac"]
    assert names(library.drive, ".search/unde* OR two") == ["001 - Ann - Two.flac", "002 - Bob - Ünder.flac"]
    assert names(library.drive, ".search/sort:-title artist:bob") == [
        "001 - Bob - Ünder.flac",
        "002 - Bob - One more.flac",
    ]
    assert names(library.drive, ".search/nothing") == []
    assert names(library.drive, ".search/artist：bob “one more”") == ["001 - Bob - One more.flac"]
    assert len(asked.texts) == 6


def test_an_entry_is_the_track(library: Library) -> None:
    drive = library.drive
    plain, same = drive.attr("Ann/Best/One.flac"), drive.attr(".search/one/001 - Ann - One.flac")
    assert (same.kind, same.size, same.mtime_ns, same.version) == (
        plain.kind,
        plain.size,
        plain.mtime_ns,
        plain.version,
    )
    assert same.node != plain.node
    opened, other = drive.open(".search/one/001 - Ann - One.flac"), drive.open("Ann/Best/One.flac")
    assert drive.read_at(opened.handle, 0, 1 << 20) == drive.read_at(other.handle, 0, 1 << 20)
    for handle in (opened.handle, other.handle):
        drive.close(handle)
    with pytest.raises(NotALinkError):
        drive.target(".search/one/001 - Ann - One.flac")  # this drive tells of no links


def test_where_there_are_links_it_is_one(library: Library) -> None:
    drive = library.drive.telling_links()
    (one, _) = drive.list(".search/one")
    assert one.kind is NodeKind.LINK
    target = drive.target(f".search/one/{one.name}")
    assert target == "../../Ann/Best/One.flac"
    attr = drive.attr(f".search/one/{one.name}")
    assert (attr.kind, attr.size, one.size) == (NodeKind.LINK, len(target), len(target))
    with pytest.raises(NotALinkError):
        drive.target("Ann/Best/One.flac")
    assert drive.attr("Ann/Best/One.flac").kind is NodeKind.FILE


def test_a_query_that_is_none_says_why(library: Library) -> None:
    drive = library.drive
    for query, said in (
        ("artst:x", "did you mean artist?"),
        ('"open', "a quote that is not closed"),
        ("a OR", "missing beside OR"),
    ):
        assert names(drive, f".search/{query}") == ["README.txt"]
        opened = drive.open(f".search/{query}/README.txt")
        text = drive.read_at(opened.handle, 0, 9999).decode()
        drive.close(opened.handle)
        assert said in text
        assert "What a search may say" in text
        assert drive.attr(f".search/{query}/README.txt").size == len(text.encode())


@pytest.mark.parametrize(
    "name",
    [
        "desktop.ini", "Desktop.ini", "autorun.inf", "Thumbs.db", ".git", "cover.jpg", "folder.jpg", "._x", ".DS_Store", ".hidden", "$RECYCLE.BIN",
        "System Volume Information", ".Trash-1000", "AlbumArtSmall.jpg", "@eaDir", "lost+found", "x.nfo", "  ",
    ],
)  # fmt: skip
def test_what_systems_look_for_everywhere_is_no_query(library: Library, asked: Asked, name: str) -> None:
    with pytest.raises(NoEntryError):
        library.drive.attr(f".search/{name}")
    assert asked.texts == []


@pytest.mark.parametrize(
    "name", [".38 special", "ac dc", "...and justice", "100%", "a' OR 1=1 --", "x" * 300, "\u202eabc"]
)
def test_any_other_name_is_one(library: Library, asked: Asked, name: str) -> None:
    assert library.drive.attr(f".search/{name}").name == name
    list(library.drive.list(f".search/{name}"))
    assert asked.texts == [name[:256]]


def test_a_name_that_is_no_text_is_none(library: Library) -> None:
    with pytest.raises(BadNameError):
        library.drive.attr(".search/a\udcff")
    with pytest.raises(NotAFolderError):
        library.drive.attr(".search/one/001 - Ann - One.flac/x")


def test_what_was_found_stays_for_five_minutes(library: Library, asked: Asked) -> None:
    drive, told = library.drive, list[Change]()
    before = names(drive, ".search/one")
    changes = Told(told)
    drive.changes.listen(changes)
    retitle(library, "Bob/Best/One more.flac", "Else")
    asked.now = 299.0
    assert names(drive, ".search/one") == before
    assert drive.attr(f".search/one/{before[1]}").kind is NodeKind.FILE
    assert asked.texts == ["one"]
    told.clear()
    asked.now = 301.0
    assert names(drive, ".search/one") == before[:1]
    assert asked.texts == ["one", "one"]
    assert [change.gone for change in told if change.gone] == [[".search/one", f".search/one/{before[1]}"]]
    with pytest.raises(NoEntryError):
        drive.attr(f".search/one/{before[1]}")


def test_one_that_took_too_long_is_soon_looked_for_again(library: Library, asked: Asked) -> None:
    find, told = asked._find, list[Change]()

    def slow(text: str, most: int) -> object:
        raise TooSlowError("the search took over 5 s")

    asked._find = slow
    assert names(library.drive, ".search/one") == ["README.txt"]
    asked.now, asked._find = 14.0, find
    assert names(library.drive, ".search/one") == ["README.txt"]
    library.drive.changes.listen(Told(told))
    asked.now = 16.0
    assert names(library.drive, ".search/one")[0] == "001 - Ann - One.flac"
    assert [change.gone for change in told if change.gone] == [[".search/one", ".search/one/README.txt"]]
    with pytest.raises(NoEntryError):
        library.drive.attr(".search/one/README.txt")


def test_who_waits_too_long_for_other_searches_may_try_again(library: Library, asked: Asked) -> None:
    (branch,) = (branch for branch in library.drive.tree._branches if isinstance(branch, SearchBranch))
    branch._turns = Turns(1, patience=0.0)
    with branch._turns.taken("another"), pytest.raises(BusyError, match="try again"):
        library.drive.list(".search/one")
    assert len(names(library.drive, ".search/one")) == 2


class Told:
    """Hears of changes."""

    def __init__(self, heard: list[Change]) -> None:
        self._heard = heard

    def changed(self, change: Change) -> None:
        self._heard.append(change)

    def held(self, stale: bool) -> None:
        pass

    def caught_up(self, seconds: float) -> bool:
        return True


def retitle(library: Library, path: str, title: str) -> None:
    from musfuse.service.requests.tags import SetTags

    library.handlers().call(SetTags(author="me", targets=((path, ""),), fields=(f"title={title}",)))


def test_a_retag_is_found_at_once(library: Library) -> None:
    assert names(library.drive, ".search/quite") == []
    retitle(library, "Ann/Best/Two.flac", "Quite Other")
    assert names(library.drive, ".search/quite other") == ["001 - Ann - Quite Other.flac"]


def test_a_link_follows_its_track(library: Library, music: Path) -> None:
    drive = library.drive.telling_links()
    assert drive.target(".search/two/001 - Ann - Two.flac") == "../../Ann/Best/Two.flac"
    retitle(library, "Ann/Best/Two.flac", "Else")
    assert drive.target(".search/two/001 - Ann - Two.flac") == "../../Ann/Best/Else.flac"
    (music / "1.flac").unlink()
    library.scan_all(library.scanner())
    with pytest.raises(NoEntryError):
        drive.target(".search/two/001 - Ann - Two.flac")
    assert list(drive.list(".search/two")) == []


def test_a_file_is_found_by_a_name_that_it_had(library: Library, asked: Asked) -> None:
    """As a player does that is started again."""
    assert library.drive.attr(".search/one/001 - Ann - One.flac").kind is NodeKind.FILE
    with pytest.raises(NoEntryError):
        library.drive.attr(".search/one/009 - Ann - One.flac")
    assert asked.texts == ["one"]


def test_memory_has_a_bound(library: Library, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    (branch,) = (branch for branch in library.drive.tree._branches if isinstance(branch, SearchBranch))
    for number in range(1100):
        list(library.drive.list(f".search/x{number}"))
    assert len(branch._kept) == 1000
    assert branch._kept.weight <= search._WEIGHT
    list(library.drive.list(".search/x1099"))
    assert asked.texts.count("x1099") == 1


def test_each_view_finds_what_it_shows(library: Library) -> None:
    from musfuse.service.requests.views import AddView

    library.handlers().call(AddView(name="bob", template="$title", filter="artist:bob"))
    library.trees.follow()
    library.trees.build()
    drive = library.drives["bob"]
    assert names(drive, ".search/one") == ["001 - Bob - One more.flac"]
    assert drive.telling_links().target(".search/one/001 - Bob - One more.flac") == "../../One more.flac"


def test_names_are_short_and_whole(library: Library) -> None:
    retitle(library, "Ann/Best/One.flac", "x" * 500 + "/\\:*?")
    (name,) = names(library.drive, f".search/{'x' * 100}")
    assert re.fullmatch(r"001 - Ann - x+[^/\\:*?]*\.flac", name)
    assert len(name) <= 130
    assert library.drive.attr(f".search/{'x' * 100}/{name}").kind is NodeKind.FILE
