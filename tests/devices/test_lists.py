"""Playlists on a device."""

from pathlib import Path

import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.build.collections import build_shelf
from musfuse.devices.lists import ListFile, Lists
from musfuse.library.names import name_key


def test_collections_with_tracks_there_are_files_with_their_paths(make_library: Make, music: Path) -> None:
    for title in ("One", "Two"):
        sound.write(music / f"{title}.flac", 44_100, title=title, artist="Ann\nLee" if title == "Two" else "Ann")
    library = make_library(index__background=False)
    selection, stores = library.tagging.selection, library.stores
    shelf = build_shelf(stores.user, stores.database, selection.formats)
    rows = {row.tags.first("title"): row for row in selection.everything()}
    made = shelf.playlists.add("Top: 10?", name_key("Top: 10?"))
    shelf.playlists.append(made.id, [(rows["Two"].public, ""), (7, "gone"), (rows["One"].public, "")])
    shelf.table.add("Broken", "BROKEN", '{"nonsense": 1}')
    lists = Lists(shelf, selection, 1)
    places = {rows["One"].public: "Ann/#One.flac", rows["Two"].public: "Ann/Two (2).flac"}
    found = {one.name: one for one in lists.files(places)}
    assert "Broken.m3u8" not in found
    assert found["Top- 10_.m3u8"].data.decode().splitlines() == [
        "#EXTM3U", "#PLAYLIST:Top: 10?", "#EXTINF:1,Ann Lee - Two", "Ann/Two (2).flac", "#EXTINF:1,Ann - One",
        "Ann/#One.flac",
    ]  # fmt: skip
    assert found["Top- 10_.m3u8"].version != ListFile("", b"").version
    assert "Top- 10_.m3u8" not in {one.name for one in lists.files({5: "x"})}
    assert list(lists.files({})) == []
