"""The first five minutes: a drive that says how far it is, the library that is meant, nothing made by mistake."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sound
from conftest import fuse_works

from mount.conftest import Program

DEFAULT = "home/.local/share/musfuse"


@pytest.fixture
def home(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, without any library."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.delenv("MUSFUSE_LIBRARY", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    (tmp_path / "home").mkdir()
    for n in range(3):
        sound.write(program.music / f"{n}.wav", 20_000, artist="A", album="B", title=f"T{n}")
    return tmp_path / "home"


def test_mount_wait_returns_when_every_name_is_there(program: Program, home: Path) -> None:
    program.run("mount", "--wait", program.music, program.mnt)
    assert len(program.files()) == 3
    program.unmount()
    program.run("mount", "--wait=index", program.mnt)
    assert program.status()[0]["pending"] == 0


def test_without_a_terminal_mount_says_that_the_drive_fills(program: Program, home: Path) -> None:
    said = program.run("mount", program.music, program.mnt)
    assert said.stdout == f"mounted at {program.mnt}\n"
    assert f"scanning {program.music}" in said.stderr
    assert "--wait" in said.stderr
    program.wait_for_scan()
    program.unmount()
    assert program.run("mount", program.mnt).stderr == ""  # every name is there already


def test_mounting_what_is_scanned_already_loads_no_use_case(program: Program, home: Path) -> None:
    program.run("mount", "--wait", program.music, program.mnt)
    program.unmount()
    said = program.run("mount", program.mnt, env={"PYTHONPROFILEIMPORTTIME": "1"}).stderr
    assert "musfuse.control" in said
    assert [name for name in ("msgspec", "musfuse.app.connection", "rich") if name in said] == []


@pytest.mark.parametrize("interrupted", [False, True])
def test_on_a_terminal_the_first_scan_is_shown(program: Program, home: Path, interrupted: bool) -> None:
    if interrupted:
        for n in range(400):
            sound.write(program.music / f"more/{n}.mp3", 2000, artist="A", album="C", title=f"{n}")
    outside, inside = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "musfuse", "mount", program.music, program.mnt], stdin=inside, stdout=inside, stderr=inside,
        start_new_session=True,
    )  # fmt: skip
    os.close(inside)
    said = b""
    try:
        while b"Ctrl-C leaves the drive mounted" not in said:
            said += os.read(outside, 4096)
        if interrupted:
            process.send_signal(signal.SIGINT)
        while piece := os.read(outside, 4096):
            said += piece
    except OSError:
        pass  # the other side is closed
    process.wait()
    os.close(outside)
    assert os.path.ismount(program.mnt)
    if not interrupted:
        assert b"3 files, 0 skipped" in said
        assert len(program.files()) == 3
    program.wait_for_scan()
    assert len(program.files()) == (403 if interrupted else 3)


def test_the_only_mounted_library_is_meant(program: Program, home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    program.run("mount", "--wait", "--library", other, program.music, program.mnt)
    assert len(program.run("find").stdout.splitlines()) == 3
    assert "nothing to report" in program.run("report").stdout
    assert f"in the library {other}" in program.run("tag", "set", "artist:A", "--", "genre=Rock").stdout
    assert not (tmp_path / DEFAULT).exists()
    program.unmount()
    assert "no library there" in program.run("find", check=False).stderr
    assert "3 files" in program.run("status", "--library", other).stdout
    assert not (tmp_path / DEFAULT).exists()


def test_of_two_mounted_libraries_none_is_taken_by_chance(program: Program, home: Path, tmp_path: Path) -> None:
    second = tmp_path / "mnt2"
    second.mkdir()
    program.run("mount", "--wait", "--library", tmp_path / "one", program.music, program.mnt)
    program.run("mount", "--wait", "--library", tmp_path / "two", program.music, second)
    try:
        assert str(tmp_path / DEFAULT) in program.run("find", check=False).stderr
        (status,) = __import__("json").loads(program.run("status", "--json", "--library", tmp_path / "two").stdout)
        assert status["mounts"] == [str(second)]
    finally:
        program.run("unmount", second)


COMMANDS = (
    ("index",), ("info", "x"), ("ls",), ("report",), ("find",), ("tag", "show", "artist:x"),
    ("tag", "set", "artist:x", "--", "genre=x"), ("tag", "undo"), ("backup", "/tmp/never"), ("source", "list"),
    ("source", "move", "/a", "/b"), ("source", "remove", "/a"), ("source", "set", "/a", "name=x"), ("source", "restore", "/a"),
    ("jobs",), ("jobs", "list"), ("jobs", "show", "1"), ("jobs", "cancel", "1"), ("jobs", "wait", "1"),
    ("source", "show", "/a"), ("source", "add", "--dry-run", "/nowhere"), ("scan",), ("status",), ("scan", "/nowhere"), ("source", "add", "/nowhere"),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_mistyped_library_leaves_no_folder(
    program: Program, home: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    words = 2 if command[0] in ("tag", "source", "jobs") else 1
    done = program.run(*command[:words], "--library", tmp_path / "typo", *command[words:], check=False)
    assert done.returncode != 0
    assert not (tmp_path / "typo").exists()
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not fuse_works(), reason="no FUSE here: /dev/fuse or fusermount3 is missing")
def test_a_mount_that_fails_leaves_no_folder(program: Program, home: Path, tmp_path: Path) -> None:
    for sources, mountpoint, words in (
        ((program.music,), tmp_path / "nowhere", "make it first"),
        ((tmp_path / "nowhere",), program.mnt, "no such folder"),
        ((), program.mnt, "no library there yet"),
    ):
        done = program.run("mount", "--library", tmp_path / "typo/deep", *sources, mountpoint, check=False)
        assert (done.returncode in (2, 3), words in done.stderr) == (True, True), done.stderr
        assert not (tmp_path / "typo").exists()


def test_source_add_makes_a_library(program: Program, home: Path, tmp_path: Path) -> None:
    said = program.run("source", "add", "--library", tmp_path / "new", program.music).stdout
    assert str(program.music) in said
    assert program.run("scan", "--library", tmp_path / "new").stdout.startswith("3 files, 3 read")
