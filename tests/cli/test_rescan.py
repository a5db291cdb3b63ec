"""`musfuse rescan`: what changed in some folders, with an owner and without one."""

import json
from pathlib import Path

import pytest
import sound

from cli.inprocess import run


def test_without_an_owner_the_folder_alone_is_scanned(tmp_path: Path) -> None:
    lib, music = tmp_path / "lib", tmp_path / "originals"
    for folder in ("a", "b"):
        sound.write(music / folder / "1.flac", 100, title=f"T{folder}")
    run("scan", "--library", lib, music)
    for folder in ("a", "b/c"):
        sound.write(music / folder / "2.flac", 100, title=f"N{folder}")
    assert run("rescan", "--library", lib, music / "a").out == "2 files, 1 read, 0 skipped, 0 removed\n"
    (music / "a/1.flac").unlink()
    said = json.loads(run("rescan", "--json", "--library", lib, music / "a/1.flac").out)
    assert (said["read"], said["removed"], said["problems"]) == (0, 1, [])
    assert run("rescan", "--library", lib, music / "gone/deep").out == "0 files, 0 read, 0 skipped, 0 removed\n"
    assert run("rescan", "--library", lib).out == "3 files, 1 read, 0 skipped, 0 removed\n"


def test_a_source_goes_by_its_name(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    for name in ("one", "two"):
        sound.write(tmp_path / name / "1.flac", 100, title=name)
    run("scan", "--library", lib, tmp_path / "one", tmp_path / "two")
    run("source", "set", "--library", lib, tmp_path / "two", "name=NAS")
    for name in ("one", "two"):
        sound.write(tmp_path / name / "2.flac", 100, title=f"{name} more")
    assert run("rescan", "--library", lib, "NAS").out == "2 files, 1 read, 0 skipped, 0 removed\n"
    (row,) = (row for row in json.loads(run("source", "list", "--json", "--library", lib).out) if row["name"])
    assert run("rescan", "--library", lib, row["id"]).out == "2 files, 0 read, 0 skipped, 0 removed\n"
    assert "is the name of none" in run("rescan", "--library", lib, "nas", code=2).err
    run("source", "remove", "--library", lib, "NAS")
    assert "lies in no source" in run("rescan", "--library", lib, "NAS", code=2).err


def test_what_lies_in_no_source_is_refused(tmp_path: Path) -> None:
    lib, music = tmp_path / "lib", tmp_path / "originals"
    sound.write(music / "1.flac", 100, title="T")
    run("scan", "--library", lib, music)
    done = run("rescan", "--library", lib, tmp_path / "elsewhere", code=2)
    assert "lies in no source of this library" in done.err
    music.rename(tmp_path / "unplugged")
    assert "not scanned" in run("rescan", "--library", lib, music / "a", code=1).err


@pytest.mark.parametrize("added", ["real", "link"])
def test_a_folder_is_found_by_whatever_links_lead_to_it(tmp_path: Path, added: str) -> None:
    lib = tmp_path / "lib"
    sound.write(tmp_path / "real/a/1.flac", 100, title="T")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "short").symlink_to("link/a")
    run("scan", "--library", lib, tmp_path / added)
    for place in ("real/a", "link/a", "short", "real", "link", "link/a/1.flac"):
        assert run("rescan", "--library", lib, tmp_path / place).out == "1 file, 0 read, 0 skipped, 0 removed\n"
    assert "lies in no source" in run("rescan", "--library", lib, tmp_path / "link/..", code=2).err
