"""A crew of workers: tasks in order, what a worker takes with it when it dies, and what happens at the end."""

import threading
from collections.abc import Callable, Iterator

import pytest
from mount.conftest import until  # noqa: F401 - a fixture

from musfuse.media.workers.child import job_values
from musfuse.media.workers.crew import Crew, FirstInFirstOut
from musfuse.media.workers.failures import Failure, FailureKind
from musfuse.media.workers.wire import Kind, Message
from musfuse.model import SourceFile
from musfuse.origins import MemoryOrigin
from musfuse.platform import system

ORIGIN = MemoryOrigin("m", {"a.bin": b"0123456789"})
FILE = SourceFile("m", "a.bin", ORIGIN.stat("a.bin").stamp)


class Job:
    """A task for a toy worker; `ended` is set when it was settled, or failed."""

    origin, file = ORIGIN, FILE

    def __init__(self, what: str) -> None:
        self.what, self.ended = what, threading.Event()
        self.answer: Message | None = None
        self.failure: Failure | None = None

    def message(self) -> Message:
        return Message(Kind.JOB, {**job_values(ORIGIN, FILE), "do": self.what})

    def settle(self, answer: Message) -> None:
        if self.what == "refuse":
            raise ValueError("that makes no sense")
        self.answer = answer
        self.ended.set()

    def fail(self, failure: Failure) -> None:
        self.failure = failure
        self.ended.set()


Make = Callable[..., tuple[Crew[Job], Callable[..., list[Job]]]]


@pytest.fixture
def make() -> Iterator[Make]:
    crews: list[Crew[Job]] = []

    def make(workers: int = 1, ahead: int = 1, module: str = "toyworker") -> tuple[Crew[Job], Callable[..., list[Job]]]:
        lock, queue = threading.Lock(), FirstInFirstOut[Job]()
        crew = Crew(module, [], queue, lock, workers=workers, ahead=ahead)
        crews.append(crew)

        def put(*what: str) -> list[Job]:
            jobs = [Job(one) for one in what]
            with lock:
                for job in jobs:
                    queue.push(job)
            crew.offer()
            return jobs

        return crew, put

    yield make
    for crew in crews:
        crew.close()


def done(jobs: list[Job]) -> list[str]:
    assert all(job.ended.wait(60) for job in jobs)
    return [job.answer.said["did"] if job.answer else job.failure.kind.value for job in jobs]  # type: ignore[union-attr]


@pytest.mark.parametrize("ahead", [1, 8])
def test_one_that_kills_its_worker_takes_nothing_with_it(make: Make, ahead: int) -> None:
    crew, put = make(ahead=ahead)
    names = [f"job {n}" for n in range(6)]
    assert done(put(*names[:3], "die", *names[3:])) == [*names[:3], "file", *names[3:]]
    assert len(crew.pids()) == 1


def test_one_whose_worker_the_system_killed_is_done_once_more_and_then_given_up(make: Make) -> None:
    _, put = make(workers=2, ahead=4)
    assert done(put("one", "killed", "two", "three")) == ["one", "system", "two", "three"]


def test_an_answer_that_makes_no_sense_costs_the_worker_its_job(make: Make) -> None:
    _, put = make()
    assert done(put("one", "refuse", "two")) == ["one", "file", "two"]


def test_several_workers_are_at_work_where_there_is_enough_to_do(make: Make) -> None:
    crew, put = make(workers=2)
    (hangs,) = put("hang")
    assert done(put("one", "two")) == ["one", "two"]
    assert len(crew.pids()) == 2
    crew.close()
    assert done([hangs]) == ["stopping"]
    assert crew.pids() == []


def test_what_waits_at_the_end_is_told(make: Make) -> None:
    crew, put = make()
    jobs = put("hang", "one", "two")
    crew.close()
    assert done(jobs) == ["stopping"] * 3
    late = put("late")
    assert crew.pids() == []
    assert not late[0].ended.is_set()


def test_a_worker_is_ready_before_the_first_job(make: Make, until: Callable[..., None]) -> None:
    crew, put = make()
    crew.warm()
    until(lambda: len(crew.pids()) == 1)
    before = crew.pids()
    assert done(put("one")) == ["one"]
    assert crew.pids() == before


def test_a_worker_that_cannot_start_is_told_to_who_waits(make: Make) -> None:
    _, put = make(module="no_such_module_at_all")
    jobs = put("one")
    kind = FailureKind.SYSTEM if system.was_killed(1) else FailureKind.FILE  # who ends a process gives it 1 on Windows
    assert done(jobs) == [kind.value]
    assert jobs[0].failure is not None
    assert jobs[0].failure.kind is kind


def test_first_in_first_out_but_for_what_is_urgent() -> None:
    queue = FirstInFirstOut[int]()
    assert queue.pop() is None
    for n in range(3):
        queue.push(n)
    queue.push(9, urgent=True)
    queue.push(10, urgent=True)
    assert len(queue) == 5
    assert [queue.pop() for _ in range(3)] == [9, 10, 0]
    assert queue.drop() == [1, 2]
    assert len(queue) == 0
