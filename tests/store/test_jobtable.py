"""Jobs over restarts, and where nothing can be written."""

import logging
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from tests_support import fill, small_disk

from musfuse.errors import StoreError
from musfuse.jobs import Job, Resource, State
from musfuse.store.jobtable import KEPT, JobTable, read_jobs


def job(number: int, state: State, kind: str = "scan", key: str = "") -> Job:
    return Job(number, kind, Resource.ORIGIN, key, {"n": number}, state)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


def killed(path: Path, *jobs: Job) -> None:
    """What a process writes down that is killed then."""
    table = JobTable(path)
    table.open()
    for one in jobs:
        table.put(one)
    assert table._db is not None
    table._db.close()  # nothing is flushed or taken down


def test_it_is_opened_when_it_is_needed(path: Path) -> None:
    table = JobTable(path)
    assert not path.exists()
    table.open()
    assert path.exists()
    table.close()


def test_what_a_killed_process_left_is_interrupted(path: Path) -> None:
    killed(path, job(1, State.DONE), job(2, State.RUNNING), job(3, State.QUEUED, "index"), job(4, State.FAILED, "x"))
    table = JobTable(path, now_ns=lambda: 99)
    last, left = table.open()
    assert last == 4
    assert [(one.id, one.state, one.tries, one.ended_ns, one.params) for one in left] == [
        (2, State.INTERRUPTED, 1, 99, {"n": 2}), (3, State.INTERRUPTED, 0, 99, {"n": 3}),
    ]  # fmt: skip
    assert [one.state for one in table.rows()] == [State.FAILED, State.INTERRUPTED, State.INTERRUPTED, State.DONE]
    table.close()


def test_only_the_last_of_its_kind_and_key_goes_on(path: Path) -> None:
    killed(
        path,
        job(1, State.RUNNING), job(2, State.DONE),  # done since
        job(3, State.RUNNING, "index"), job(4, State.CANCELLED, "index"),  # nobody wants it any more
        job(5, State.INTERRUPTED, "hear"),  # its process ended in good order
        job(6, State.RUNNING, "fetch", "a"), job(7, State.DONE, "fetch", "b"),
    )  # fmt: skip
    table = JobTable(path)
    assert [one.id for one in table.open()[1]] == [5, 6]
    table.close()


def test_no_id_is_given_again(path: Path) -> None:
    killed(path, *(job(number, State.DONE) for number in range(1, 2 * KEPT)))
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM job")
    db.close()
    table = JobTable(path)
    assert table.open() == (2 * KEPT - 1, [])
    table.close()


def test_the_file_is_bounded(path: Path) -> None:
    killed(
        path, job(1, State.RUNNING), *(job(number, State.DONE) for number in range(2, 1000)), job(1000, State.DONE, "x")
    )
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM job").fetchone() == (KEPT + 2,)
    db.close()


def test_a_full_disk_stops_no_job_and_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with small_disk(tmp_path / "disk", 2000) as disk:
        table = JobTable(disk / "jobs.db")
        table.open()
        table.put(job(1, State.DONE))
        filler = fill(disk)
        for number in range(2, 60):
            table.put(replace(job(number, State.DONE), result={"long": "x" * 5000}))
        assert "disk" in table.problem
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert table.get(59) is not None
        assert [one.id for one in table.rows(limit=3)] == [59, 58, 57]
        filler.unlink()
        table.put(job(60, State.DONE))
        assert table.problem == ""
        table.close()
        assert [one.id for one in read_jobs(disk / "jobs.db", limit=1000)] == list(range(60, 0, -1))


def test_where_it_cannot_be_opened_it_is_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("")
    table = JobTable(tmp_path / "no folder" / "jobs.db")
    assert table.open() == (0, [])
    table.put(job(1, State.DONE))
    assert (table.get(1), table.rows(), table.get(2)) == (job(1, State.DONE), [job(1, State.DONE)], None)
    assert "cannot be opened" in table.problem
    table.close()


def test_a_damaged_file_gives_way(path: Path) -> None:
    killed(path, *(job(number, State.RUNNING, f"kind {number}") for number in range(1, 100)))
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    path.write_bytes(raw)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    table = JobTable(path)
    assert table.open() == (0, [])
    table.put(job(1, State.RUNNING))
    table.close()
    assert [one.id for one in read_jobs(path)] == [1]
    path.write_text("no database at all, but long enough to be one" * 100)
    with pytest.raises(StoreError, match="cannot be opened"):
        read_jobs(path)
    table = JobTable(path)
    assert table.open() == (0, [])
    table.put(job(1, State.DONE))
    assert (table.problem, read_jobs(path)) == ("", [job(1, State.DONE)])
    table.close()


def test_who_only_reads_writes_nothing(path: Path) -> None:
    assert read_jobs(path) == []
    assert not path.exists()
    killed(path, job(1, State.DONE), job(2, State.RUNNING, "index"))
    before = path.read_bytes()
    assert [(one.id, one.state) for one in read_jobs(path)] == [(2, State.INTERRUPTED), (1, State.DONE)]
    assert [one.id for one in read_jobs(path, "scan")] == [1]
    assert path.read_bytes() == before
