"""A drive whose state has no room, or may not be written any more, while it is mounted: it serves what it can, says
what it cannot do, and goes on when there is room again."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sound
from tests_support import fill, needs_program, needs_tmpfs, small_disk

from mount.conftest import Program

FULL = "database or disk is full; its disk may be full, make room on it"
WITHOUT_POWERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")


@pytest.fixture
def disk(program: Program) -> Iterator[Path]:
    """The folder of a library that is mounted, on a small disk of its own."""
    for number, suffix in enumerate(("wav", "flac", "mp3")):
        sound.write(
            program.music / f"{number}.{suffix}", 20_000, seed=number, artist="A", album="B", title=f"T{number}"
        )
    sound.add_picture(program.music / "0.wav", sound.picture(300))
    with small_disk(program.library, 6000) as disk:
        program.mount("--wait=index")
        program.rest()
        yield disk
        program.unmount("--force", check=False)


def served(program: Program) -> dict[str, bytes]:
    """Every file of the drive; its size is that of its bytes."""
    found = {}
    for path in program.files():
        found[str(path.relative_to(program.mnt))] = path.read_bytes()
        assert path.stat().st_size == len(found[str(path.relative_to(program.mnt))]), path
    return found


def fails(program: Program, *args: str | Path) -> str:
    """What a command says that cannot do its work: one line, exit code 1, nothing printed."""
    done = program.run(*args, "--library", program.library, check=False)
    assert (done.returncode, done.stdout) == (1, ""), (args, done)
    (line,) = done.stderr.splitlines()
    return line


def genre(program: Program) -> str:
    shown = program.run("tag", "show", "--library", program.library, "--json", "title:T1").stdout
    return "; ".join(json.loads(shown)[0]["tags"].get("genre", {"values": []})["values"])


def unwritten(program: Program) -> list[str]:
    return list(program.status()[0]["unwritten"])


@needs_tmpfs
def test_a_full_disk_stops_what_writes_and_nothing_else(program: Program, disk: Path, tmp_path: Path) -> None:
    before = served(program)
    filler = fill(disk)
    sound.write(program.music / "4.wav", 20_000, seed=4, artist="A", album="C", title="T4")
    (tmp_path / "p.png").write_bytes(sound.picture(200))
    assert FULL in fails(program, "scan")
    assert FULL in fails(program, "tag", "set", "artist:A", "genre=Jazz", f"comment={'long ' * 20_000}")
    assert FULL in fails(program, "art", "set", "artist:A", tmp_path / "p.png")
    assert FULL in program.run("status").stdout
    assert genre(program) == ""
    assert served(program) == before
    assert program.status()[0]["scan"]["state"] == "failed"
    filler.unlink()
    program.run("tag", "set", "--library", program.library, "artist:A", "genre=Jazz")
    program.run("scan", "--library", program.library)
    program.settle()
    after = served(program)
    assert after.keys() == {*before, "A/C/T4.flac"}
    assert genre(program) == "Jazz"
    assert after["A/B/T2.mp3"] != before["A/B/T2.mp3"]
    assert unwritten(program) == []


@needs_tmpfs
def test_a_change_that_is_kept_but_not_shown_is_said_and_shown_later(program: Program, disk: Path) -> None:
    """Where user.db had room, and the catalog had not."""
    program.run("tag", "set", "--library", program.library, "artist:A", f"comment={'long' * 2000}")
    program.rest()
    for name, kind in (("user.db", "RESTART"), ("catalog.db", "TRUNCATE")):
        with closing(sqlite3.connect(disk / name)) as db:  # the log of user.db keeps its room, the other has none
            assert db.execute(f"PRAGMA wal_checkpoint({kind})").fetchone()[0] == 0
    before = served(program)
    filler = fill(disk)
    said = fails(program, "tag", "set", "artist:A", "genre=Funk")
    assert "change 2 is kept; it is shown when there is room for it: " in said
    assert "set genre=Funk" in program.run("tag", "log", "--library", program.library).stdout
    assert any("changes of tags are kept" in problem for problem in unwritten(program))
    assert genre(program) == ""
    assert served(program) == before
    filler.unlink()
    program.run("scan", "--library", program.library)
    assert genre(program) == "Funk"
    assert not [problem for problem in unwritten(program) if "tags" in problem]


@needs_tmpfs
def test_a_drive_ends_and_begins_on_a_full_disk(program: Program, disk: Path) -> None:
    program.run("tag", "set", "--library", program.library, "artist:A", "genre=Jazz")
    program.rest()
    before = served(program)
    filler = fill(disk)
    program.unmount()
    fill(disk)  # what the end gave back, too
    program.mount()
    assert served(program) == before
    assert genre(program) == "Jazz"
    program.unmount()
    filler.unlink()
    program.mount("--wait=index")
    assert served(program) == before
    assert genre(program) == "Jazz"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take its own powers away")
def test_a_state_that_may_not_be_written_any_more(program: Program) -> None:
    """Permissions that are lost while the drive is mounted: what is open goes on, what is not is done without."""
    needs_program("setpriv")
    for number, suffix in enumerate(("wav", "flac")):
        sound.write(
            program.music / f"{number}.{suffix}", 20_000, seed=number, artist="A", album="B", title=f"T{number}"
        )
    mount = [sys.executable, "-m", "musfuse", "mount", "--wait=index", "--library", program.library, program.music]
    subprocess.run([*WITHOUT_POWERS, *mount, program.mnt], check=True, capture_output=True)
    program.rest()
    before = served(program)
    paths = [program.library, *program.library.rglob("*")]
    modes = [(path, path.stat().st_mode) for path in paths]
    for path in reversed(paths):
        path.chmod(0o555 if path.is_dir() else 0o444)
    sound.write(program.music / "4.wav", 20_000, seed=4, artist="A", album="C", title="T4")
    program.run("scan", "--library", program.library)
    program.settle()
    found = served(program)
    assert found.keys() == {*before, "A/C/T4.flac"}
    program.run("tag", "set", "--library", program.library, "artist:A", "genre=Jazz")
    assert genre(program) == "Jazz"
    for path, mode in modes:
        path.chmod(mode)
    program.unmount()
    program.mount("--wait=index")
    assert served(program).keys() == found.keys()
    assert genre(program) == "Jazz"
