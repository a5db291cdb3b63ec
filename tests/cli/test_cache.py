"""`musfuse cache`, as a user types it, over a source on a real SSH server."""

import json
import os
from pathlib import Path

import pytest
import sound
from sshd import Sshd

from cli.inprocess import ended_as, run, shared  # noqa: F401


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory, sshd: Sshd) -> Path:
    """The folder of a library of two tracks on the server; originals lie in `music` beside it."""
    folder = tmp_path_factory.mktemp("far")
    for title in ("One", "Two"):
        sound.write(folder / f"music/{title}.flac", 50_000, artist="Ann", album="Best", title=title, seed=len(title))
        os.utime(folder / f"music/{title}.flac", (1_700_000_000, 1_700_000_000))  # not a moment ago
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSFUSE_RUNTIME_DIR", str(folder / "run"))
        options = [f"--set={one}" for one in sshd.assignments]
        run("source", "add", "--library", folder / "library", *options, "--set=name=nas", sshd.uri(folder / "music"))
        run("scan", "--library", folder / "library")
    return folder / "library"


def figures(far: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads(run("cache", "--json", "--library", far).out)
    return found


def test_pin_verify_clear_and_unpin(far: Path) -> None:
    size = sum(path.stat().st_size for path in (far.parent / "music").iterdir())
    would = run("cache", "pin", "--dry-run", "--library", far, "artist:ann").out
    assert would.startswith("2 files (")
    assert would.endswith("would be pinned\n")
    assert figures(far)["pinned"] == 0
    pinned = json.loads(run("cache", "pin", "--json", "--library", far, "title:one").out)
    assert (pinned["pinned"]["files"], pinned["fetched"]["fetched"]) == (1, 1)
    told = run("cache", "pin", "--library", far, "artist:ann").out
    assert "1 file (" in told
    assert "pinned, 1 were already" in told
    assert "1 file fetched, 0 could not be" in told
    found = figures(far)
    assert (found["pinned"], found["pinned_bytes"], found["contents"], found["problem"]) == (2, size, size, "")
    assert "damaged" in run("cache", "verify", "--library", far).out
    run("cache", "clear", "--library", far, "nas")
    assert figures(far)["contents"] == size, "what is pinned stays"
    shown = run("cache", "--library", far).out
    assert "10.0 GiB" in shown
    assert "2 files" in shown
    assert run("cache", "unpin", "--library", far, "title:two").out == "1 file not pinned any more\n"
    assert json.loads(run("cache", "unpin", "--json", "--library", far, "--all").out) == {"files": 1}
    assert "dropped" in run("cache", "clear", "--library", far).out
    assert figures(far)["bytes"] == 0


def test_damage_is_told_by_the_exit_code(far: Path) -> None:
    run("cache", "pin", "--library", far, "title:one")
    chunk = next(path for path in (far / "chunks").rglob("*") if len(path.name) == 64)
    chunk.write_bytes(b"?")
    assert "1 damaged" in run("cache", "verify", "--library", far, code=1).out
    assert json.loads(run("cache", "verify", "--json", "--library", far).out)["damaged"] == 0
    assert "1 file fetched" in run("cache", "pin", "--library", far, "title:one").out


def test_slips_are_told(far: Path, shared: Path) -> None:
    assert "name TARGETs" in run("cache", "pin", "--library", far, code=2).err
    assert "not both" in run("cache", "unpin", "--library", far, code=2).err
    assert "not both" in run("cache", "unpin", "--all", "--library", far, "title:one", code=2).err
    assert ended_as("cache", "clear", "--library", far, "nobody").code != 0
    assert "2 tracks on this machine anyway" in run("cache", "pin", "--library", shared, "artist:ann").out


def test_the_help_tells_each_command_in_a_whole_line_and_that_no_target_is_needed() -> None:
    listed = run("cache", "--help").out.partition("Commands:")[2].split("Example")[0]
    assert "pin " in listed
    assert "..." not in listed
    for command in ("pin", "unpin"):
        assert run("cache", command, "--help").out.startswith(f"Usage: musfuse cache {command} [OPTIONS] [TARGET]...\n")
