"""What `musfuse mount` checks and says before anything is mounted; mounts themselves are tested in tests/mount."""

from pathlib import Path

import click
import pytest
import sound
from click.testing import CliRunner

from cli.inprocess import run
from cli.test_jobs import Owner, owner, state  # noqa: F401 - fixtures
from musfuse.cli.mount_cmd import command, no_helper


@pytest.fixture
def mnt(tmp_path: Path) -> Path:
    (tmp_path / "mnt").mkdir()
    return tmp_path / "mnt"


@pytest.mark.parametrize(
    ("words", "wait", "paths"),
    [
        (["--wait", "music", "mnt"], "names", ("music", "mnt")),
        (["--wait=index", "mnt"], "index", ("mnt",)),
        (["mnt", "--wait"], "names", ("mnt",)),
        (["--", "--wait"], None, ("--wait",)),
        (["mnt"], None, ("mnt",)),
    ],
)
def test_wait_needs_no_value(words: list[str], wait: str | None, paths: tuple[str, ...]) -> None:
    context = command.make_context("mount", list(words))
    assert (context.params["wait"], context.params["paths"]) == (wait, paths)


def test_a_mountpoint_is_needed() -> None:
    done = CliRunner().invoke(command, [])
    assert done.exit_code == 2
    assert "MOUNTPOINT" in done.output


def test_who_calls_it_as_mount_8_is_told_how_it_is_called() -> None:
    with pytest.raises(click.UsageError, match=r"not mount\(8\)"):
        no_helper(click.Context(command), click.Option(["-t"]), "fuse.musfuse")
    no_helper(click.Context(command), click.Option(["-t"]), None)


@pytest.mark.parametrize(("source", "where"), [("music", "music/sub"), ("music", "music"), ("music/sub", "music")])
def test_a_mountpoint_and_a_source_do_not_lie_within_each_other(tmp_path: Path, source: str, where: str) -> None:
    (tmp_path / "music/sub").mkdir(parents=True)
    done = run("mount", "--library", tmp_path / "lib", tmp_path / source, tmp_path / where, code=3)
    assert f"{tmp_path / where}: the mountpoint and the source" in done.err
    assert not (tmp_path / "lib").exists()


def test_waiting_is_for_the_background(tmp_path: Path, mnt: Path, music: Path) -> None:
    done = run("mount", "--foreground", "--wait=index", "--library", tmp_path / "lib", music, mnt, code=2)
    assert "--wait is for a drive in the background" in done.err
    assert not (tmp_path / "lib").exists()


def test_without_a_library_a_source_is_asked_for(tmp_path: Path, mnt: Path) -> None:
    done = run("mount", "--library", tmp_path / "lib", mnt, code=3)
    assert f"no library there yet; name a folder with music first: musfuse mount ~/Music {mnt}" in done.err
    assert not (tmp_path / "lib").exists()


def test_other_rules_than_the_owners_are_refused(owner: Owner, state: Path, mnt: Path) -> None:
    for flag, value, name in (("--policy", "original", "policy"), ("--template", "$title", "template")):
        done = run("mount", flag, value, "--library", state, mnt, code=4)
        assert f"the library is mounted with {name} " in done.err
        assert "unmount it first" in done.err
    assert owner.host.mounts() == []


def test_an_unknown_policy_makes_nothing(tmp_path: Path, mnt: Path, music: Path) -> None:
    sound.write(music / "1.flac", 100)
    done = run("mount", "--policy", "cassette", "--library", tmp_path / "lib", music, mnt, code=2)
    assert "policy" in done.err
    assert not (tmp_path / "lib").exists()
