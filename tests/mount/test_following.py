"""What changes in the sources shows on a mounted drive by itself, whoever tells of it."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import sound
from conftest import needs_fuse

from mount.conftest import Program

pytestmark = needs_fuse
Until = Callable[..., None]
QUICK = {"MUSFUSE_FOLLOW_QUIET_MS": "100", "MUSFUSE_INDEX_BACKGROUND": "false"}


def album(folder: Path, name: str, tracks: int = 3) -> Path:
    for n in range(tracks):
        sound.write(folder / f"{n}.flac", 200, artist="Ann", album=name, title=f"T{n}", seed=n)
    return folder


def shown(program: Program) -> list[str]:
    try:
        return [str(path.relative_to(program.mnt)) for path in program.files()]
    except FileNotFoundError:
        return []  # it changes while it is listed


def names(name: str, tracks: int = 3) -> list[str]:
    return [f"Ann/{name}/T{n}.flac" for n in range(tracks)]


def test_an_album_comes_moves_is_retagged_and_goes(program: Program, until: Until, tmp_path: Path) -> None:
    album(program.music / "first", "One")
    program.mount(env=QUICK)
    program.wait_for_scan()
    until(lambda: shown(program) == names("One"))

    shutil.copytree(album(tmp_path / "made", "Two"), program.music / "copied/deep")
    until(lambda: shown(program) == sorted(names("One") + names("Two")))
    os.rename(album(tmp_path / "tree/in", "Zoo").parent, program.music / "tree")
    until(lambda: shown(program) == sorted(names("One") + names("Two") + names("Zoo")))

    file = program.mnt / "Ann/Two/T1.flac"
    with file.open("rb") as held:
        number, start = file.stat().st_ino, held.read(10)
        os.rename(program.music / "copied", program.music / "moved")
        (program.music / "moved/deep/1.flac").rename(program.music / "moved/other.flac")
        told = _wait_for_pass(program, until)
        assert (file.stat().st_ino, held.read(10)) == (number, file.read_bytes()[10:20])
        sound.tag(program.music / "moved/other.flac", title="T9")
        until(lambda: "Ann/Two/T9.flac" in shown(program))
        assert (program.mnt / "Ann/Two/T9.flac").stat().st_ino == number, told
        assert start == b"fLaC" + start[4:]
    shutil.rmtree(program.music / "moved")
    (program.music / "tree/in/0.flac").unlink()
    until(lambda: shown(program) == sorted(names("One") + names("Zoo")[1:]))
    (following,) = program.status()[0]["following"]
    assert (following["source"], following["polled"], following["problem"]) == (str(program.music), 0, "")


def _wait_for_pass(program: Program, until: Until) -> object:
    """Wait until the originals are known under their new paths."""

    def found() -> list[str]:
        lines = program.run("find", "--library", program.library, "--json", "album:Two").stdout
        return sorted(row["source"] for row in json.loads(lines))

    moved = program.music / "moved"
    until(lambda: found() == sorted(map(str, (moved / "deep/0.flac", moved / "other.flac", moved / "deep/2.flac"))))
    return found()


def test_a_hangup_has_everything_scanned(program: Program, until: Until) -> None:
    album(program.music / "first", "One")
    program.mount(env={**QUICK, "MUSFUSE_FOLLOW_ENABLED": "false"})
    program.wait_for_scan()
    album(program.music / "second", "Two")
    (status,) = program.status()
    assert status["following"] == []
    os.kill(status["pid"], signal.SIGHUP)
    until(lambda: shown(program) == sorted(names("One") + names("Two")))
    album(program.music / "third", "Zoo")
    album(program.music / "fourth", "Zwei")
    program.run("rescan", program.music / "third")
    assert shown(program) == sorted(names("One") + names("Two") + names("Zoo"))


def test_a_source_on_fuse_tells_of_nothing_and_is_polled(program: Program, until: Until, tmp_path: Path) -> None:
    """The source is another drive: nobody tells what comes to it."""
    other = Program(_made(tmp_path / "other"), program.mnt)
    try:
        program.mount("--policy", "original", env=QUICK)
        program.wait_for_scan()
        other.mount(env={**QUICK, "MUSFUSE_FOLLOW_POLL_SECONDS": "1"})
        album(program.music / "first", "One")
        until(lambda: [str(p.relative_to(other.mnt)) for p in other.files()] == names("One"))
        status = json.loads(other.run("status", "--json", "--library", other.library).stdout)[0]
        (following,) = status["following"]
        assert following["polled"] >= 1
        assert "fuse" in following["problem"]
        assert "does not tell of all changes; it is looked at every" in other.log()
        (program.music / "first/0.flac").unlink()
        until(lambda: len(other.files()) == 2)
    finally:
        other.unmount("--force", check=False)
        other.clean()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
