"""`musfuse ls`"""

import json
from pathlib import Path

import sound
from mount.conftest import Program

from cli.inprocess import run, shared  # noqa: F401 - a fixture


def test_recursive(program: Program, music: Path) -> None:
    sound.write(music / "1.flac", artist="Ann", album="Best", title="One", tracknumber="1")
    sound.write(music / "2.flac", artist="Ann", album="Worst", title="Two", tracknumber="1")
    sound.write(music / "3.flac", artist="Bob", album="Best", title="Three", tracknumber="1")
    at = ("--library", program.library)
    program.run("scan", *at, music)
    whole = program.run("ls", "-R", *at).stdout
    assert whole.split("\n\n") == [
        "/:\nAnn/\nBob/", "Ann:\nBest/\nWorst/", "Ann/Best:\n01 - One.flac", "Ann/Worst:\n01 - Two.flac", "Bob:\nBest/",
        "Bob/Best:\n01 - Three.flac\n",
    ]  # fmt: skip
    assert program.run("ls", "-R", *at, "Bob").stdout == "Bob:\nBest/\n\nBob/Best:\n01 - Three.flac\n"
    program.mount()
    program.settle()
    assert program.run("ls", "-R", program.mnt).stdout == whole
    assert "KiB  01 - Two.flac" in program.run("ls", "-lR", program.mnt / "Ann").stdout
    program.unmount()
    found = json.loads(program.run("ls", "-R", "--json", *at).stdout)
    assert [(row["folder"], row["name"]) for row in found if row["kind"] == "file"] == [
        ("Ann/Best", "01 - One.flac"), ("Ann/Worst", "01 - Two.flac"), ("Bob/Best", "01 - Three.flac"),
    ]  # fmt: skip


def test_nothing_is_a_list_too(program: Program, music: Path) -> None:
    program.run("scan", "--library", program.library, music)
    assert json.loads(program.run("ls", "-R", "--json", "--library", program.library).stdout) == []


def test_what_only_a_mounted_drive_has_is_said_with_what_does_the_same(shared: Path) -> None:
    for path, typed in (
        (".search/one ann", "`musfuse search 'one ann'`"), (".search", "`musfuse search QUERY`"),
        (".collections/80s", "`musfuse collection show 80s`"), (".collections", "`musfuse collection list`"),
        (".prefetch/Ann/Best", "`musfuse prefetch Ann/Best`"),
    ):  # fmt: skip
        said = run("ls", "--library", shared, path, code=1).err
        assert said.startswith(f"musfuse: {path}: a mounted drive alone lists `{path.partition('/')[0]}`; ")
        assert typed in said
    assert "`musfuse ls` lists what is there" in run("ls", "--library", shared, ".searches/x", code=1).err
