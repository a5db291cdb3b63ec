"""`musfuse sync` as it is typed."""

import json
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from app.hosting import run_host
from tests_support import small_disk

from cli.conftest import Terminal
from cli.inprocess import run
from musfuse.cli import sync_cmd
from musfuse.devices.writing import Writer
from musfuse.jobs import Job, JobRunner


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Path:
    for title in ("One", "Two"):
        sound.write(music / f"{title}.flac", 5000, artist="Ann", album="Best", title=title)
    run("scan", "--library", tmp_path / "library", music)
    (tmp_path / "stick").mkdir()
    return tmp_path / "library"


@pytest.fixture
def stick(library: Path) -> Path:
    return library.with_name("stick")


def test_a_dry_run_and_the_sync(library: Path, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stick.parent)
    dry = run("sync", "stick", "--dry-run", "--library", library).out
    assert "copy  Ann/Best/One.flac" in dry
    assert "would be 2 copied" in dry
    assert list(stick.iterdir()) == []
    done = run("sync", "stick", "--library", library).out
    assert "2 copied, " in done
    assert " holds 2 files (" in done
    assert (stick / "Ann/Best/One.flac").is_file()
    assert "nothing to do: all of it is there already\n" in run("sync", "stick", "--library", library).out
    told = json.loads(run("sync", "stick", "--where", "title:one", "--json", "--library", library).out)
    assert (told["removed"], told["stayed"], told["failed"]) == (1, 1, [])
    assert "1 copied" in run("sync", "stick", "--playlists", "--verify", "--jobs", "1", "--library", library).out


def test_slips(library: Path, stick: Path, music: Path) -> None:
    at = ("--library", library)
    assert "'lots' is no size; 60G or 500M, say" in run("sync", stick, "--max-size", "lots", *at, code=2).err
    assert "no such folder; is the device mounted?" in run("sync", stick / "x", *at, code=2).err
    assert "originals are never written" in run("sync", music, *at, code=2).err
    assert "artist:nobody: no track answers this" in run("sync", stick, "--where", "artist:nobody", *at, code=1).err
    assert "car: no view of this library" in run("sync", stick, "--view", "car", *at, code=2).err
    assert "none: no such collection here" in run("sync", stick, "--collection", "none", *at, code=1).err
    assert "policy" in run("sync", stick, "--policy", "vorbis", *at, code=2).err
    assert list(stick.iterdir()) == []


def test_a_device_without_room_is_said_once(library: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 16) as disk:
        said = run("sync", disk, "--library", library, code=1).err
    assert said.startswith(f"Error: {disk}: ")
    assert said.count("too small") == said.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "size"), [("60G", 60 * 10**9), ("500 MB", 500 * 10**6), ("1.5GiB", 3 << 29), ("7", 7), ("2kb", 2000)]
)
def test_sizes_are_those_on_labels(text: str, size: int) -> None:
    import click

    assert sync_cmd._bytes(click.Context(sync_cmd.command), sync_cmd.command.params[0], text) == size


def test_what_failed_ends_with_1_and_is_named(library: Path, stick: Path, music: Path) -> None:
    (music / "One.flac").unlink()
    done = run("sync", stick, "--library", library, code=1)
    assert "Ann/Best/One.flac: " in done.err
    assert "1 copied" in done.out
    assert (stick / "Ann/Best/Two.flac").is_file()


def test_removing_much_is_asked_about(
    library: Path, stick: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("sync", stick, "--library", library)
    shown = terminal("sync", stick, "--where", "title:one", "--library", library, columns=200)
    assert "1 removed" in shown
    assert "Remove" not in shown


def test_it_is_a_job_and_who_interrupts_it_hears_that_it_goes_on(library: Path, stick: Path) -> None:
    begun, cancelled = threading.Event(), threading.Event()
    cancel, write = JobRunner.cancel, Writer.write

    def halted(writer: Writer, *args: object) -> str:
        begun.set()
        assert cancelled.wait(60)
        return write(writer, *args)  # type: ignore[arg-type]

    def interrupted(*_: object, **__: object) -> None:
        assert begun.wait(60)
        raise KeyboardInterrupt

    def cancelling(runner: JobRunner, job: int) -> Job:
        try:
            return cancel(runner, job)
        finally:
            cancelled.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Writer, "write", halted)
        patch.setattr(JobRunner, "cancel", cancelling)
        patch.setattr(sync_cmd, "follow", interrupted)
        done = run("sync", stick, "--library", library, code=130)
    assert done.err.split("\n")[0] == "stopped; the same command goes on with it"
    assert "2 copied" in run("sync", stick, "--library", library).out
    job, *_ = json.loads(run("jobs", "--json", "--kind", "sync", "--library", library).out)
    assert (job["state"], job["result"]["copied"], job["done"]) == ("done", 2, job["total"])
    assert " KiB " in run("jobs", "--kind", "sync", "--library", library).out


def test_the_process_that_owns_the_library_does_it(
    library: Path, stick: Path, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musfuse.platform.system.on_terminate", lambda _: None)
    with ExitStack() as closing:
        host = run_host(library, music, closing)
        told = json.loads(run("sync", stick, "--json", "--playlists", "--library", library).out)
        assert (told["copied"], told["failed_count"], told["stopped"]) == (2, 0, False)
        assert "Ann/Best/One.flac" in run("sync", stick, "--dry-run", "--policy", "wav", "--library", library).out
        assert "no track answers this" in run("sync", stick, "--where", "artist:x", "--library", library, code=1).err
        assert [job.state for job in host.jobs.runner.rows("sync")] == ["done", "done"]
