"""Jobs: each request is done by a run that began after it, and its result is its own."""

import threading
from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.jobs import Jobs, JobState
from musfuse.app.library import Library


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


def completed(state: JobState, ticket: int) -> dict[str, object]:
    """The result of a request, once it is there."""
    pause = threading.Event()
    while state.completed < ticket:
        pause.wait(0.01)
    return state.result


@pytest.fixture
def jobs(make_library: Make, music: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
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
    plain = made.request("scan")
    gate.began.acquire()
    everything = made.request("scan all")
    assert everything > plain
    gate.go.release()
    gate.go.release()
    assert completed(made.scan, everything)["read"] == 2
    assert gate.everything == [False, True]


def test_requests_that_wait_are_one(jobs: tuple[Jobs, Gate]) -> None:
    made, gate = jobs
    made.request("scan")
    gate.began.acquire()
    first, second = made.request("scan"), made.request("scan all")
    assert first == second
    gate.go.release()
    gate.go.release()
    completed(made.scan, second)
    assert gate.everything == [False, True]


def test_a_request_in_the_middle_is_queued_when_the_run_ends(jobs: tuple[Jobs, Gate]) -> None:
    made, gate = jobs
    first = made.request("scan")
    gate.began.acquire()
    second = made.request("scan")
    gate.go.release()
    assert completed(made.scan, first)["read"] == 0
    gate.began.acquire()
    assert made.scan.state == "running"
    gate.go.release()
    completed(made.scan, second)
    assert made.scan.state == "done"


def test_an_index_pass_that_finds_all_done_says_how_many_there_are(make_library: Make, music: Path) -> None:
    for name in "abc":
        sound.write(music / f"{name}.wav", title=name)
    library = make_library(index__background=False)
    jobs = Jobs(library)
    jobs.start()
    assert completed(jobs.index, jobs.request("index")) == {
        "state": "done", "files": 3, "indexed": 3, "failed": 0, "there": 3,
    }  # fmt: skip
    assert completed(jobs.index, jobs.request("index"))["there"] == 3
    jobs.stop()
    jobs.join()
