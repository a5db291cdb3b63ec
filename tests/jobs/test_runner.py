"""The runner, with jobs that tests hold in their hands."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from musfuse.errors import StoreError
from musfuse.events import EventBus, JobChanged
from musfuse.jobs import Job, JobContext, JobKind, JobRunner, MemoryLedger, NoJobError, Resource, State

SECONDS = 60.0


@dataclass
class Held:
    """A kind's jobs, which begin and end when a test says so."""

    began: "threading.Semaphore" = field(default_factory=lambda: threading.Semaphore(0))
    go: "threading.Semaphore" = field(default_factory=lambda: threading.Semaphore(0))
    seen: list[Mapping[str, Any]] = field(default_factory=list)
    error: Exception | None = None
    context: JobContext | None = None

    def run(self, context: JobContext) -> Mapping[str, Any]:
        self.context = context
        self.seen.append(context.params)
        with context.stopped_by(self.go.release):
            self.began.release()
            self.go.acquire()
        if self.error is not None:
            raise self.error
        return {"runs": len(self.seen)}

    def wait(self) -> JobContext:
        assert self.began.acquire(timeout=SECONDS)
        assert self.context is not None
        return self.context


def resumed(params: Mapping[str, Any]) -> bool:
    return not params.get("never")


@pytest.fixture
def held() -> dict[str, Held]:
    return {name: Held() for name in ("scan", "index", "hear", "sweep")}


@pytest.fixture
def kinds(held: dict[str, Held]) -> list[JobKind]:
    return [
        JobKind("scan", Resource.ORIGIN, held["scan"].run, resumes=resumed),
        JobKind("index", Resource.CPU, held["index"].run, after=frozenset({"scan"}), resumes=resumed),
        JobKind("hear", Resource.ORIGIN, held["hear"].run, patient=True),
        JobKind("sweep", Resource.DISK, held["sweep"].run, alone=True, patient=True),
    ]


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
def runner(kinds: list[JobKind], bus: EventBus, ledger: MemoryLedger, held: dict[str, Held]) -> Iterator[JobRunner]:
    made = JobRunner(kinds, bus, ledger)
    yield made
    made.stop()
    made.join()


def test_a_job_from_its_request_to_its_end(runner: JobRunner, held: dict[str, Held], bus: EventBus) -> None:
    told = bus.subscribe([JobChanged])
    asked = runner.request("scan", {"everything": True})
    assert (asked.state, runner.current("scan")) == (State.QUEUED, asked)
    runner.start()
    held["scan"].wait().progress(3, 10, "/music", read=2)
    now = runner.job(asked.id)
    assert (now.state, now.done, now.total, now.what, now.result) == (State.RUNNING, 3, 10, "/music", {"read": 2})
    held["scan"].go.release()
    done = runner.wait(asked.id, SECONDS)
    assert (done.state, done.done, done.result) == (State.DONE, 3, {"runs": 1})
    assert 0 < done.asked_ns <= done.began_ns <= done.ended_ns
    assert held["scan"].seen == [{"everything": True}]
    bus.close()
    states = [event.event.state for event in told if isinstance(event.event, JobChanged)]
    assert states == ["queued", "running", "done"]


def test_what_waits_is_one_and_what_runs_is_done_once_more(runner: JobRunner, held: dict[str, Held]) -> None:
    runner.start()
    first = runner.request("scan")
    held["scan"].wait()
    second, third = runner.request("scan", {"a": 1}), runner.request("scan", {"b": 2})
    assert first.id < second.id == third.id
    held["scan"].go.release()
    held["scan"].go.release()
    assert runner.wait(second.id, SECONDS).state is State.DONE
    assert held["scan"].seen == [{}, {"a": 1, "b": 2}]


def test_jobs_of_other_resources_run_side_by_side(runner: JobRunner, held: dict[str, Held]) -> None:
    runner.start()
    index = runner.request("index")
    held["index"].wait()
    scan = runner.request("scan")
    held["scan"].wait()  # it does not wait for the index pass
    again = runner.request("index")
    held["index"].go.release()
    assert runner.wait(index.id, SECONDS).state is State.DONE
    assert runner.job(again.id).state is State.QUEUED  # but the next pass waits for it
    held["scan"].go.release()
    runner.wait(scan.id, SECONDS)
    held["index"].wait()


def test_a_job_that_waits_is_cancelled_at_once(runner: JobRunner, held: dict[str, Held]) -> None:
    runner.start()
    runner.request("scan")
    held["scan"].wait()
    waiting = runner.request("index")
    assert runner.cancel(waiting.id).state is State.CANCELLED
    held["scan"].go.release()
    assert runner.wait(waiting.id, SECONDS).began_ns == 0
    assert held["index"].seen == []


def test_a_job_that_runs_is_stopped(runner: JobRunner, held: dict[str, Held]) -> None:
    runner.start()
    scan = runner.request("scan")
    held["scan"].wait()
    runner.cancel(scan.id)
    ended = runner.wait(scan.id, SECONDS)
    assert (ended.state, ended.result) == (State.CANCELLED, {"runs": 1})
    assert runner.cancel(scan.id) == ended  # it is over


@pytest.mark.expects_errors
@pytest.mark.parametrize(
    ("error", "said"), [(StoreError("the disk is on fire"), "the disk is on fire"), (KeyError("x"), "KeyError: 'x'")]
)
def test_a_job_that_fails_says_why(runner: JobRunner, held: dict[str, Held], error: Exception, said: str) -> None:
    runner.start()
    held["scan"].error = error
    held["scan"].go.release()
    failed = runner.wait(runner.request("scan").id, SECONDS)
    assert (failed.state, failed.error) == (State.FAILED, said)
    held["scan"].error = None
    held["scan"].go.release()
    assert runner.wait(runner.request("scan").id, SECONDS).state is State.DONE  # the thread lives


def test_a_patient_job_gives_way_and_begins_anew(runner: JobRunner, held: dict[str, Held]) -> None:
    runner.start()
    hear = runner.request("hear")
    context = held["hear"].wait()
    context.progress(5)
    assert not context.gives_way()
    scan = runner.request("scan")
    assert context.gives_way()
    held["hear"].go.release()
    held["scan"].wait()
    assert (runner.job(hear.id).state, runner.job(hear.id).done) == (State.QUEUED, 0)
    held["scan"].go.release()
    runner.wait(scan.id, SECONDS)
    held["hear"].wait()
    held["hear"].go.release()
    assert runner.wait(hear.id, SECONDS).result == {"runs": 2}


def test_who_is_not_patient_is_never_asked_to_give_way(runner: JobRunner, held: dict[str, Held]) -> None:
    runner.start()
    runner.request("scan")
    context = held["scan"].wait()
    runner.request("sweep")
    runner.request("hear")
    assert not context.gives_way()


def test_a_job_that_gave_way_and_was_asked_for_again_is_one(runner: JobRunner, held: dict[str, Held]) -> None:
    runner.start()
    first = runner.request("sweep")
    context = held["sweep"].wait()
    scan, again = runner.request("scan"), runner.request("sweep")
    assert context.gives_way()
    held["sweep"].go.release()
    assert runner.wait(first.id, SECONDS).state is State.CANCELLED
    held["scan"].wait()
    held["scan"].go.release()
    runner.wait(scan.id, SECONDS)
    held["sweep"].wait()
    held["sweep"].go.release()
    assert runner.wait(again.id, SECONDS).state is State.DONE


def test_whoever_waits_for_a_job_makes_it_urgent_also_while_it_runs(runner: JobRunner, held: dict[str, Held]) -> None:
    runner.start()
    runner.request("index")
    context = held["index"].wait()
    runner.request("scan", urgent=True)
    assert not context.urgent
    runner.request("index", urgent=True)
    assert context.urgent
    held["index"].go.release()
    held["scan"].wait()
    held["scan"].go.release()
    assert held["index"].wait().urgent


def test_what_is_not_needed_any_more_is_dropped(runner: JobRunner, held: dict[str, Held]) -> None:
    runner.start()
    runner.request("scan")
    held["scan"].wait()
    sweep = runner.request("sweep")
    runner.drop("sweep", "a scan came")
    assert (runner.job(sweep.id).state, runner.job(sweep.id).error) == (State.CANCELLED, "a scan came")
    runner.drop("scan", "what runs is not dropped")
    assert runner.current("scan")


def test_an_end_of_the_process_interrupts_what_runs_and_what_waits(
    kinds: list[JobKind], bus: EventBus, ledger: MemoryLedger, held: dict[str, Held]
) -> None:
    runner = JobRunner(kinds, bus, ledger)
    runner.start()
    scan = runner.request("scan")
    held["scan"].wait()
    index = runner.request("index")
    runner.stop()
    runner.join()
    assert [runner.job(job.id).state for job in (scan, index)] == [State.INTERRUPTED] * 2
    late = runner.request("scan")
    assert runner.wait(late.id, SECONDS).state is State.INTERRUPTED


class Left(MemoryLedger):
    """A ledger in which a process that was killed left jobs."""

    def __init__(self, *left: Job) -> None:
        super().__init__()
        self.left = list(left)

    def open(self) -> tuple[int, list[Job]]:
        return max(job.id for job in self.left), self.left


def job(number: int, kind: str, tries: int = 1, **params: object) -> Job:
    return Job(number, kind, Resource.ORIGIN, "", params, State.INTERRUPTED, tries=tries)


def test_what_was_interrupted_goes_on_where_its_kind_says_so(
    kinds: list[JobKind], bus: EventBus, held: dict[str, Held]
) -> None:
    ledger = Left(job(7, "scan", everything=True), job(8, "hear"), job(9, "index", never=True), job(10, "unknown"))
    runner = JobRunner(kinds, bus, ledger)
    runner.start()
    held["scan"].wait()
    assert held["scan"].seen == [{"everything": True}]
    (again,) = runner.rows()
    assert (again.id, again.kind, again.tries) == (11, "scan", 1)
    runner.stop()
    runner.join()


def test_what_may_be_what_kills_its_processes_is_not_tried_for_ever(kinds: list[JobKind], bus: EventBus) -> None:
    runner = JobRunner(kinds, bus, Left(job(7, "scan", tries=3)))
    runner.start()
    assert runner.rows() == []
    runner.stop()
    runner.join()


def test_who_does_one_thing_goes_on_with_nothing_else(kinds: list[JobKind], bus: EventBus) -> None:
    runner = JobRunner(kinds, bus, Left(job(7, "scan")), resumes=False)
    runner.start()
    assert runner.rows() == []
    runner.stop()
    runner.join()


def test_no_job_is_told(runner: JobRunner) -> None:
    for ask in (runner.job, runner.cancel, runner.wait):
        with pytest.raises(NoJobError, match="no job 77"):
            ask(77)
    with pytest.raises(KeyError):
        runner.request("none")


def test_waiting_may_take_too_long(runner: JobRunner) -> None:
    asked = runner.request("scan")
    assert runner.wait(asked.id, 0).state is State.QUEUED


class Machine(RuleBasedStateMachine):
    """Requests, cancels and ends in any order: what the runner says is what a list of jobs would say."""

    def __init__(self) -> None:
        super().__init__()
        self.held = {name: Held() for name in ("scan", "index", "sizes")}
        self.runner = JobRunner(
            [
                JobKind("scan", Resource.ORIGIN, self.held["scan"].run),
                JobKind("sizes", Resource.DISK, self.held["sizes"].run),
                JobKind("index", Resource.CPU, self.held["index"].run, after=frozenset({"scan"})),
            ],
            EventBus(), MemoryLedger(),
        )  # fmt: skip
        self.runner.start()
        self.running: dict[str, int] = {}
        self.waiting: dict[str, int] = {}
        self.ended: dict[int, State] = {}

    def advance(self) -> None:
        """What may begin has begun."""
        for name in list(self.waiting):
            blocked = name == "index" and ("scan" in self.running or "scan" in self.waiting)
            if name not in self.running and not blocked:
                self.running[name] = self.waiting.pop(name)
                self.held[name].wait()

    @rule(name=st.sampled_from(["scan", "index", "sizes"]))
    def request(self, name: str) -> None:
        known = self.waiting.get(name)
        asked = self.runner.request(name)
        if known is not None:
            assert asked.id == known
        else:
            assert asked.id not in (self.ended | dict.fromkeys(self.running.values()))
            self.waiting[name] = asked.id
        self.advance()

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.running)))
        number = self.running.pop(name)
        self.held[name].go.release()
        assert self.runner.wait(number, SECONDS).state is State.DONE
        self.ended[number] = State.DONE
        self.advance()

    @precondition(lambda self: self.running or self.waiting)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        live = self.running | {f"{name} waits": number for name, number in self.waiting.items()}
        name = data.draw(st.sampled_from(sorted(live)))
        number = live[name]
        self.runner.cancel(number)
        assert self.runner.wait(number, SECONDS).state is State.CANCELLED
        self.ended[number] = State.CANCELLED
        (self.running if name in self.running else self.waiting).pop(name.split()[0])
        self.advance()

    @invariant()
    def all_are_as_they_should_be(self) -> None:
        expected = (
            dict.fromkeys(self.running.values(), State.RUNNING)
            | dict.fromkeys(self.waiting.values(), State.QUEUED)
            | self.ended
        )
        assert {job.id: job.state for job in self.runner.rows(limit=1000)} == expected

    def teardown(self) -> None:
        self.runner.stop()
        self.runner.join()


Machine.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestAnyOrder = Machine.TestCase
