"""`musfuse library`: what is said, exit codes, JSON, and questions."""

import json
from pathlib import Path

import pytest
from damaging import spoil, spoil_all

from cli.inprocess import run
from musfuse.app.state import StateFolder


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Path:
    import sound

    sound.write(music / "1.flac", 3000, artist="Ann", album="Best", title="One")
    run("scan", "--library", tmp_path / "library", music)
    run("tag", "set", "--library", tmp_path / "library", "title:one", "genre=Rock")
    return tmp_path / "library"


def genre(library: Path) -> str:
    return run("find", "--library", library, "--format", "$genre").out.strip()


def test_check_of_a_sound_library(library: Path) -> None:
    done = run("library", "check", "--library", library)
    assert "catalog.db is sound" in done.out
    told = json.loads(run("library", "check", "--library", library, "--json").out)
    assert (told["sound"], told["rescan"]) == (True, False)
    assert {"what", "state", "detail", "advice"} == set(told["findings"][0])
    assert run("library", "repair", "--library", library).out == "all is sound\n"


def test_check_and_repair_of_a_damaged_one(library: Path) -> None:
    state = StateFolder(library)
    spoil(state.catalog, 5)
    assert "catalog.db is damaged" in run("library", "check", "--library", library, code=1).out
    assert json.loads(run("library", "check", "--library", library, "--json", code=1).out)["sound"] is False
    plan = run("library", "repair", "--library", library, "--dry-run").out
    assert "sets it aside and makes it again" in plan
    assert "a scan would follow" in plan
    assert not state.damaged.exists()
    assert "nobody can be asked here; say --yes" in run("library", "repair", "--library", library, code=2).err
    done = run("library", "repair", "--library", library, "--yes")
    assert "is set aside as" in done.out
    assert done.out.endswith("scanned: 1 file, 1 read\n")
    assert genre(library) == "Rock"
    assert json.loads(run("library", "repair", "--library", library, "--yes", "--json").out)["done"] == []


def test_repair_as_json(library: Path) -> None:
    spoil_all(StateFolder(library).catalog)
    told = json.loads(run("library", "repair", "--library", library, "--yes", "--json").out)
    assert len(told["done"]) == 1
    assert told["scan"]["read"] == 1


def test_a_library_that_is_behind_is_scanned(library: Path) -> None:
    StateFolder(library).catalog.unlink()
    assert run("library", "repair", "--library", library, "--dry-run").out == "a scan would follow\n"
    assert run("library", "repair", "--library", library).out == "scanned: 1 file, 1 read\n"


def test_vacuum(library: Path) -> None:
    said = run("library", "vacuum", "--library", library).out.splitlines()
    assert said[0].startswith("catalog.db: ")
    assert said[-1].endswith("given back")
    told = json.loads(run("library", "vacuum", "--library", library, "--json").out)
    assert told["before"] >= told["after"]


def test_backup_and_restore(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "copy.db"
    assert f"written to {copy}" in run("library", "backup", "--library", library, copy).out
    run("tag", "set", "--library", library, "title:one", "genre=Pop")
    said = run("library", "restore", "--library", library, "--dry-run", copy).out
    assert f"{copy} would be restored: 1 source, tags of 1 track, 1 change, 0 pictures" in said
    assert genre(library) == "Pop"
    assert "say --yes" in run("library", "restore", "--library", library, copy, code=2).err
    assert "before-restore.db now" in run("library", "restore", "--library", library, "--yes", copy).out
    run("scan", "--library", library)
    assert genre(library) == "Rock"
    monkeypatch.chdir(tmp_path)
    made = json.loads(run("library", "backup", "--library", library, "--json").out)
    assert Path(made["file"]).parent == tmp_path
    assert Path(made["file"]).stat().st_size == made["bytes"]
    told = json.loads(run("library", "restore", "--library", library, "--yes", "--json", made["file"]).out)
    assert told["now"]["tracks"] == 1


def test_a_configuration_with_a_mistake_is_told_even_where_it_is_not_needed(library: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[view\n")
    for words in (("repair",), ("repair", "--dry-run"), ("vacuum",)):
        assert str(broken) in run("library", *words, "--library", library, "--config", broken, code=2).err


def test_where_there_is_no_library(tmp_path: Path) -> None:
    for words in (("check",), ("repair",), ("vacuum",), ("backup", tmp_path / "x.db")):
        assert "no library there" in run("library", *words, "--library", tmp_path / "typo", code=2).err
    assert "no such file" in run("library", "restore", "--library", tmp_path, "--yes", tmp_path / "x.db", code=2).err
    assert not (tmp_path / "typo").exists()
