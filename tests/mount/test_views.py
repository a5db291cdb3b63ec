"""Views, mounted by the real kernel: several at once, changed and removed while somebody looks."""

import json
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import sound

from mount.conftest import Program
from musfuse.library.catalog.database import SCHEMA_VERSION

Until = Callable[..., None]


@pytest.fixture
def car(tmp_path: Path) -> Iterator[Path]:
    """Where the view `car` is mounted."""
    place = tmp_path / "car"
    place.mkdir()
    yield place
    subprocess.run(["fusermount3", "-u", "-z", str(place)], capture_output=True)


@pytest.fixture
def songs(music: Path) -> Path:
    for number, (title, genre) in enumerate((("One", "Jazz"), ("Two", "Jazz"), ("Three", "Rock")), 1):
        sound.write(music / f"{number}.wav", 5000, seed=number, title=title, artist="A", album="B", genre=genre)
    return music


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def shows(folder: Path, expected: set[str]) -> bool:
    """Whether a walk finds these; it finds nothing where a folder goes meanwhile."""
    with suppress(FileNotFoundError):
        return names(folder) == expected
    return False


def view(program: Program, *words: str) -> str:
    return program.ask("view", words[0], "--library", str(program.library), *words[1:]).stdout


def test_two_views_are_mounted_at_once_by_one_owner(
    program: Program, songs: Path, car: Path, tmp_path: Path, until: Until
) -> None:
    program.mount("--wait=index")
    view(program, "add", "car", "--template", "$genre/$title", "--policy", "wav", "--filter", "genre:jazz")
    assert program.run("mount", "--library", program.library, "--view", "car", car).stdout == f"mounted at {car}\n"
    (status,) = program.status()
    assert status["mounts"] == [str(program.mnt), str(car)]
    assert status["views"] == {str(car): "car"}
    until(lambda: names(car) == {"Jazz/One.wav", "Jazz/Two.wav"})
    assert names(program.mnt) == {f"A/B/{title}.flac" for title in ("One", "Two", "Three")}
    assert sound.ffmpeg_md5(car / "Jazz/One.wav") == sound.ffmpeg_md5(songs / "1.wav")
    assert sound.ffmpeg_md5(program.mnt / "A/B/One.flac") == sound.ffmpeg_md5(songs / "1.wav")
    assert sorted(program.ask("ls", car / "Jazz").stdout.split()) == ["One.wav", "Two.wav"]
    told = json.loads(program.ask("info", "--json", car / "Jazz/One.wav").stdout)
    assert (told["served_as"], told["template"]) == ("original", "$genre/$title")
    program.ask("tag", "set", "--yes", car / "Jazz/Two.wav", "--", "genre=Rock")
    until(lambda: names(car) == {"Jazz/One.wav"})
    program.unmount()
    assert names(car) == {"Jazz/One.wav"}
    program.run("unmount", car)
    assert program.status() == []


def test_a_view_is_mounted_without_the_main_one(program: Program, songs: Path, car: Path) -> None:
    program.ask("scan", "--library", program.library, songs)
    done = program.run("mount", "--library", program.library, "--view", "car", car, check=False)
    assert done.returncode == 2
    assert "car: no view of this library" in done.stderr
    view(program, "add", "car", "--template", "$title", "--policy", "original")
    program.run("mount", "--library", program.library, "--view", "car", car)
    assert names(car) == {"One.wav", "Two.wav", "Three.wav"}
    assert (car / "One.wav").read_bytes() == (songs / "1.wav").read_bytes()
    program.run("mount", "--library", program.library, program.mnt)
    assert len(names(program.mnt)) == 3
    assert len(program.status()) == 1
    program.unmount()


def test_a_change_is_seen_where_it_is_mounted_and_files_stay_the_same(
    program: Program, songs: Path, car: Path, until: Until
) -> None:
    program.mount("--wait=index")
    view(program, "add", "car", "--template", "$genre/$title", "--policy", "original")
    program.run("mount", "--library", program.library, "--view", "car", car)
    until(lambda: len(names(car)) == 3)
    before = (car / "Jazz/One.wav").stat()
    with (car / "Jazz/One.wav").open("rb") as reader:
        reader.read(100)
        view(program, "set", "car", "--template", "by $artist/$title")
        until(lambda: shows(car, {f"by A/{title}.wav" for title in ("One", "Two", "Three")}))
        assert reader.read() == (songs / "1.wav").read_bytes()[100:]
    after = (car / "by A/One.wav").stat()
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)
    assert not (car / "Jazz").exists()
    assert len(names(program.mnt)) == 3


def test_one_that_is_mounted_is_removed_by_force_only(program: Program, songs: Path, car: Path) -> None:
    program.mount("--wait=index")
    view(program, "add", "car")
    program.run("mount", "--library", program.library, "--view", "car", car)
    for more in ((), ("--dry-run",)):
        done = program.ask("view", "remove", "--library", program.library, "car", *more, check=False)
        assert done.returncode == 3
        assert f"car: mounted at {car}" in done.stderr
    with (car / "A/B/One.flac").open("rb"):
        said = view(program, "remove", "car", "--force")
    assert f"{car} is unmounted" in said
    assert names(car) == set()
    (status,) = program.status()
    assert status["mounts"] == [str(program.mnt)]
    assert len(names(program.mnt)) == 3
    assert program.run("mount", "--library", program.library, "--view", "car", car, check=False).returncode == 2


def test_another_template_of_the_main_view_is_waited_for_like_a_scan(program: Program, songs: Path) -> None:
    program.mount("--wait=index")
    before = {path.name: path.stat().st_ino for path in program.files()}
    program.unmount()
    program.mount("--template", "$title", "--wait")
    assert names(program.mnt) == {"One.flac", "Two.flac", "Three.flac"}
    assert {path.name: path.stat().st_ino for path in program.files()} == before


def test_after_an_update_that_makes_the_catalog_anew_it_is_said_what_fills_the_drive_and_all_is_as_before(
    program: Program, songs: Path, car: Path, until: Until
) -> None:
    program.mount("--wait=index")
    program.ask("tag", "set", "--yes", program.mnt / "A/B/Two.flac", "--", "title=Other")
    view(program, "add", "car", "--template", "$title", "--filter", "genre:jazz")
    before = names(program.mnt)
    program.unmount()
    with closing(sqlite3.connect(program.library / "catalog.db")) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    mount = ("mount", "--library", program.library)
    said = program.run(*mount, program.mnt, env={"MUSFUSE_SCAN_ON_MOUNT": "false"}).stderr
    assert said == f"no scan has seen all of {songs} yet; `musfuse scan` fills the drive\n"
    assert names(program.mnt) == set()
    program.ask("scan", "--library", program.library)
    assert names(program.mnt) == before
    program.run(*mount, "--view", "car", car)
    until(lambda: names(car) == {"One.flac", "Other.flac"})
    program.unmount()
