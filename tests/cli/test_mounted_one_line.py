"""Commands where a path is no use, while a process owns the library: what it says names the path as it was typed."""

from pathlib import Path

import pytest
import sound
from mount.conftest import Program


def test_what_the_owner_says_names_what_was_typed(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound.write(program.music / "1.flac", title="One", artist="Ann", album="Best")
    program.mount("--wait")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("file").write_text("x")
    for args, words in (
        (("scan", "nowhere"), "nowhere: no such folder"),
        (("source", "add", "~/file"), "~/file: a file"),
        (("mount", "music", "file"), "file: not a folder"),
        (("mount", "~/nowhere"), "~/nowhere: no such folder; make it first: mkdir -p ~/nowhere"),
        (("unmount", "file"), "file: no drive of musfuse"),
        (("art", "set", "artist:ann", "file"), "file: no JPEG"),
        (("info", "mnt/Ann/x/y"), "mnt/Ann/x/y: no such file or folder on the drive"),
        (("info", "/tmp/x"), "/tmp/x: no such file or folder on the drive"),
        (("ls", "mnt/such"), "mnt/such: no such file or folder on the drive"),
        (("ls", "/Ann/Best/One.flac/x"), "/Ann/Best/One.flac/x: no such file or folder on the drive"),
    ):
        done = (
            program.run(*args, "--library", "library", check=False)
            if args[0] != "unmount"
            else program.run(*args, check=False)
        )
        assert done.stderr.startswith(f"musfuse: {words}"), (args, done.stderr)


def test_a_mount_that_libfuse_refuses_says_what_libfuse_said(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = program.run("mount", "-o", "no_such_option=1", "--library", "library", "music", "mnt", check=False)
    assert done.returncode == 3
    said = "libfuse could not mount: unknown option(s): `-o no_such_option=1'"
    assert done.stderr == f"musfuse: mnt: {said}\n"
