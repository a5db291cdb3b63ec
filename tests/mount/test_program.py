"""Mounting and unmounting as a user does it: commands, messages, exit codes, clean ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sound

from mount.conftest import Program

Until = Callable[..., None]


def test_the_commands(program: Program, music: Path) -> None:
    sound.write(music / "1.wav", 50_000, artist="Ann", album="Best", title="One", tracknumber="1")
    sound.write(music / "2.flac", 50_000, artist="Ann", album="Best", title="Two", tracknumber="2")
    (music / "bad.flac").write_bytes(b"fLaC")
    assert f"mounted at {program.mnt}" in program.mount().stdout
    program.settle()
    (status,) = program.status()
    assert status["mounts"] == [str(program.mnt)]
    assert status["sources"] == [str(music)]
    assert status["tree"]["files"] == 2
    assert (status["pending"], status["counts"]["skipped"]) == (0, 1)
    assert "2 files in 2 folders" in program.run("status").stdout
    info = json.loads(program.run("info", "--json", program.mnt / "Ann/Best/01 - One.flac").stdout)
    assert info["source"] == str(music / "1.wav")
    assert (
        info["size"]
        == (program.mnt / "Ann/Best/01 - One.flac").stat().st_size
        == sum(p["bytes"] for p in info["layout"])
    )
    assert "FLAC frames" in program.run("info", program.mnt / "Ann/Best/01 - One.flac").stdout
    assert "entries" in program.run("info", program.mnt / "Ann").stdout
    assert program.run("ls", program.mnt / "Ann").stdout == "Best/\n"
    assert program.run("ls", "--library", program.library, "Ann/Best").stdout.splitlines() == [
        "01 - One.flac",
        "02 - Two.flac",
    ]
    assert "bad.flac" in program.run("report", "--library", program.library).stdout
    sound.write(music / "3.mp3", 50_000, artist="Ann", album="Best", title="Three", tracknumber="3")
    assert "4 files, 1 read" in program.run("scan", "--library", program.library).stdout
    assert (program.mnt / "Ann/Best/03 - Three.mp3").exists()
    assert program.unmount().returncode == 0
    assert not os.path.ismount(program.mnt)
    assert program.status() == []
    assert "Best" in program.run("ls", "-l", "--library", program.library, "Ann").stdout
    assert (
        json.loads(program.run("info", "--json", "--library", program.library, "Ann/Best/01 - One.flac").stdout) == info
    )


def test_a_later_mount_needs_no_source(program: Program, music: Path) -> None:
    sound.write(music / "1.flac", title="One")
    program.mount()
    program.wait_for_scan()
    program.unmount()
    program.run("mount", "--library", program.library, program.mnt)
    assert len(program.files()) == 1


def test_mounting_elsewhere_goes_through_the_owner(program: Program, music: Path, tmp_path: Path) -> None:
    sound.write(music / "1.flac", title="One")
    program.mount()
    program.wait_for_scan()
    second = tmp_path / "second"
    second.mkdir()
    program.run("mount", "--library", program.library, second)
    (status,) = program.status()
    assert sorted(status["mounts"]) == sorted([str(program.mnt), str(second)])
    assert [p.name for p in second.rglob("*.flac")] == [p.name for p in program.files()]
    other = program.run("mount", "--library", program.library, "--policy", "wav", second, check=False)
    assert other.returncode == 4
    assert "unmount it first" in other.stderr
    program.unmount()
    assert len(list(second.rglob("*.flac"))) == 1
    program.run("unmount", second)
    assert program.status() == []


def test_messages_say_what_to_do(program: Program, music: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "x").touch()
    file = tmp_path / "file"
    file.touch()
    cases = [
        (("mount", "--library", program.library, music, tmp_path / "none"), 3, "mkdir -p"),
        (("mount", "--library", program.library, music, full), 3, "not empty"),
        (("mount", "--library", program.library, music, file), 3, "not a folder"),
        (("mount", "--library", program.library, program.mnt), 3, "no library there yet"),
        (("mount", "--library", program.library, tmp_path / "no", program.mnt), 2, "no such folder"),
        (("mount", "--library", program.library, music, music), 3, "within each other"),
        (("mount", "--library", file, music, program.mnt), 3, "--library"),
        (("mount", "--library", program.library, "--template", "$titel", music, program.mnt), 2, "did you mean title?"),
        (("mount", "--library", program.library, "--policy", "flak", music, program.mnt), 2, "did you mean flac?"),
        (("mount", "--library", program.library, "-o", "rw", music, program.mnt), 3, "read-only"),
        (("mount", "--library", program.library, "-o", "no_such_option", music, program.mnt), 3, "could not mount"),
        (("unmount", program.mnt), 3, "no drive of musfuse"),
        (("ls", "--library", tmp_path / "nolib"), 2, "musfuse scan"),
        (("report", "--library", tmp_path / "nolib"), 2, "musfuse scan"),
        (("mount",), 2, "Missing argument"),
        (("nonsense",), 2, "No such command"),
    ]
    for args, code, words in cases:
        done = program.run(*args, check=False)
        assert words in done.stderr, (args, done.stderr)
        assert done.returncode == code, (args, done.returncode, done.stderr)
        assert "Traceback" not in done.stderr
        assert not os.path.ismount(program.mnt)


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "fusermount3"])
def test_every_way_to_end_is_clean(program: Program, music: Path, how: str) -> None:
    sound.write(music / "1.wav", 200_000, title="One")
    process = subprocess.Popen(
        [sys.executable, "-m", "musfuse", "mount", "--foreground", "--library", str(program.library), str(music), str(program.mnt)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert "mounted at" in process.stdout.readline()
    program.settle()
    if how == "fusermount3":
        subprocess.run(["fusermount3", "-u", program.mnt], check=True)
    else:
        process.send_signal(getattr(signal, how))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert not os.path.ismount(program.mnt)
    assert program.status() == []
    assert not list(program.library.glob("*.db-wal")) or all(
        p.stat().st_size == 0 for p in program.library.glob("*.db-wal")
    )
    program.mount()
    assert len(program.files()) == 1


def test_a_dead_mount_is_noticed(program: Program, music: Path) -> None:
    sound.write(music / "1.flac", title="One")
    program.mount()
    program.kill()
    with pytest.raises(OSError):
        os.listdir(program.mnt)
    assert program.status() == []
    program.mount()
    program.wait_for_scan()
    assert len(program.files()) == 1
    program.kill()
    assert "gone already" in program.unmount().stdout
    assert os.listdir(program.mnt) == []


def test_killed_while_indexing_nothing_done_is_lost(program: Program, music: Path, until: Until) -> None:
    for n in range(60):
        sound.write(music / f"{n:02}.wav", 44_100 * 12, title=f"T{n:02}")
    program.mount()

    def some_are_indexed() -> bool:
        (status,) = program.status()  # one answer: a scan goes on between two
        return status["tree"]["files"] == 60 and status["pending"] <= 57

    until(some_are_indexed)
    program.kill()
    program.run("unmount", program.mnt)
    from musfuse.library.catalog import Database

    database = Database(program.library / "catalog.db")
    with database.read() as db:
        done = {row[0]: row[1] for row in db.execute("SELECT item, size FROM rendition WHERE size IS NOT NULL")}
    database.close()
    assert len(done) >= 3
    program.mount()
    program.settle()
    database = Database(program.library / "catalog.db")
    with database.read() as db:
        after = dict(db.execute("SELECT item, size FROM rendition"))
    database.close()
    assert len(after) == 60
    assert {track: after[track] for track in done} == done
    for path in program.files()[:5]:
        sound.flac_test(path)


def test_fusepy_works_when_chosen(program: Program, music: Path) -> None:
    pytest.importorskip("fuse", exc_type=(ImportError, OSError))
    sound.write(music / "1.wav", 200_000, title="One")
    program.mount(env={"MUSFUSE_FUSE_BINDING": "fusepy"})
    program.settle()
    (path,) = program.files()
    assert path.stat().st_size == len(path.read_bytes())
    sound.flac_test(path)
    program.unmount()


def test_doctor_and_config(program: Program, tmp_path: Path) -> None:
    checks = json.loads(program.run("doctor", "--json", "--library", program.library).stdout)
    assert {row["check"]: row["state"] for row in checks}["face"] == "ok"
    file = tmp_path / "c.toml"
    file.write_text("[flac]\nlevel = 8\n")
    rows = json.loads(
        program.run("config", "show", "--json", "--config", file, env={"MUSFUSE_SCAN_THREADS": "2"}).stdout
    )
    by_name = {row["option"]: row for row in rows}
    assert (by_name["flac.level"]["value"], by_name["flac.level"]["from"]) == (8, str(file))
    assert (by_name["scan.threads"]["value"], by_name["scan.threads"]["from"]) == (
        2,
        "environment MUSFUSE_SCAN_THREADS",
    )
    assert by_name["view.policy"]["from"] == "default"
    assert "level" in program.run("config", "show").stdout
