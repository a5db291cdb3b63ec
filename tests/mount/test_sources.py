"""`musfuse source` with and without a process that owns the library, and what mount, scan and status say of sources."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sound

from mount.conftest import Program


@pytest.fixture(params=["mounted", "not mounted"])
def folder(request: pytest.FixtureRequest, program: Program, tmp_path: Path) -> Path:
    """Where a library shows `music`, and `other` lies beside it."""
    sound.write(program.music / "1.flac", title="One", artist="Ann", album="Best", seed=1)
    sound.write(tmp_path / "other/2.flac", title="Two", artist="Ann", album="Best", seed=2)
    (tmp_path / "empty").mkdir()
    if request.param == "mounted":
        program.mount("--wait")
    else:
        program.ask("scan", "--library", program.library, program.music)
    return tmp_path


def source(program: Program, command: str, *args: str | Path, code: int = 0) -> str:
    done = program.ask("source", command, "--library", program.library, *args, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def listed(program: Program, *flags: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(source(program, "list", "--json", *flags))
    return found


def drive(program: Program) -> set[str]:
    """The files of the drive once a scan is done."""
    program.ask("scan", "--library", program.library)
    return set(program.ask("find", "--library", program.library, "artist:ann").stdout.split("\n")) - {""}


def test_each_command(program: Program, folder: Path) -> None:
    music, other, moved = program.music, folder / "other", folder / "moved"
    assert "would be a source" in source(program, "add", "--dry-run", other)
    assert len(listed(program)) == 1
    assert f"{other} is a source of the library {program.library} now" in source(program, "add", other)
    assert f"{other} is a source of the library {program.library} already" in source(program, "add", other)
    assert "`musfuse source set` changes it" in source(program, "add", other, "--set", "name=NAS")
    assert drive(program) == {"Ann/Best/One.flac", "Ann/Best/Two.flac"}
    assert "priority would be 5" in source(program, "set", other, "priority=5", "name=NAS", "--dry-run")
    assert "priority is 5 (was 100)" in source(program, "set", other, "priority=5", "name=NAS")
    assert [row["location"] for row in listed(program)] == [str(other), str(music)]
    assert [row["state"] for row in listed(program)] == ["scanned"] * 2
    program.ask("tag", "set", "--library", program.library, "title:two", "--", "genre=Jazz")
    other.rename(moved)
    assert "would go with it" in source(program, "move", "--dry-run", "NAS", moved)
    assert "for 1 track went with it" in source(program, "move", "NAS", moved)
    assert drive(program) == {"Ann/Best/One.flac", "Ann/Best/Two.flac"}
    assert "1 track of" in source(program, "remove", "--dry-run", "NAS")
    assert f"1 track of {moved} left the drive" in source(program, "remove", "NAS")
    assert program.ask("find", "--library", program.library, "title:two", check=False).returncode == 1
    assert [row["days_left"] for row in listed(program, "--removed")] == [90]
    uid = listed(program, "--removed")[0]["id"]
    assert "removed; 90 days are left" in source(program, "show", uid)
    assert "would be a source again" in source(program, "restore", "--dry-run", "NAS")
    assert "for 1 track counts again" in source(program, "restore", uid)
    assert drive(program) == {"Ann/Best/One.flac", "Ann/Best/Two.flac"}
    assert "Two" in program.ask("find", "--library", program.library, "genre:jazz").stdout
    assert json.loads(source(program, "show", "--json", "NAS"))["tracks"] == 1
    for line in ("NAS", str(moved), "scanned"):
        assert line in source(program, "list")


def test_what_makes_no_sense(program: Program, folder: Path) -> None:
    for args, code, said in (
        (("remove", folder / "no"), 2, "no source of this library"),
        (("restore", program.music), 2, "no removed source of this library"),
        (("set", program.music, "colour=red"), 2, "no option of a file:// source"),
        (("set", program.music, "priority=high"), 2, "a whole number"),
        (
            ("add", "ftp://host//music"),
            2,
            "ftp://: no kind of source that is known here; known are file://, s3://, sftp:// and folders",
        ),
        (("add", folder), 2, "overlaps the source"),
        (("move", program.music, folder / "no"), 2, "no such folder"),
        (("add", "file://server/x"), 2, "names the machine server"),
    ):
        assert said in source(program, args[0], *args[1:], code=code)
    assert len(listed(program)) == 1


def test_a_uri_of_a_folder_is_that_folder(program: Program, folder: Path) -> None:
    odd = folder / "with space % and #"
    (folder / "other").rename(odd)
    source(program, "add", odd.as_uri())
    assert listed(program)[1]["location"] == str(odd)
    drive(program)
    for text in (f"{odd.as_uri()}/2.flac", f"{odd}/2.flac"):
        (shown,) = json.loads(program.ask("tag", "show", "--json", "--library", program.library, text).stdout)
        assert shown["source"] == f"{odd}/2.flac"
        told = json.loads(program.ask("info", "--json", "--library", program.library, text).stdout)
        assert (told["kind"], told["source"]) == ("original", str(odd))
    assert "already" in source(program, "add", odd)


def test_scan_says_what_it_adds_and_what_is_empty(
    program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    done = program.ask("scan", "--library", program.library, "other", "empty")
    assert f"added other and empty to the library {program.library}, which shows {program.music} as well" in done.stderr
    assert done.stderr.endswith("no music found in empty\n")
    again = program.ask("scan", "--library", program.library, "other")
    assert "added" not in again.stderr
    assert f"no music found in {folder}/empty" in again.stderr
    assert f"no music found in {folder}/empty" in program.ask("status", "--library", program.library).stdout
    assert [row["state"] for row in listed(program)] == ["scanned", "scanned", "no music found"]


def test_mount_says_what_it_adds_and_what_is_empty(program: Program, folder: Path) -> None:
    second = folder / "mnt2"
    second.mkdir()
    done = program.run("mount", "--wait", "--library", program.library, folder / "empty", second)
    try:
        assert (
            f"added {folder}/empty to the library {program.library}, which shows {program.music} as well" in done.stderr
        )
        assert f"no music found in {folder}/empty" in done.stderr
        assert program.status()[0]["empty"] == [f"{folder}/empty"]
        assert sorted(os.listdir(second)) == ["Ann"]
    finally:
        program.run("unmount", second)


def test_a_removed_source_is_off_the_drive_at_once(program: Program, tmp_path: Path) -> None:
    sound.write(program.music / "1.flac", title="One", artist="Ann", album="Best", seed=1)
    sound.write(tmp_path / "other/2.flac", title="Two", artist="Bob", album="Best", seed=2)
    program.ask("scan", "--library", program.library, tmp_path / "other")
    program.mount("--wait")
    two = program.mnt / "Bob/Best/Two.flac"
    assert two.stat().st_size > 1000
    with two.open("rb") as reader:
        reader.read(100)
        source(program, "remove", tmp_path / "other")
        assert not two.exists()
        assert os.listdir(program.mnt) == ["Ann"]
    source(program, "restore", tmp_path / "other")
    program.ask("scan", "--library", program.library)
    assert two.stat().st_size > 1000


def test_a_large_source_is_asked_about(program: Program, tmp_path: Path) -> None:
    one = sound.write(program.music / "000.flac", samples=2000, title="T", artist="Ann", album="Best").read_bytes()
    for number in range(1, 102):
        (program.music / f"{number:03}.flac").write_bytes(one)
    program.ask("scan", "--library", program.library, program.music)
    command = [sys.executable, "-m", "musfuse", "source", "remove", "--library", program.library, program.music]
    for answer, code in ((b"n\n", 1), (b"y\n", 0)):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([*map(str, command)], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        os.write(ours, answer)
        assert process.wait(60) == code
        assert b"102 tracks" in os.read(ours, 4096)
        assert process.stdout is not None
        process.stdout.close()
        os.close(ours)
        assert len(listed(program)) == code


def test_a_drive_without_files_says_why(program: Program, tmp_path: Path) -> None:
    at, music = ("--library", program.library), program.music
    program.ask("source", "add", *at, music)
    for command in ("ls", "report"):
        assert f"no scan has seen all of {music} yet" in program.run(command, *at).stderr
        assert "every file is shown" not in program.run(command, *at).stdout
    program.ask("scan", *at)
    for command in ("ls", "report"):
        assert f"no music found in {music}" in program.run(command, *at).stderr
        assert "every file is shown" not in program.run(command, *at).stdout
    sound.write(music / "1.flac", artist="Ann")
    program.ask("scan", *at)
    assert program.ask("ls", *at).stderr == ""
    assert "every file is shown" in program.ask("report", *at).stdout
    music.rename(tmp_path / "away")
    program.ask("scan", *at, check=False)
    said = program.ask("report", *at).stdout
    assert re.search(rf"not listed +{re.escape(str(music))} +no such file or folder", said)
    assert "no such file or folder" in source(program, "list")
    program.ask("source", "remove", *at, "--yes", music)
    assert "has no sources" in program.ask("ls", *at).stderr
