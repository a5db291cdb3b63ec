"""The jobs of a library: each request is done by a run that began after it, and its result is its own."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound
from drive.albums import ME, target
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.jobs import Jobs, told
from musfuse.app.library import Library
from musfuse.jobs import Job, Resource, State


class Gate:
    """Holds the scans of a library until they are let go, one by one."""

    def __init__(self, library: Library, patch: pytest.MonkeyPatch) -> None:
        self.began, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.everything: list[bool] = []
        scan_all = library.scan_all

        def held(scanner, everything=False):  # type: ignore[no-untyped-def]
            self.everything.append(everything)
            self.began.release()
            self.go.acquire()
            return scan_all(scanner, everything)

        patch.setattr(library, "scan_all", held)


def completed(jobs: Jobs, kind: str, **params: object) -> Job:
    """A job that was asked for, once it ended."""
    return jobs.runner.wait(jobs.request(kind, params).id)


@pytest.fixture
def jobs(make_library: Make, music: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Jobs, Gate]]:
    for name in "ab":
        sound.write(music / f"{name}.flac", title=name)
    library = make_library(index__background=False)
    gate = Gate(library, monkeypatch)
    jobs = Jobs(library)
    jobs.start()
    yield jobs, gate
    jobs.stop()
    for _ in range(10):
        gate.go.release()
    jobs.join()


def test_a_scan_of_everything_joins_no_plain_one(jobs: tuple[Jobs, Gate]) -> None:
    made, gate = jobs
    plain = made.request("scan", {"everything": False})
    gate.began.acquire()
    everything = made.request("scan", {"everything": True})
    assert everything.id > plain.id
    gate.go.release()
    gate.go.release()
    assert made.runner.wait(everything.id).result["read"] == 2
    assert gate.everything == [False, True]


def test_requests_that_wait_are_one(jobs: tuple[Jobs, Gate]) -> None:
    made, gate = jobs
    made.request("scan")
    gate.began.acquire()
    first, second = made.request("scan", {"everything": True}), made.request("scan", {"everything": False})
    assert first.id == second.id
    gate.go.release()
    gate.go.release()
    made.runner.wait(second.id)
    assert gate.everything == [False, True]


def test_a_request_in_the_middle_is_queued_when_the_run_ends(jobs: tuple[Jobs, Gate]) -> None:
    made, gate = jobs
    first = made.request("scan")
    gate.began.acquire()
    second = made.request("scan")
    gate.go.release()
    assert made.runner.wait(first.id).result["read"] == 0
    gate.began.acquire()
    assert made.told("scan")["state"] == "running"
    gate.go.release()
    made.runner.wait(second.id)
    assert made.told("scan")["state"] == "done"


def test_an_index_pass_that_finds_all_done_says_how_many_there_are(make_library: Make, music: Path) -> None:
    for name in "abc":
        sound.write(music / f"{name}.wav", title=name)
    jobs = Jobs(make_library(index__background=False))
    jobs.start()
    first = completed(jobs, "index")
    assert (first.state, first.done, first.total) == (State.DONE, 3, 3)
    assert first.result == {"indexed": 3, "failed": 0, "there": 3}
    assert completed(jobs, "index").result["there"] == 3
    jobs.stop()
    jobs.join()


def test_changes_of_tags_have_sizes_noted(make_library: Make, music: Path) -> None:
    sound.write(music / "a.flac", title="A", artist="X")
    library = make_library(index__background=False)
    jobs = Jobs(library)
    jobs.start()
    for value in ("Rock", "Pop"):
        library.tagging.set(target("artist:x"), [f"genre={value}"], ME)
        jobs.runner.wait(jobs.runner.asked("sizes"))
    assert library.catalog.renditions.pending(library.sizes.tokens()) == 0
    assert [job.params for job in jobs.runner.rows("sizes")] == [{"changes": [2]}, {"changes": [1]}]
    jobs.stop()
    jobs.join()


def test_what_status_shows_of_a_job() -> None:
    job = Job(3, "scan", Resource.ORIGIN, state=State.FAILED, began_ns=10**9, ended_ns=3 * 10**9, done=4, error="away")
    assert told(job) == {
        "id": 3, "state": "failed", "done": 4, "total": 0, "began": 1.0, "ended": 3.0, "details": {"error": "away"},
        "seconds_left": None,
    }  # fmt: skip
