"""A library whose state cannot be written: on a file system that is read-only, and in a folder of somebody else's."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sound
from tests_support import needs_program
from warm import musfuse

from mount.conftest import Program

Run = Callable[..., "subprocess.CompletedProcess[str]"]

_NOBODY = 65_534

pytestmark = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount a tmpfs")


@pytest.fixture(params=["file system", "permissions"])
def run(request: pytest.FixtureRequest, program: Program) -> Iterator[Run]:
    """Runs commands of a library with one track whose state is read-only, each in its way."""
    program.library.mkdir()
    on_disk = request.param == "file system"
    if on_disk:
        subprocess.run(["mount", "-t", "tmpfs", "none", program.library], check=True)
    try:
        sound.write(program.music / "1.flac", title="One", artist="Ann", album="Best")
        (program.music / "bad.flac").write_bytes(b"fLaC")
        program.run("scan", "--library", program.library, program.music)
        program.run("tag", "set", "--library", program.library, "artist:ann", "genre=Jazz")
        if on_disk:
            subprocess.run(["mount", "-o", "remount,ro", program.library], check=True)
        else:
            give_away(program.library)

        def run(*args: str | Path, library: bool = True) -> "subprocess.CompletedProcess[str]":
            whose = ("--library", program.library) if library else ()
            words = args[:2] if args[0] in ("tag", "source", "art") else args[:1]
            return musfuse(*words, *whose, *args[len(words) :], powerless=not on_disk)

        yield run
    finally:
        if on_disk:
            subprocess.run(["umount", program.library], check=True)


def give_away(folder: Path) -> None:
    """The files are somebody else's, who lets everybody read them."""
    needs_program("setpriv")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, _NOBODY, _NOBODY)
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_what_only_reads_works(run: Run, program: Program, tmp_path: Path) -> None:
    assert run("ls", "Ann/Best").stdout == "One.flac\n"
    assert "bad.flac" in run("report").stdout
    (shown,) = json.loads(run("tag", "show", "--json", "artist:ann").stdout)
    assert shown["tags"]["genre"] == {"values": ["Jazz"], "source": "user", "locked": False}
    assert "genre=Jazz" in run("tag", "log").stdout
    assert "Jazz" in run("tag", "export").stdout
    assert str(program.music) in run("source", "list").stdout
    assert "1 on the drive" in run("source", "show", program.music).stdout
    assert "1 track" in run("source", "remove", "--dry-run", program.music).stdout
    assert run("backup", tmp_path / "copy.db").returncode == 0
    assert (tmp_path / "copy.db").stat().st_size > 0


def test_what_writes_says_why_not(run: Run, program: Program, tmp_path: Path) -> None:
    shutil.copy(program.music / "1.flac", tmp_path / "p.png")
    attempts = [
        ("scan",), ("index",), ("tag", "set", "artist:ann", "genre=Rock"), ("tag", "undo"), ("info", "Ann"),
        ("art", "set", "artist:ann", tmp_path / "p.png"), ("source", "move", program.music, tmp_path),
        ("source", "remove", program.music), ("source", "set", program.music, "priority=3"),
        ("mount", program.music, program.mnt), ("mount", "--foreground", program.music, program.mnt),
    ]  # fmt: skip
    for args in attempts:
        done = run(*args)
        assert done.returncode in (1, 3), args
        (line,) = done.stderr.splitlines()
        assert f"{program.library}: cannot be written: " in line, args
        assert "deleted" not in line


def test_what_a_killed_process_left_in_its_log_is_read(program: Program, tmp_path: Path) -> None:
    """A catalog with a log that is not yet moved into it, as after a kill, read where nothing can be written."""
    sound.write(program.music / "1.flac", title="One", artist="Ann", album="Best")
    program.mount()
    program.wait_for_scan()
    copy = tmp_path / "copy"
    shutil.copytree(program.library, copy)  # its process is at work: what it did lies in the log
    assert (copy / "catalog.db-wal").stat().st_size > 0
    give_away(copy)
    done = musfuse("ls", "--library", copy, "Ann/Best", powerless=True)
    assert (done.stdout, done.stderr) == ("One.flac\n", "")
