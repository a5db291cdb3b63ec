"""`.search` on a real mount: links that lead to tracks, errors of names that are none, and nothing that a walk meets."""

import errno
import os
import subprocess
from pathlib import Path

import pytest
import sound
from patient import until
from tests_support import needs_program

from mount.conftest import Program

LONG = "x" * 250


@pytest.fixture
def drive(program: Program) -> Path:
    for number, (artist, title) in enumerate((("Ann", "One"), ("Ann", "Two"), ("中島みゆき", "時代")), 1):
        sound.write(program.music / f"{number}.wav", 5000, seed=number, artist=artist, album="Best", title=title)
    program.mount("--wait=index")
    return program.mnt


def test_links_lead_to_tracks(drive: Path, program: Program) -> None:
    folder = drive / ".search/ann OR 中島"
    links = sorted(os.listdir(folder))
    assert links == ["001 - Ann - One.flac", "002 - Ann - Two.flac", "003 - 中島みゆき - 時代.flac"]
    for name in links:
        link = folder / name
        assert link.is_symlink()
        target = os.readlink(link)
        assert target.startswith("../../")
        assert os.lstat(link).st_size == len(target.encode())
        assert link.resolve().is_relative_to(drive.resolve())
        assert link.stat().st_ino == (folder / target).stat().st_ino
        assert link.read_bytes()[:4] == b"fLaC"
    assert sound.ffmpeg_md5(folder / links[0]) == sound.ffmpeg_md5(program.music / "1.wav")
    with os.scandir(folder) as entries:
        assert all(entry.is_symlink() for entry in entries)
    assert [path.name for path in (drive / ".search/title:two").iterdir()] == ["001 - Ann - Two.flac"]


def test_a_change_is_found_and_an_old_name_still_leads_there(drive: Path, program: Program) -> None:
    before = drive / ".search/two/001 - Ann - Two.flac"
    assert before.exists()
    program.run("tag", "set", "--yes", drive / "Ann/Best/Two.flac", "--", "title=Quite Other")
    assert os.listdir(drive / ".search/quite other") == ["001 - Ann - Quite Other.flac"]
    assert before.read_bytes()[:4] == b"fLaC"
    program.run("tag", "set", "--yes", drive / "Ann/Best/Quite Other.flac", "--", "title=Third")
    assert os.listdir(drive / ".search/title:third") == ["001 - Ann - Third.flac"]


def test_a_link_is_a_target(drive: Path, program: Program) -> None:
    link = drive / ".search/two/001 - Ann - Two.flac"
    program.run("tag", "set", "--yes", link, "--", "genre=Polka")
    assert program.run("find", "--library", program.library, "genre:polka").stdout == "Ann/Best/Two.flac\n"
    assert '"path": "Ann/Best/Two.flac"' in program.run("info", "--json", link).stdout


def test_what_is_no_query_says_so(drive: Path) -> None:
    folder = drive / ".search/artst:x"
    assert os.listdir(folder) == ["README.txt"]
    assert "did you mean artist?" in (folder / "README.txt").read_text()
    with pytest.raises(OSError) as error:
        os.lstat(os.fsencode(drive) + b"/.search/\xff")
    assert error.value.errno == errno.EINVAL
    for name in ("desktop.ini", ".git", "cover.jpg", "._x", "one/cover.jpg"):
        assert not (drive / ".search" / name).exists()
    with pytest.raises(OSError) as error:
        (drive / ".search/new").mkdir()
    assert error.value.errno in (errno.EROFS, errno.EEXIST)
    assert os.listdir(drive / ".search" / LONG) == []
    with pytest.raises(OSError) as error:
        os.readlink(drive / "Ann/Best/One.flac")
    assert error.value.errno == errno.EINVAL


def test_what_lies_behind_prefetch_follows_the_library(drive: Path, program: Program) -> None:
    folder = drive / ".prefetch/Ann/Best"
    assert os.listdir(folder) == ["One.flac", "Two.flac"]
    assert (folder / "One.flac").read_bytes()[:4] == b"fLaC"
    program.run("tag", "set", "--yes", drive / "Ann/Best/One.flac", "--", "title=Quite Other")
    assert os.listdir(folder) == ["Quite Other.flac", "Two.flac"]
    assert (folder / "Quite Other.flac").read_bytes()[:4] == b"fLaC"
    until(lambda: not (folder / "One.flac").exists())


def test_a_walk_meets_nothing_of_it(drive: Path, tmp_path: Path) -> None:
    assert sorted(os.listdir(drive)) == ["Ann", "中島みゆき"]
    assert os.listdir(drive / ".search") == []
    assert (drive / ".search/ann/001 - Ann - One.flac").exists()
    needs_program("find")
    found = subprocess.run(["find", "-L", drive, "-name", "*search*"], capture_output=True, check=True).stdout
    assert found == b""
    assert [path.name for path in drive.rglob("*.flac")].count("One.flac") == 1
    needs_program("rsync")
    subprocess.run(["rsync", "-a", f"{drive}/", tmp_path / "copy"], check=True)
    assert not (tmp_path / "copy/.search").exists()
