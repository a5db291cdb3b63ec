"""`.collections` on a real mount: links, playlists that play, and nothing that a walk meets."""

import errno
import os
import subprocess
from pathlib import Path

import pytest
import sound
from tests_support import needs_program

from mount.conftest import Program


@pytest.fixture
def drive(program: Program) -> Path:
    for number, (artist, title) in enumerate((("Ann", "One"), ("Ann", "Two"), ("中島みゆき", "時代")), 1):
        tags = {"artist": artist, "album": "Best", "title": title, "date": "1985"}
        sound.write(program.music / f"{number}.wav", 5000, seed=number, **tags)
    program.mount("--wait=index")
    return program.mnt


def played(playlist: Path) -> list[bytes]:
    """The files that a player would open."""
    lines = playlist.read_text("utf-8").splitlines()
    return [(playlist.parent / line).read_bytes()[:4] for line in lines if not line.startswith("#")]


def test_folders_of_links_and_playlists_that_play(drive: Path, program: Program) -> None:
    program.run("collection", "create", "Anns", "artist:ann sort:-title")
    folder = drive / ".collections"
    assert {"80s", "80s.m3u8", "Anns", "Anns.m3u8", "Most Played"} < set(os.listdir(folder))
    links = sorted((folder / "Anns").iterdir())
    assert [link.name for link in links] == ["001 - Ann - Two.flac", "002 - Ann - One.flac"]
    assert all(link.is_symlink() and link.resolve().is_relative_to(drive.resolve()) for link in links)
    assert [link.read_bytes()[:4] for link in links] == [b"fLaC"] * 2
    assert played(folder / "Anns.m3u8") == [b"fLaC"] * 2
    assert len(played(folder / "80s.m3u8")) == 3
    assert played(folder / "60s.m3u8") == []
    for name in ("none", "none.m3u8", "Anns/001 - x.flac", "cover.jpg", ".git"):
        assert not (folder / name).exists()
    with pytest.raises(OSError) as error:
        (folder / "new").mkdir()
    assert error.value.errno in (errno.EROFS, errno.EEXIST)


def test_what_changes_is_seen(drive: Path, program: Program) -> None:
    folder = drive / ".collections"
    program.run("collection", "create", "Mine", "title:one")
    assert os.listdir(folder / "Mine") == ["001 - Ann - One.flac"]
    assert (folder / "Mine.m3u8").stat().st_size > 0
    program.run("collection", "edit", "Mine", "title:two", "--rename", "Yours")
    assert not (folder / "Mine").exists()
    assert not (folder / "Mine.m3u8").exists()
    assert os.listdir(folder / "Yours") == ["001 - Ann - Two.flac"]
    program.run("tag", "set", "--yes", drive / "Ann/Best (1985)/Two.flac", "--", "title=Two and more")
    assert os.listdir(folder / "Yours") == ["001 - Ann - Two and more.flac"]
    assert played(folder / "Yours.m3u8") == [b"fLaC"]
    program.run("collection", "delete", "Yours")
    assert not (folder / "Yours").exists()


def test_playlists_among_the_sources_are_followed(drive: Path, program: Program) -> None:
    (program.music / "Mine.m3u").write_bytes("#EXTM3U\nC:\\Music\\1.mp3\nnone.mp3\n".encode("cp1252"))
    program.run("scan")
    folder = drive / ".collections"
    assert os.listdir(folder / "Mine") == ["001 - Ann - One.flac"]
    assert played(folder / "Mine.m3u8") == [b"fLaC"]
    assert "none.mp3" in program.run("report").stdout
    program.run("playlist", "create", "Own", folder / "Mine/001 - Ann - One.flac")  # a link is a target
    assert os.listdir(folder / "Own") == ["001 - Ann - One.flac"]
    program.run("playlist", "delete", "Own")
    assert not (folder / "Own").exists()
    (program.music / "Mine.m3u").unlink()
    program.run("scan")
    assert not (folder / "Mine").exists()


def test_a_walk_meets_nothing_of_it(drive: Path, tmp_path: Path) -> None:
    assert sorted(os.listdir(drive)) == ["Ann", "中島みゆき"]
    assert len(os.listdir(drive / ".collections/80s")) == 3
    assert [path.name for path in drive.rglob("*.flac")].count("One.flac") == 1
    needs_program("rsync")
    subprocess.run(["rsync", "-aL", f"{drive}/", tmp_path / "copy"], check=True)
    assert sorted(os.listdir(tmp_path / "copy")) == ["Ann", "中島みゆき"]
