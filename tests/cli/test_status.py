"""`musfuse status`, in words and as JSON, of a library that somebody owns and of one that nobody has."""

import json
import re
from pathlib import Path

import pytest
import sound

from cli.inprocess import run, shared  # noqa: F401 - a fixture
from cli.test_jobs import Owner, owner, state  # noqa: F401 - fixtures
from musfuse.model import SourceFile, Stamp


@pytest.fixture(autouse=True)
def nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Owners of other tests are not seen."""
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))


def rows(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines()[1:]:
        name, _, said = re.sub("  +", "\t", line.strip()).partition("\t")
        found.setdefault(name, []).append(said)
    return found


def test_nothing_is_mounted() -> None:
    assert run("status").out == "nothing is mounted\n"
    assert json.loads(run("status", "--json").out) == []


def test_a_library_that_nobody_has(shared: Path) -> None:
    said = rows(run("status", "--library", shared).out)
    assert (said["mounted"], said["drive"]) == (["no"], ["2 files in 2 folders"])
    assert said["source"] == [str(shared.parent / "music")]
    assert "process" not in said
    (status,) = json.loads(run("status", "--library", shared, "--json").out)
    assert (status["tree"], status["mounts"], "pid" in status) == ({"folders": 2, "files": 2}, [], False)


def test_what_is_wrong_is_counted_and_leads_to_the_report(tmp_path: Path) -> None:
    music = tmp_path / "originals"
    sound.write(music / "1.flac", title="One")
    (music / "broken.flac").write_bytes(b"fLaC")
    (tmp_path / "empty").mkdir()
    run("scan", "--library", tmp_path / "lib", music, tmp_path / "empty")
    said = rows(run("status", "--library", tmp_path / "lib").out)
    assert said["problems"] == ["1 skipped; `musfuse report` lists them"]
    assert f"no music found in {tmp_path / 'empty'}" in said["source"]


def test_an_owner_tells_of_itself_and_of_its_jobs(owner: Owner, state: Path) -> None:
    for said in (run("status").out, run("status", "--library", state).out):
        told = rows(said)
        assert re.fullmatch(r"\d+, up .+, 0 open files; stays until `musfuse stop`", told["process"][0])
        assert told["drive"] == ["3 files in 2 folders, policy flac"]
        assert re.fullmatch(r"done, 3 files in .+", told["scan"][0])
        assert told["index"][0].endswith("; 3 without one")
        assert "kept of far sources" not in told, "there are none"
    kept = owner.host.library.stores.chunks.get()
    assert kept is not None
    assert rows(run("status").out)["kept of far sources"] == ["0 B of 10.0 GiB"]
    kept.pin(SourceFile("far", "a", Stamp(2048, 1)))
    kept.keep(SourceFile("far", "a", Stamp(2048, 1)), 0, bytes(1024))
    assert rows(run("status").out)["kept of far sources"] == [
        "1.0 KiB of 10.0 GiB; 1 file pinned, 1.0 KiB of 2.0 KiB here"
    ]
    owner.runner.request("index")
    assert owner.began.acquire(timeout=60)
    assert re.match(r"running, 0 of \d files.*; 3 without one", rows(run("status").out)["index"][0])
    owner.go.set()
    for job in owner.runner.rows():
        owner.runner.wait(job.id)
    (status,) = json.loads(run("status", "--json").out)
    assert (status["index"]["state"], status["pending"], status["library"]) == ("done", 0, str(state))


def test_a_source_that_is_away_is_told_of_once_and_no_more_when_it_is_back(owner: Owner, music: Path) -> None:
    music.rename(music.with_name("away"))
    owner.runner.wait(owner.runner.request("scan").id)
    told = rows(run("status").out)
    (source,) = told["source"]
    assert source == f"{music}: no such file or folder"
    assert (told["problems"], "problem" in told) == (["1 unreadable folder; `musfuse report` lists them"], False)
    music.with_name("away").rename(music)
    run("rescan", music)
    told = rows(run("status").out)
    assert (told["source"], "problem" in told, "problems" in told) == ([str(music)], False, False)


def test_monitoring_hears_by_the_exit_code(owner: Owner, state: Path) -> None:
    assert run("status", "--check").out == ""
    checked = json.loads(run("status", "--check", "--json", "--library", state).out)
    assert set(checked) == {str(state)}
    assert {"threads", "databases", "room"} <= set(checked[str(state)])
    owner.host.library.catalog.database._complaint.failed(OSError(28, "No space left on device"))
    assert "databases: " in run("status", "--check", code=1).out


def test_where_nothing_runs_nothing_is_well(shared: Path) -> None:
    assert run("status", "--check", code=1).out == "nothing runs\n"
    assert run("status", "--check", "--library", shared, code=1).out == "nothing runs\n"
