"""`musfuse import` as it is typed: previews, questions, what is said of what is not found."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from library.exchange import beetsmusic

from cli.conftest import Terminal
from cli.inprocess import run
from musfuse.cli import import_cmd
from musfuse.jobs import Job, JobRunner
from musfuse.library.catalog.pairs import Pairs
from musfuse.library.imports.saying import Saying
from musfuse.library.overlay import Delta

SAMPLE = Path(__file__).parents[1] / "library/exchange/samples/beets-2.14.1.db"


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Path:
    beetsmusic.write(music)
    (music / "Single/Alone.flac").unlink()
    run("scan", "--library", tmp_path / "library", music)
    return tmp_path / "library"


def test_a_preview_and_the_import(library: Path, music: Path) -> None:
    at = ("--library", library)
    dry = run("import", "beets", SAMPLE, "--dry-run", *at)
    assert "One (Live)" in dry.out
    assert "3 of 4 tracks of beets found here: 3 by path\n" in dry.out
    assert "would take over: tags of 2 tracks, stars of 2 tracks, plays of 1 track\n" in dry.out
    assert "1 not: no track here has its path, its ids, or its title and length (Single/Alone.flac)\n" in dry.err
    assert run("tag", "log", "--json", *at).out.strip() == "[]"
    done = run("import", "beets", SAMPLE, *at)
    assert "taken over: tags of 2 tracks, stars of 2 tracks, plays of 1 track (change 1; " in done.out
    assert "taken over: nothing: all of it is here already\n" in run("import", "beets", SAMPLE, *at).out
    told = json.loads(run("import", "beets", SAMPLE, "--json", *at).out)
    assert (told["found"], told["missing"][0]["count"], told["dry_run"]) == ({"path": 3}, 1, False)
    assert run("find", "mood:calm", *at).out == "Ann/Best (1999)/01 - One (Live).flac\n"


def test_mappings_are_made_whole_and_parts_named(library: Path, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(music.parent)
    done = run("import", "beets", SAMPLE, "--map", ".=music", "--only", "ratings", "--library", library)
    assert f"paths: relative ones begin at {music}\n" in done.out
    assert "taken over: stars of 2 tracks\n" in done.out
    assert "FROM=TO is wanted" in run("import", "beets", SAMPLE, "--map", "x", "--library", library, code=2).err


def test_what_is_no_library_of_beets(library: Path, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database, but long enough to have been one" * 100)
    assert (
        "x.db: cannot be read as a database"
        in run("import", "beets", tmp_path / "x.db", "--library", library, code=2).err
    )
    assert "nowhere: cannot be read" in run("import", "beets", tmp_path / "nowhere", "--library", library, code=2).err


def test_nothing_of_it_being_here_is_not_all_of_it(library: Path, tmp_path: Path) -> None:
    (tmp_path / "far.m3u").write_text("/elsewhere/Nobody/Nothing.flac\n")
    done = run("import", "playlists", tmp_path / "far.m3u", "--library", library)
    assert "taken over: nothing: none of its tracks is here\n" in done.out
    assert (
        "nowhere.m3u: cannot be read"
        in run("import", "playlists", tmp_path / "nowhere.m3u", "--library", library, code=2).err
    )


def test_many_tracks_are_asked_about(library: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    few = terminal("import", "beets", SAMPLE, "--library", library, columns=200)
    assert "taken over: tags" in few
    assert "Take this over?" not in few


def test_the_kinds_are_those_that_there_are() -> None:
    from musfuse.library.exchange.opening import KINDS
    from musfuse.library.imports.planning import EVERYTHING

    assert (import_cmd.KINDS, import_cmd.PARTS) == (KINDS, EVERYTHING)


def test_it_is_a_job(library: Path) -> None:
    run("import", "beets", SAMPLE, "--library", library)
    job, *_ = json.loads(run("jobs", "--json", "--library", library).out)
    assert (job["kind"], job["state"], job["done"], job["result"]["found"]) == ("import", "done", 4, {"path": 3})


def test_who_interrupts_it_has_nothing_of_it(library: Path) -> None:
    """Ctrl-C comes while the job is in the middle of what is said of tags, and goes on only once it is cancelled."""
    begun, cancelled = threading.Event(), threading.Event()
    cancel = JobRunner.cancel

    def halted(pairs: Pairs) -> Iterator[Delta]:
        for number, delta in enumerate(deltas(pairs)):
            if number == 1:
                begun.set()
                assert cancelled.wait(60)
            yield delta

    def interrupted(*_: object) -> None:
        assert begun.wait(60)
        raise KeyboardInterrupt

    def cancelling(runner: JobRunner, job: int) -> Job:
        try:
            return cancel(runner, job)
        finally:
            cancelled.set()

    deltas = Saying.deltas
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Saying, "deltas", staticmethod(halted))
        patch.setattr(JobRunner, "cancel", cancelling)
        patch.setattr(import_cmd, "follow", interrupted)
        done = run("import", "beets", SAMPLE, "--library", library, code=130)
    assert done.err.split("\n") == ["nothing was taken over", "", "interrupted", ""]
    assert json.loads(run("tag", "log", "--json", "--library", library).out) == []
    assert "nothing there is rated" in run("export", "--opinions", "--library", library, code=1).err
    job, *_ = json.loads(run("jobs", "--json", "--library", library).out)
    assert (job["kind"], job["state"], job["result"]) == ("import", "cancelled", {})
    assert "taken over: tags of 2 tracks" in run("import", "beets", SAMPLE, "--library", library).out
