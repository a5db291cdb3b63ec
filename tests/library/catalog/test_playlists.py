"""Playlists that were found, as rows, and files by names."""

import pytest

from library.conftest import Desk
from musfuse.library.catalog import playlists
from musfuse.library.catalog.companions import Companion, Companions
from musfuse.library.catalog.playlists import FoundPlaylists
from musfuse.model import Stamp, TagSet


def test_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("Ann/Ünder/b.wav", TagSet({"title": ["b"]}))
    desk.put("Ann/Ünder/a.wav", TagSet({"title": ["a"]}))
    source = desk.source().id
    places = ("x", "a\udcffb", "日")
    row = Companion("l\udcfe.m3u", Stamp(1, 1), "", "playlist", places=places)
    Companions(desk.database).change(desk.files.folder(source, "Ann", 1), [row], [])
    found = FoundPlaylists(desk.database)
    (playlist,) = found.all()
    assert playlist.place == "/src/Ann/l\udcfe.m3u"
    assert found.places(playlist.id) == list(places)
    assert found.roots() == [(source, "/src")]
    folder = found.folder(source, "Ann/Ünder")
    assert folder is not None
    assert found.folder(source, "ann/ünder") is None
    assert found.folder_path(folder) == "Ann/Ünder"
    assert found.folder_path(folder + 99) is None
    whole = list(found.folders(source))
    assert (folder, "Ann/Ünder") in whole
    monkeypatch.setattr(playlists, "_PAGE", 1)
    assert list(found.folders(source)) == whole
    assert list(found.files(folder)) == [("a.wav", (2,)), ("b.wav", (1,))]
