"""Watching jobs by what they tell of themselves, over a real socket."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from musfuse.app.connection import Connection
from musfuse.app.state import StateFolder
from musfuse.cli import following
from musfuse.cli.following import follow
from musfuse.cli.index_cmd import command as index
from musfuse.cli.scan_cmd import command as scan
from musfuse.config import Config
from musfuse.control import Server
from musfuse.control.protocol import endpoint
from musfuse.errors import ControlError, StoreError
from musfuse.events import EventBus
from musfuse.jobs import JobContext, JobKind, JobRunner, Resource
from musfuse.service.events import answer_events
from musfuse.service.handlers import Handlers
from musfuse.service.jobs import RunningJobs
from musfuse.store.jobtable import JobTable


class Owner:
    """An owner whose jobs do what a test says."""

    def __init__(self, folder: Path) -> None:
        self.bus, self.folder = EventBus(), folder
        self.steps: dict[str, Callable[[JobContext], dict[str, Any]]] = {}
        self.runner = JobRunner(
            [
                JobKind("scan", Resource.ORIGIN, lambda context: self.steps["scan"](context)),
                JobKind("index", Resource.CPU, lambda c: self.steps["index"](c), after=frozenset({"scan"})),
            ],
            self.bus, JobTable(StateFolder(folder).jobs),
        )  # fmt: skip
        self.handlers = Handlers()
        RunningJobs(lambda: self.runner).answer(self.handlers)
        answer_events(self.bus, self.handlers)
        self.calls: list[str] = []

        def begin(kind: str) -> dict[str, int]:
            return {"job": self.runner.request(kind).id}

        self.server = Server(
            endpoint(folder),
            {"scan": lambda sources, everything: begin("scan"), "index": lambda: begin("index")},
            lambda: self.handlers,
        )
        self.server.start()
        self.runner.start()

    def end(self) -> None:
        """The process ends in good order."""
        self.runner.stop()
        self.runner.join()
        self.bus.close()
        self.server.close()


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    made = Owner(tmp_path)
    yield made
    made.end()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, str]]:
    """What progress was shown."""
    told: list[tuple[int, int, str]] = []

    class Shown:
        def __init__(self, what: str, quiet: bool = False, *, in_bytes: bool = False) -> None: ...
        def __enter__(self) -> "Shown":
            return self

        def __exit__(self, *_: object) -> None: ...
        def update(self, done: int, total: int = 0, note: str = "") -> None:
            told.append((done, total, note))

    monkeypatch.setattr(following, "Progress", Shown)
    return told


def connected(owner: Owner, closing: ExitStack) -> Connection:
    return closing.enter_context(Connection(owner.folder, Config))


def test_a_job_is_followed_to_its_end(owner: Owner, shown: list[tuple[int, int, str]]) -> None:
    reported, go = threading.Event(), threading.Event()

    def work(context: JobContext) -> dict[str, Any]:
        assert reported.wait(60)
        for n in range(1, 40):
            context.progress(n, 40, "/music")
            context.pause(0.01)
        assert go.wait(60)
        return {"read": 1}

    owner.steps["scan"] = work
    number = owner.runner.request("scan").id
    with ExitStack() as closing:
        service = connected(owner, closing)
        watching = threading.Timer(0.1, reported.set)
        watching.start()
        threading.Timer(0.8, go.set).start()
        job = follow(service, number)
    assert (job.state, job.done, job.result) == ("done", 39, {"read": 1})
    assert (shown[0][0], shown[-1]) == (0, (39, 40, "/music"))
    assert [update[0] for update in shown] == sorted(update[0] for update in shown)


def test_of_one_that_waits_what_it_waits_for_is_shown(owner: Owner, shown: list[tuple[int, int, str]]) -> None:
    go = threading.Event()

    def scan(context: JobContext) -> dict[str, Any]:
        while not go.wait(0.05):
            context.progress(7, 9, "/music")
        return {}

    owner.steps |= {"scan": scan, "index": lambda context: {"indexed": 5}}
    owner.runner.request("scan")
    number = owner.runner.request("index").id
    threading.Timer(0.5, go.set).start()
    with ExitStack() as closing:
        job = follow(connected(owner, closing), number)
    assert (job.state, job.result) == ("done", {"indexed": 5})
    assert (7, 9, "/music") in shown


def test_one_that_is_over_is_not_waited_for(owner: Owner) -> None:
    owner.steps["scan"] = lambda context: {}
    number = owner.runner.request("scan").id
    owner.runner.wait(number)
    with ExitStack() as closing:
        assert follow(connected(owner, closing), number).state == "done"


def test_an_owner_that_ends_is_the_end_of_waiting(owner: Owner) -> None:
    begun, left = threading.Event(), threading.Event()

    def work(context: JobContext) -> dict[str, Any]:
        begun.set()
        context.pause(60)
        return {}

    owner.steps["scan"] = work
    number = owner.runner.request("scan").id
    assert begun.wait(60)

    def end() -> None:
        left.wait(60)
        owner.bus.close()

    threading.Thread(target=end).start()
    with ExitStack() as closing, pytest.raises(ControlError, match="ended before the job did"):
        service = connected(owner, closing)
        threading.Timer(0.2, left.set).start()
        follow(service, number)


@pytest.mark.expects_errors
@pytest.mark.parametrize("command", [scan, index])
def test_a_job_that_failed_is_said(owner: Owner, command: Any) -> None:
    def fail(_: JobContext) -> dict[str, Any]:
        raise StoreError("the disk is full")

    owner.steps |= {"scan": fail, "index": fail}
    wait = ["--wait"] if command is index else []
    done = CliRunner().invoke(command, ["--library", str(owner.folder), *wait])
    assert (done.exit_code, "Error: the disk is full" in done.output) == (1, True)


def test_a_scan_is_told_of_when_it_is_done(owner: Owner) -> None:
    counts = {"read": 1, "skipped": 2, "removed": 0, "problems": [], "empty": []}

    def work(context: JobContext) -> dict[str, Any]:
        context.progress(3)
        return counts

    owner.steps["scan"] = work
    done = CliRunner().invoke(scan, ["--library", str(owner.folder)])
    assert (done.exit_code, done.output) == (0, "3 files, 1 read, 2 skipped, 0 removed\n")


def test_a_cancelled_scan_is_a_failure(owner: Owner) -> None:
    def work(context: JobContext) -> dict[str, Any]:
        owner.runner.cancel(owner.runner.asked("scan"))
        return {}

    owner.steps["scan"] = work
    done = CliRunner().invoke(scan, ["--library", str(owner.folder)])
    assert (done.exit_code, "was cancelled" in done.output) == (1, True)
