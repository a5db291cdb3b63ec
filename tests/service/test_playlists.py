"""Playlists as use cases, and that they survive what happens to files."""

from pathlib import Path

import pytest
import sound
from drive.albums import target
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.library import Library
from musfuse.errors import BusyError, ConfigError, NotFoundError
from musfuse.library.collections import rules
from musfuse.service import playlists
from musfuse.service.requests.collections import (
    CreateCollection,
    DeleteCollection,
    ListCollections,
    ListCollectionTracks,
    ShowCollection,
)
from musfuse.service.requests.library import ListReport
from musfuse.service.requests.playlists import (
    AddToPlaylist,
    CreatePlaylist,
    DeletePlaylist,
    ListPlaylists,
    ListPlaylistTracks,
    PlaylistChanged,
    RemoveFromPlaylist,
)
from musfuse.service.requests.tags import SetTags

ONE, TWO = "Ann/Best/One.flac", "Ann/Best/Two.flac"


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number, title in enumerate(("Two", "One"), 1):
        sound.write(music / f"{number}.flac", 5000, seed=number, artist="Ann", album="Best", title=title)
    return make_library(index__background=False, view__policy="original")


def paths(library: Library, name: str) -> list[str]:
    return [("-" if row.gone else "") + row.path for row in library.handlers().rows(ListPlaylistTracks(name))]


def test_a_track_that_nobody_knows_yet_is_added_to_none(library: Library) -> None:
    service = library.handlers()
    service.call(CreatePlaylist("Mix"))
    with library.catalog.database.write() as db:
        db.execute("UPDATE item SET public = NULL")
    for asked in (AddToPlaylist("Mix", tuple(target("Ann/Best"))), CreatePlaylist("New", tuple(target("Ann/Best")))):
        with pytest.raises(BusyError, match="try again"):
            service.call(asked)
    assert [(told.name, told.tracks) for told in service.call(ListPlaylists())] == [("Mix", 0)]


def test_a_life(library: Library) -> None:
    service = library.handlers()
    dry = CreatePlaylist("Mix", tuple(target("Ann/Best")), dry_run=True)
    assert dry.reads
    assert service.call(dry) == PlaylistChanged("Mix", 2, 0, 2, (ONE, TWO))
    assert service.call(ListPlaylists()) == ()
    service.call(CreatePlaylist("Mix", tuple(target("Ann/Best"))))
    assert service.call(AddToPlaylist("mix", tuple(target("title:two")), at=1)).tracks == 3
    assert paths(library, "Mix") == [TWO, ONE, TWO]
    assert service.call(RemoveFromPlaylist("Mix", (2,), dry_run=True)).paths == (ONE,)
    assert service.call(RemoveFromPlaylist("Mix", (), tuple(target("title:two")))).removed == 2
    assert paths(library, "Mix") == [ONE]
    (told,) = service.call(ListPlaylists())
    assert (told.name, told.tracks, told.gone) == ("Mix", 1, 0)
    assert service.call(DeletePlaylist("Mix")).removed == 1
    assert service.call(ListPlaylists()) == ()


def test_what_cannot_be_is_refused(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    service = library.handlers()
    service.call(CreatePlaylist("Mix", tuple(target("title:one"))))
    service.call(CreateCollection("Rule", "one"))
    for name in ("MIX", "rule", "80s", "a/b"):
        with pytest.raises(ConfigError):
            service.call(CreatePlaylist(name))
    with pytest.raises(ConfigError, match="already, playlist"):
        service.call(CreateCollection("mix", "x"))
    with pytest.raises(ConfigError, match="is a playlist"):
        service.call(DeleteCollection("Mix"))
    with pytest.raises(NotFoundError):
        service.call(AddToPlaylist("Mix", tuple(target("title:nobody"))))
    with pytest.raises(NotFoundError, match="no playlist"):
        service.call(AddToPlaylist("Rule", tuple(target("title:one"))))
    with pytest.raises(NotFoundError, match="has none of these"):
        service.call(RemoveFromPlaylist("Mix", (), tuple(target("title:two"))))
    for request in (
        AddToPlaylist("Mix", tuple(target("title:one")), 3),
        RemoveFromPlaylist("Mix", (2,)),
        RemoveFromPlaylist("Mix", (0,)),
    ):
        with pytest.raises(ConfigError, match="no number of Mix, which has 1"):
            service.call(request)
    monkeypatch.setattr(playlists, "MOST", 2)
    with pytest.raises(ConfigError, match="more than 2 tracks"):
        service.call(AddToPlaylist("Mix", tuple(target("Ann"))))
    assert paths(library, "Mix") == [ONE]
    assert rules.MOST == 10_000


def test_it_is_a_collection_too(library: Library) -> None:
    service = library.handlers()
    service.call(CreatePlaylist("Mix", tuple(target("Ann"))))
    assert [row.path for row in service.rows(ListCollectionTracks("Mix"))] == [ONE, TWO]
    shown = service.call(ShowCollection("Mix"))
    assert (shown.kind, shown.rule, shown.total, shown.problem) == ("playlist", {}, 2, "")
    drive = library.drive
    assert [entry.name for entry in drive.list(".collections/Mix")] == ["001 - Ann - One.flac", "002 - Ann - Two.flac"]
    service.call(RemoveFromPlaylist("Mix", (1,)))
    assert [entry.name for entry in drive.list(".collections/Mix")] == ["001 - Ann - Two.flac"]
    service.call(DeletePlaylist("Mix"))
    assert "Mix" not in [entry.name for entry in drive.list(".collections")]


def test_tracks_stay_in_it_where_they_move_are_tagged_and_come_back(
    library: Library, make_library: Make, music: Path, tmp_path: Path
) -> None:
    service = library.handlers()
    service.call(CreatePlaylist("Mix", tuple(target("Ann"))))
    service.call(SetTags(author="me", targets=tuple(target(TWO)), fields=("title=Other",)))
    assert paths(library, "Mix") == [ONE, "Ann/Best/Other.flac"]
    (music / "sub").mkdir()
    (music / "2.flac").rename(music / "sub/moved.flac")
    library.scan_all(library.scanner())
    assert paths(library, "Mix") == [ONE, "Ann/Best/Other.flac"]
    (music / "sub/moved.flac").rename(tmp_path / "away.flac")
    library.scan_all(library.scanner())
    assert paths(library, "Mix") == ["-" + ONE, "Ann/Best/Other.flac"]
    (told,) = service.call(ListPlaylists())
    assert (told.tracks, told.gone) == (2, 1)
    (tmp_path / "away.flac").rename(music / "back.flac")
    library.scan_all(library.scanner())
    assert paths(library, "Mix") == [ONE, "Ann/Best/Other.flac"]
    library.close()
    (tmp_path / "state/catalog.db").unlink()
    again = make_library(index__background=False, view__policy="original")
    assert paths(again, "Mix") == [ONE, "Ann/Best/Other.flac"]


def test_those_among_the_sources_are_found_and_followed(library: Library, music: Path) -> None:
    service = library.handlers()
    (music / "lists").mkdir()
    (music / "lists/Party.m3u8").write_text("#EXTM3U\n../2.flac\n../none.flac\nC:\\old\\1.ogg\n", "utf-8")
    (music / "80s.pls").write_text("[playlist]\nFile1=1.flac\n")
    (music / "bomb.xspf").write_text('<!DOCTYPE p [<!ENTITY a "a">]><playlist>&a;</playlist>')
    library.scan_all(library.scanner())
    told = {row.name: row for row in service.call(ListCollections()) if row.kind == "found"}
    assert set(told) == {"Party", "80s (2)"}
    assert told["Party"].spoken == str(music / "lists/Party.m3u8")
    assert [row.path for row in service.rows(ListCollectionTracks("party"))] == [ONE]
    assert [entry.name for entry in library.drive.list(".collections/Party")] == ["001 - Ann - One.flac"]
    report = {row.path: row for row in service.rows(ListReport())}
    assert report[str(music / "lists/Party.m3u8")].kind == "playlist"
    assert "2 of its 3 entries" in report[str(music / "lists/Party.m3u8")].reason
    assert "document type" in report[str(music / "bomb.xspf")].reason
    with pytest.raises(ConfigError, match="is a playlist"):
        service.call(DeleteCollection("Party"))
    service.call(CreatePlaylist("Party", tuple(target(TWO))))  # what somebody makes here has the name
    assert [row.path for row in service.rows(ListCollectionTracks("Party"))] == [TWO]
    assert [row.path for row in service.rows(ListCollectionTracks("Party (2)"))] == [ONE]
    (music / "lists/Party.m3u8").write_text("../1.flac\n")
    (music / "80s.pls").unlink()
    (music / "bomb.xspf").unlink()
    library.scan_all(library.scanner())
    assert [row.path for row in service.rows(ListCollectionTracks("Party (2)"))] == [TWO]
    assert [row.name for row in service.call(ListCollections()) if row.kind == "found"] == ["Party (2)"]
    assert list(service.rows(ListReport())) == []
