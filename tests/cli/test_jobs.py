"""`musfuse jobs`, with a process that owns the library and without."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import sound
from click.testing import CliRunner, Result

from musfuse.app.host import Host
from musfuse.app.jobs import Jobs
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.cli import cli, jobs_cmd
from musfuse.config.load import load_config
from musfuse.drive.mounts import Mounter
from musfuse.library.sizes import Sizes
from musfuse.platform import system

Run = Callable[..., Result]


def no_mounter() -> Mounter:
    raise AssertionError("a mounter was asked for without a mount")


class Owner:
    """A process with a library, whose index passes are held until they are let go."""

    def __init__(self, host: Host) -> None:
        self.host, self.runner = host, host.jobs.runner
        self.began, self.go = threading.Semaphore(0), threading.Event()


@pytest.fixture
def state(tmp_path: Path, music: Path) -> Path:
    for n in range(3):
        sound.write(music / f"{n}.wav", 3000, title=str(n), seed=n)
    return tmp_path / "state"


@pytest.fixture
def owner(state: Path, music: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Owner]:
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)  # only a main thread hears signals
    config = load_config(default_sections(), env={}, flags={"index.background": False}).config
    with ExitStack() as closing:
        library = open_library(state, config, closing, sources=[music])
        made = Owner(Host(library, no_mounter, stays=True))
        request = Sizes.request

        def held(*args: Any) -> Any:
            made.began.release()
            assert made.go.wait(60)
            return request(*args)

        monkeypatch.setattr(Sizes, "request", held)
        ready = threading.Event()
        thread = threading.Thread(target=lambda: made.host.run((), lambda _: ready.set()))
        thread.start()
        assert ready.wait(60)
        made.host.ready.wait()
        made.runner.wait(made.runner.asked("scan"))
        yield made
        made.go.set()
        made.host.stop()
        thread.join(60)


@pytest.fixture
def run(state: Path) -> Run:
    def run(*args: str) -> Result:
        return CliRunner().invoke(cli, [*args[:2], "--library", str(state), *args[2:]], standalone_mode=True)

    return run


def shown(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_jobs_are_listed_shown_and_cancelled(owner: Owner, run: Run) -> None:
    index = owner.runner.request("index").id
    assert owner.began.acquire(timeout=60)
    (running, *_) = shown(run("jobs", "list", "--json", "--kind", "index"))
    assert (running["id"], running["state"], running["resource"]) == (index, "running", "cpu")
    table = run("jobs", "list").stdout
    assert table.splitlines()[0].split() == ["id", "kind", "state", "progress", "asked", "for", "took"]
    assert f"{index}   index" in table
    assert run("jobs", "show", str(index)).stdout.splitlines()[1].split() == ["job", f"{index},", "index"]
    scan = shown(run("jobs", "list", "--json", "--kind", "scan"))[0]
    assert (scan["state"], scan["done"], scan["result"]["read"]) == ("done", 3, 3)
    assert run("jobs", "cancel", str(scan["id"])).stdout == f"job {scan['id']}, scan, is done already\n"
    assert run("jobs", "cancel", str(index)).stdout == f"job {index}, index, ends soon\n"
    owner.go.set()
    waited = run("jobs", "wait", str(index))
    assert (waited.exit_code, waited.output) == (1, f"Error: index: job {index} was cancelled\n")


def test_why_one_failed_is_told_shortly_in_the_list(state: Path, music: Path, run: Run) -> None:
    left_behind(state, music)
    why = "/a/long/way/to/it: " + "it cannot be read at all, " * 20
    with closing(sqlite3.connect(state / "jobs.db")) as db, db:
        db.execute("UPDATE job SET state = 'failed', error = ? WHERE kind = 'scan'", (json.dumps(why),))
    assert f"failed: {why[:59]}\u2026  " in run("jobs", "list", "--kind", "scan").stdout
    assert why.strip() in run("jobs", "show", "1").stdout


def test_a_job_is_waited_for(owner: Owner, run: Run) -> None:
    index = owner.runner.request("index").id
    assert owner.began.acquire(timeout=60)
    results: list[Result] = []
    waiting = threading.Thread(target=lambda: results.append(run("jobs", "wait", str(index))))
    waiting.start()
    assert run("jobs", "wait", "0").exit_code == 2
    owner.go.set()
    waiting.join(60)
    assert (results[0].exit_code, results[0].stdout) == (0, f"job {index}, index, is done: 3\n")
    again = run("jobs", "wait", "--json", str(index))
    assert (again.exit_code, json.loads(again.stdout)["result"]["indexed"]) == (0, 3)


def test_without_a_subcommand_they_are_listed(owner: Owner, state: Path) -> None:
    listed = CliRunner().invoke(cli, ["jobs", "--library", str(state), "--json", "--limit", "1"])
    assert len(shown(listed)) == 1


def test_the_help_names_all_kinds(owner: Owner) -> None:
    (kind,) = (one for one in jobs_cmd.list_.params if one.name == "kind")
    named = str(kind.help).removeprefix("Only these: ").removesuffix(".").split(", ")  # type: ignore[attr-defined]
    assert sorted(named) == sorted(owner.runner._kinds)


def test_one_that_does_not_exist_is_said(owner: Owner, run: Run) -> None:
    for command in ("show", "cancel", "wait"):
        done = run("jobs", command, "9999")
        assert (done.exit_code != 0, "there is no job 9999" in str(done.exception)) == (True, True)


def left_behind(state: Path, music: Path) -> dict[str, int]:
    """Jobs of a process that is gone: ids by kind. It ended while the index pass was under way."""
    config = load_config(default_sections(), env={}, flags={"index.background": False}).config
    with ExitStack() as closing:
        jobs = Jobs(open_library(state, config, closing, sources=[music]))
        jobs.start()
        scan = jobs.runner.wait(jobs.request("scan").id)
        jobs.runner.wait(jobs.runner.asked("identity"))
        jobs.stop()
        jobs.join()
        late = jobs.request("index")
        jobs.join()
    return {"scan": scan.id, "index": late.id}


def test_without_an_owner_they_are_read_and_nothing_else(state: Path, music: Path, run: Run) -> None:
    ids = left_behind(state, music)
    before = (state / "jobs.db").read_bytes()
    listed = {job["kind"]: job for job in reversed(shown(run("jobs", "list", "--json")))}
    assert {kind: listed[kind]["state"] for kind in ids} == {"scan": "done", "index": "interrupted"}
    assert run("jobs", "show", str(ids["scan"])).exit_code == 0
    assert run("jobs", "wait", str(ids["scan"])).stdout == f"job {ids['scan']}, scan, is done: 3\n"
    for command in ("cancel", "wait"):
        done = run("jobs", command, str(ids["index"]))
        assert done.exception is not None
        assert "was interrupted, and no process has this library" in str(done.exception)
        assert done.exception.exit_code == 4  # type: ignore[attr-defined]
    assert run("jobs", "cancel", str(ids["scan"])).stdout == f"job {ids['scan']}, scan, is done already\n"
    assert (state / "jobs.db").read_bytes() == before


def test_a_library_without_jobs_has_none(state: Path, music: Path, run: Run) -> None:
    with ExitStack() as closing:
        open_library(state, load_config(default_sections(), env={}).config, closing, sources=[music])
    assert run("jobs", "list").stdout == "no jobs yet\n"
    assert run("jobs", "list", "--kind", "scam").stdout == "no jobs of the kind scam\n"
    assert shown(run("jobs", "list", "--json")) == []
    assert not (state / "jobs.db").exists()
