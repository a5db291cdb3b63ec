"""What every ledger of jobs has to be."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from musfuse.jobs import Job, Ledger, MemoryLedger, Resource, State
from musfuse.store.jobtable import JobTable

Make = Callable[[], Ledger]


@pytest.fixture(params=["memory", "table"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    made: Ledger = MemoryLedger() if request.param == "memory" else JobTable(tmp_path / "jobs.db")
    assert made.open() == (0, [])
    yield made
    made.close()


JOB = Job(
    3, "scan", Resource.ORIGIN, "", {"everything": True}, State.RUNNING, asked_ns=5, began_ns=6, done=7, total=8,
    what="/music/\udce9", result={"problems": ["\udce9"]},
)  # fmt: skip


def test_a_job_is_as_it_was_put_last(ledger: Ledger) -> None:
    ledger.put(JOB)
    assert ledger.get(3) == JOB
    ended = replace(JOB, state=State.FAILED, error="away", ended_ns=9, tries=1)
    ledger.put(ended)
    assert ledger.get(3) == ended
    assert ledger.get(4) is None
    assert ledger.problem == ""


def test_the_latest_come_first(ledger: Ledger) -> None:
    for number in (2, 1, 4, 3):
        ledger.put(replace(JOB, id=number, kind="index" if number % 2 else "scan"))
    assert [job.id for job in ledger.rows()] == [4, 3, 2, 1]
    assert [job.id for job in ledger.rows("index")] == [3, 1]
    assert [job.id for job in ledger.rows(limit=2)] == [4, 3]
    assert ledger.rows("none") == ledger.rows("\ud800") == []


def test_it_is_bounded_by_what_ended(ledger: Ledger) -> None:
    ledger.put(JOB)
    for number in range(10, 1300):
        ledger.put(replace(JOB, id=number, state=State.DONE))
    kept = ledger.rows(limit=10_000)
    assert 200 <= len(kept) <= 1001
    assert kept[0].id == 1299
    assert kept[-1] == JOB  # it goes on
