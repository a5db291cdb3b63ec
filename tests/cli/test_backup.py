"""`musfuse backup`: what cannot be made again is copied and put back, or all is as it was."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sound

from cli.inprocess import run
from musfuse.app.state import StateFolder
from musfuse.platform import system


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Path:
    sound.write(music / "1.flac", 5000, artist="Ann", album="Best", title="One")
    run("scan", "--library", tmp_path / "library", music)
    set_genre(tmp_path / "library", "Rock")
    return tmp_path / "library"


def set_genre(library: Path, genre: str) -> None:
    run("tag", "set", "--library", library, "title:one", f"genre={genre}")


def genre(library: Path) -> list[str]:
    return run("find", "--library", library, "--format", "$genre").out.splitlines()


def test_what_was_said_comes_back_and_the_drive_knows_it(library: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert f"written to {copy}" in run("backup", "--library", library, copy).out
    set_genre(library, "Pop")
    assert genre(library) == ["Pop"]
    said = run("backup", "--restore", "--library", library, copy).out
    assert f"{copy} is restored: 1 source, tags of 1 track, 1 change" in said
    run("scan", "--library", library)
    assert genre(library) == ["Rock"]
    (before,) = (library / "backups").glob("*before-restore.db")
    run("backup", "--restore", "--library", library, before)
    run("scan", "--library", library)
    assert genre(library) == ["Pop"]


def test_a_library_is_made_of_a_backup_alone(library: Path, tmp_path: Path, music: Path) -> None:
    run("backup", "--library", library, tmp_path / "copy.db")
    new = tmp_path / "new"
    assert f"{tmp_path}/copy.db is restored" in run("backup", "--restore", "--library", new, tmp_path / "copy.db").out
    run("scan", "--library", new, music)
    assert genre(new) == ["Rock"]


def test_another_history_of_the_same_length_is_looked_at(library: Path, tmp_path: Path, music: Path) -> None:
    other = tmp_path / "other"
    run("scan", "--library", other, music)
    set_genre(other, "Jazz")
    run("backup", "--library", other, tmp_path / "jazz.db")
    run("backup", "--restore", "--library", library, tmp_path / "jazz.db")
    run("scan", "--library", library)
    assert genre(library) == ["Jazz"]


def test_nothing_is_written_over(library: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"mine")
    assert f"{copy}: is there already" in run("backup", "--library", library, copy, code=2).err
    assert copy.read_bytes() == b"mine"


def test_a_library_at_work_is_copied_but_not_replaced(library: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    lock = system.ProcessLock(StateFolder(library).lock)
    assert lock.acquire()
    run("backup", "--library", library, copy)
    said = run("backup", "--restore", "--library", library, copy, code=4).err
    assert "a process owns this library; `musfuse stop` ends it" in said
    lock.release()
    run("backup", "--restore", "--library", library, copy)


@pytest.mark.parametrize("data", [b"", b"no database at all" * 100, None])
def test_what_is_no_backup_changes_nothing(library: Path, tmp_path: Path, data: bytes | None) -> None:
    wrong = tmp_path / "wrong.db"
    if data is None:
        with closing(sqlite3.connect(wrong)) as other:
            other.execute("CREATE TABLE t (x)")
    else:
        wrong.write_bytes(data)
    said = run("backup", "--restore", "--library", library, wrong, code=1).err
    assert "no sound copy of what `musfuse library backup` copies" in said
    assert genre(library) == ["Rock"]


def test_a_mistyped_name_makes_no_library(library: Path, tmp_path: Path) -> None:
    assert "no library there" in run("backup", "--library", tmp_path / "typo", tmp_path / "copy.db", code=2).err
    assert "no such file" in run("backup", "--restore", "--library", tmp_path / "typo", tmp_path / "x", code=2).err
    (tmp_path / "bad.db").write_bytes(b"nothing")
    run("backup", "--restore", "--library", tmp_path / "typo", tmp_path / "bad.db", code=1)
    assert not (tmp_path / "typo").exists()
    assert not (tmp_path / "copy.db").exists()
