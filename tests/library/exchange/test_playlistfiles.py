"""Playlists in files: what they name, each once; what is none does not stop the others."""

import os
from pathlib import Path

import pytest

from musfuse.errors import ConfigError
from musfuse.library.exchange import playlistfiles
from musfuse.library.exchange.mpd import STREAM
from musfuse.library.exchange.playlistfiles import PlaylistFiles


def test_a_folder_of_them(tmp_path: Path) -> None:
    (tmp_path / "deep/more").mkdir(parents=True)
    (tmp_path / "Mix.m3u").write_text(
        "Ann/One.flac\n../up.mp3\n/else/x.mp3\nAnn\\Two.flac\nC:\\Music\\y.mp3\nhttp://radio/\n"
    )
    (tmp_path / "deep/more/Again.pls").write_text(f"[playlist]\nFile1={tmp_path}/Ann/One.flac\n")
    (tmp_path / "deep/Broken.xspf").write_text("<!DOCTYPE x [<!ENTITY a 'b'>]><playlist/>")
    (tmp_path / "deep/cover.jpg").write_bytes(b"x")
    (tmp_path / "loop").symlink_to(tmp_path)
    library = PlaylistFiles(tmp_path)
    here, up = str(tmp_path), str(tmp_path.parent)
    mix, broken, again = library.playlists()
    assert (mix.name, list(mix.entries)) == ("Mix", [
        f"{here}/Ann/One.flac", f"{up}/up.mp3", "/else/x.mp3", f"{here}/Ann/Two.flac", "C:/Music/y.mp3", "http://radio/",
    ])  # fmt: skip
    assert (again.name, list(again.entries)) == ("Again", [f"{here}/Ann/One.flac"])
    assert (broken.name, broken.odd) == ("Broken", "declares a document type, which no playlist needs")
    tracks = list(library.tracks())
    assert [track.id for track in tracks] == list(mix.entries)
    assert [track.odd for track in tracks] == [""] * 5 + [STREAM]


def test_one_file_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("One.flac\n")
    (playlist,) = PlaylistFiles(tmp_path / "list").playlists()
    assert playlist.entries == [f"{tmp_path}/One.flac"]
    (tmp_path / "letter").write_text("Dear Ann\n")
    with pytest.raises(ConfigError, match=f"^{tmp_path}/letter: few of its lines"):
        PlaylistFiles(tmp_path / "letter")


def test_what_is_too_much_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="no playlist lies there"):
        PlaylistFiles(tmp_path)
    with pytest.raises(ConfigError, match=r"nowhere\.m3u: cannot be read"):
        PlaylistFiles(tmp_path / "nowhere.m3u")
    os.mkfifo(tmp_path / "pipe.m3u")
    (odd,) = PlaylistFiles(tmp_path).playlists()
    assert "not a regular file" in odd.odd
    for name in "abc":
        (tmp_path / f"{name}.m3u").write_text("1.mp3\n2.mp3\n")
    monkeypatch.setattr(playlistfiles, "_MOST_ENTRIES", 5)
    with pytest.raises(ConfigError, match="name more than 5 tracks"):
        PlaylistFiles(tmp_path)
    monkeypatch.setattr(playlistfiles, "_MOST_FILES", 2)
    with pytest.raises(ConfigError, match="more than 2 playlists lie there"):
        PlaylistFiles(tmp_path)
