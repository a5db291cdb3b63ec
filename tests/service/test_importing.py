"""Libraries of other programs, taken over: what real beets says reaches the drive; all of it or nothing; once."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import sound
from drive.albums import checksum, target
from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from library.exchange import beetsmusic

from musfuse.app.library import Library, open_library
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.errors import ConfigError, StoreError
from musfuse.library.exchange.itunes import FAR
from musfuse.library.imports.planning import CUT, NOWHERE
from musfuse.library.userdb import PlaylistTable, Rating
from musfuse.model import TagSource
from musfuse.service.requests.changes import UndoChange
from musfuse.service.requests.imports import Imported, ImportLibrary, MappingTold, PlanLibrary
from musfuse.service.requests.playlists import ListPlaylistTracks
from musfuse.service.requests.tags import SetTags

ONE = target("album:best title:one")
SAMPLES = Path(__file__).parents[1] / "library/exchange/samples"


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    beetsmusic.write(music)
    sound.write(music / "More.flac", 3000, title="More")
    return make_library(index__background=False, view__policy="original")


@pytest.fixture(params=["1.6.0", "2.14.1"])
def beets(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "beets").mkdir()
    return Path(shutil.copyfile(SAMPLES / f"beets-{request.param}.db", tmp_path / "beets/library.db"))


def run(library: Library, path: Path, **facts: object) -> Imported:
    return library.handlers().call(ImportLibrary(kind="beets", path=path, author="me", **facts))  # type: ignore[arg-type]


def paths(library: Library) -> set[str]:
    with library.catalog.database.read() as db:
        return {name for (name,) in db.execute("SELECT name FROM node WHERE item IS NOT NULL")}


def test_what_beets_says_reaches_the_drive(library: Library, beets: Path, music: Path) -> None:
    before = checksum(music), checksum(beets.parent)
    told = library.handlers().call(PlanLibrary(kind="beets", path=beets))
    assert told.dry_run
    assert "01 - One.flac" in paths(library)
    done = run(library, beets)
    assert (done.tracks, done.found, done.missing) == (4, {"path": 4}, ())
    assert (done.changed, done.rated, done.played, done.change) == (3, 2, 1, 1)
    assert all(mapping.guessed for mapping in done.mappings)
    assert (told.changed, told.fields, told.rated, told.shown) == (done.changed, done.fields, done.rated, done.shown)
    assert "01 - One (Live).flac" in paths(library)
    (one,) = library.tagging.selection.of(ONE)
    assert one.tags.first("mood") == "calm"
    assert library.playing.ratings.of(one.public) == Rating(4, None)
    again = run(library, beets)
    assert (again.changed, again.rated, again.played, again.change) == (0, 0, 0, 0)
    library.handlers().call(UndoChange(author="me"))
    assert "01 - One.flac" in paths(library)
    assert library.playing.ratings.of(one.public) == Rating(4, None)
    assert (checksum(music), checksum(beets.parent)) == before


def test_the_user_stays_in_front(library: Library, beets: Path) -> None:
    library.handlers().call(SetTags(tuple(ONE), ("title=Mine",), author="me"))
    done = run(library, beets)
    assert done.hidden == 1
    assert "01 - Mine.flac" in paths(library)
    assert run(library, beets, source=TagSource.USER).hidden == 0
    assert "01 - One (Live).flac" in paths(library)


def test_all_or_nothing(library: Library, beets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from musfuse.library.imports.lists import Lists

    def fails(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(Lists, "take", fails)
    with pytest.raises(StoreError, match="full"):
        run(library, beets)
    monkeypatch.undo()
    (one,) = library.tagging.selection.of(ONE)
    assert library.playing.ratings.of(one.public) == Rating()
    assert library.collector.last() == 0
    assert run(library, beets).change == 1


def test_parts_and_mappings_are_asked_for(library: Library, beets: Path, music: Path) -> None:
    done = run(library, beets, parts=("plays",), mappings=(f"/srv/music={music}", f".={music}"))
    assert (done.changed, done.rated, done.played) == (0, 0, 1)
    assert done.mappings[0] == MappingTold("/srv/music", str(music), guessed=False)
    for facts, words in (
        ({"parts": ("lyrics",)}, "lyrics: nothing"),
        ({"mappings": ("x",)}, "FROM=TO"),
        ({"source": TagSource.EMBEDDED}, "user, orchestrator or provider"),
    ):
        with pytest.raises(ConfigError, match=words):
            run(library, beets, **facts)


def test_a_kind_that_nobody_knows(library: Library, beets: Path) -> None:
    with pytest.raises(ConfigError, match="winamp: no kind"):
        library.handlers().call(PlanLibrary(kind="winamp", path=beets))


def test_a_library_of_itunes(library: Library, music: Path, tmp_path: Path) -> None:
    from library.exchange import itunesxml

    there = "file://localhost/C:/Users/ann/Music/iTunes/"
    tracks = [
        {"Location": there + "Ann/Best/01%20One.flac", "Name": "One", "Rating": 60, "Play Count": 2, "Loved": True},
        {"Location": there + "Bj%C3%B6rk/De%CC%81but/01%20Crying.flac", "Name": "Crying", "Genre": "Dance"},
        {"Location": "http://radio/", "Track Type": "URL", "Name": "Radio"},
    ]
    lists = [{"Name": "Best of", "items": [2, 1, 3]}, {"Name": "Smart", "Smart Info": "x", "items": [1]}]
    (tmp_path / "Library.xml").write_text(itunesxml.library(tracks, lists))
    asked = ImportLibrary(kind="itunes", path=tmp_path / "Library.xml", author="me")
    done = library.handlers().call(asked)
    assert (done.found, [(one.reason, one.count) for one in done.missing]) == ({"path": 2}, [(FAR, 1)])
    assert (done.changed, done.rated, done.starred, done.played) == (1, 1, 1, 1)
    assert [(one.name, one.fate, one.tracks, one.missing) for one in done.playlists] == [
        ("Best of", "made", 2, 1), ("Smart", "rule", 0, 0),
    ]  # fmt: skip
    shown = [row.path for row in library.handlers().rows(ListPlaylistTracks("best of"))]
    assert shown == ["Björk/Début (1999)/01 - Crying.flac", "Ann/Best (1999)/01 - One.flac"]
    again = library.handlers().call(asked)
    assert (again.change, again.rated, again.starred, again.played, again.playlists[0].fate) == (0, 0, 0, 0, "same")


def test_what_other_programs_note_of_their_files(library: Library, music: Path, tmp_path: Path) -> None:
    from library.exchange import test_mpd, test_navidrome

    with closing(sqlite3.connect(tmp_path / "navidrome.db")) as db:
        db.executescript(test_navidrome.NEW)
        db.execute("UPDATE media_file SET path = 'Ann/Best/01 One.flac', title = 'Other' WHERE id = 'a'")
        db.commit()
    with closing(sqlite3.connect(tmp_path / "sticker.sql")) as db:
        db.executescript(test_mpd.TABLES)
        db.execute("INSERT INTO sticker VALUES ('song', 'Ann/Best/02 Two.flac', 'rating', '6')")
        db.commit()
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/Mine.m3u").write_text(f"{music}/Ann/Best/02 Two.flac\nelsewhere.mp3\n")
    service = library.handlers()
    navidrome = ImportLibrary(
        kind="navidrome", path=tmp_path / "navidrome.db", author="me", user="ann", mappings=(f"/music={music}",)
    )
    done = service.call(navidrome)
    assert (done.found, done.change, done.rated, done.played) == ({"path": 1, "tags": 1}, 0, 1, 1)
    done = service.call(ImportLibrary(kind="mpd", path=tmp_path / "sticker.sql", author="me"))
    assert (done.found, done.rated) == ({"path": 1}, 1)
    done = service.call(ImportLibrary(kind="playlists", path=tmp_path / "lists", author="me"))
    assert [(one.name, one.fate, one.tracks, one.missing) for one in done.playlists] == [("Mine", "made", 1, 1)]
    assert [row.path for row in service.rows(ListPlaylistTracks("mine"))] == ["Ann/Best (1999)/02 - Two.flac"]


def test_parts_of_a_file_that_is_cut_are_known_by_their_numbers(
    make_library: Make, music: Path, tmp_path: Path
) -> None:
    sound.write(music / "Image.flac", 44_100 * 9, seed=9, artist="Ann", album="Image")
    cuts = "".join(f'  TRACK 0{n} AUDIO\n    TITLE "T{n}"\n    INDEX 01 00:0{3 * n - 3}:00\n' for n in (1, 2, 3))
    (music / "Image.cue").write_text(f'PERFORMER "Ann"\nTITLE "Image"\nFILE "Image.flac" WAVE\n{cuts}')
    library = make_library(index__background=False)
    (tmp_path / "x.csv").write_text(
        "real_path,part,rating\n" + "".join(f"{music}/Image.flac,{part},4\n" for part in (2, 0, 7))
    )
    done = library.handlers().call(ImportLibrary(kind="musfuse", path=tmp_path / "x.csv", author="me"))
    assert (done.found, {one.reason: one.count for one in done.missing}) == ({"path": 1}, {CUT: 1, NOWHERE: 1})
    (row,) = [row for row in library.tagging.selection.everything() if row.part == 2]
    assert list(library.playing.ratings.rated(1)) == [(row.public, 4)]


@pytest.mark.parametrize("written", ["cut off in its playlists", "<plist>"])
def test_a_file_that_is_cut_off_changes_nothing(library: Library, music: Path, tmp_path: Path, written: str) -> None:
    from library.exchange import itunesxml

    whole = itunesxml.library([{"Location": f"file://{music}/Ann/Best/01%20One.flac", "Rating": 60, "Genre": "New"}])
    (tmp_path / "Library.xml").write_text(whole[:-30] if "cut" in written else written)
    with pytest.raises(ConfigError, match="no property list that can be read"):
        library.handlers().call(ImportLibrary(kind="itunes", path=tmp_path / "Library.xml", author="me"))
    assert library.collector.last() == 0
    assert list(library.playing.ratings.rated(1)) == []


def test_a_database_that_beets_has_open_is_read(library: Library, beets: Path) -> None:
    with closing(sqlite3.connect(beets, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("UPDATE items SET title = 'In the log' WHERE id = 2")
        assert os.path.getsize(f"{beets}-wal") > 0
        run(library, beets)
    assert "02 - In the log.flac" in paths(library)


def test_nothing_is_left_of_copies(library: Library, beets: Path) -> None:
    copied = with_a_log_left(beets)
    run(library, copied)
    assert "02 - In the log.flac" in paths(library)
    assert list(StateFolder(library.folder).copies.iterdir()) == []
    assert PlaylistTable(library.stores.user).all() == []


def test_a_copy_that_a_kill_left_is_dropped_when_the_library_is_opened(beets: Path, tmp_path: Path) -> None:
    copies = StateFolder(tmp_path / "other").copies
    copies.parent.mkdir()
    killed = subprocess.run([sys.executable, "-c", _KILLED_WHILE_IT_COPIES, with_a_log_left(beets), copies])
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in copies.glob("*/*")] == ["copy"]
    with ExitStack() as closing:
        open_library(copies.parent, Config(), closing)
        assert not copies.exists()


_KILLED_WHILE_IT_COPIES = """
import os, signal, sys
from pathlib import Path
from musfuse.store import foreign

copyfile = foreign.shutil.copyfile

def killed(*names):
    copyfile(*names)
    os.kill(os.getpid(), signal.SIGKILL)

foreign.shutil.copyfile = killed
with foreign.foreign_database(Path(sys.argv[1]), Path(sys.argv[2])):
    pass
"""


def with_a_log_left(beets: Path) -> Path:
    """A copy of a database as a program that was killed leaves it: the log holds a change."""
    folder = beets.parent / "killed"
    folder.mkdir()
    with closing(sqlite3.connect(beets, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("UPDATE items SET title = 'In the log' WHERE id = 2")
        for name in ("", "-wal"):
            os.utime(shutil.copyfile(f"{beets}{name}", f"{folder / beets.name}{name}"), ns=(10**18, 10**18))
    return folder / beets.name
