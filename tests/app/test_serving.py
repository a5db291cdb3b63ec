"""A library's server: opened when it is asked for first, over the library's own stars and lists."""

from pathlib import Path

import pytest
import sound
from server.serving import PASSWORD

from musfuse.app.library import open_library
from musfuse.config import Config
from musfuse.errors import ConfigError
from musfuse.server.playstate import Item, Kind, Played


def test_what_users_do_is_the_librarys_and_follows_its_tracks(tmp_path: Path, music: Path) -> None:
    sound.write(music / "a.wav", title="A")
    library = open_library(tmp_path / "state", Config(), sources=[music])
    try:
        library.scan_all(library.scanner())
        assert not (tmp_path / "state" / "server.db").exists()
        (row,) = library.tagging.selection.of([("title:A", "")])
        track = row.public
        assert track is not None
        ada, bob = (library.server.accounts.add(name, PASSWORD) for name in ("Ada", "Bob"))
        assert library.server is library.server
        for user in (ada, bob):
            state = library.server.states.of(user)
            state.star([Item(Kind.TRACK, track)])
            state.scrobble([Played(track, 5)])
            library.server.playlists.make(user, "Evening", [track])
        assert library.playing.ratings.of(track).starred_ns is not None
        heard = library.playing.table.of(track)
        assert heard is not None
        assert heard.path == row.path
        (kept,) = library.playing.playlists.all()
        assert [entry.path for entry in library.playing.playlists.entries(kept.id)] == [row.path]
        with pytest.raises(ConfigError, match="already"):
            library.server.playlists.make(ada, "Recently Added")
        library.stores.user.on_merged(track, 99)  # as the pipeline says it
        assert [other for other, _ in library.server.states.of(bob).starred(Kind.TRACK)] == [99]
    finally:
        library.close()


def test_a_merge_that_cannot_be_told_is_said_and_stops_nothing(
    tmp_path: Path, music: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = open_library(tmp_path / "state", Config(), sources=[music])
    try:
        library.stores.user.on_merged(1, 2)
        assert not (tmp_path / "state" / "server.db").exists()
        (tmp_path / "state" / "server.db").write_bytes(b"no database" * 100)
        library.stores.user.on_merged(1, 2)
    finally:
        library.close()
    assert "does not follow it" in caplog.text
