"""One worker process, as its parent sees it: answers, bytes that it asks for, and how it may end."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.media.workers.child import job_values
from musfuse.media.workers.crew import _SENT_AHEAD
from musfuse.media.workers.failures import FailureKind
from musfuse.media.workers.process import WorkerProcess
from musfuse.media.workers.watch import Patience, Watch
from musfuse.media.workers.wire import Kind, Message
from musfuse.model import SourceFile
from musfuse.origins import MemoryOrigin, Origin
from musfuse.platform import system

BY_ITSELF = FailureKind.SYSTEM if system.was_killed(1) else FailureKind.FILE
"""What it is taken for that a Python ends with an error: on Windows, who ends a process has it end with 1, too."""


@pytest.fixture
def origin() -> MemoryOrigin:
    """One that only this process reaches."""
    return MemoryOrigin("m", {"a.bin": bytes(range(256)) * 1000})


@pytest.fixture
def file(origin: Origin) -> SourceFile:
    return SourceFile("m", "a.bin", origin.stat("a.bin").stamp)


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    made = WorkerProcess("toyworker", ["0.05"])
    yield made
    made.kill()
    made.end()


def ask(worker: WorkerProcess, origin: Origin, file: SourceFile, *what: str) -> list[Message | None]:
    worker.send([Message(Kind.JOB, {**job_values(origin, file), "do": one}) for one in what])
    return [worker.answer(origin, file, Watch(Patience(), 0, time.monotonic()), time.monotonic) for _ in what]


def test_answers_come_in_order(worker: WorkerProcess, origin: Origin, file: SourceFile) -> None:
    answers = ask(worker, origin, file, "one", "talk", "three")
    assert [answer.said["did"] for answer in answers if answer] == ["one", "talk", "three"]
    assert {answer.said["pid"] for answer in answers if answer} == {worker.pid}
    assert worker.is_alive()
    worker.end()
    assert not worker.is_alive()


def test_jobs_are_taken_while_a_long_answer_is_on_its_way(
    worker: WorkerProcess, origin: Origin, file: SourceFile
) -> None:
    one = Message(Kind.JOB, {**job_values(origin, file), "do": "one"})
    count = _SENT_AHEAD // len(one.to_bytes())
    answers = ask(worker, origin, file, "long", *["one"] * count)
    assert [len(answer.data) for answer in answers if answer] == [200_000, *[0] * count]


def test_what_it_cannot_reach_is_read_for_it(worker: WorkerProcess, origin: MemoryOrigin, file: SourceFile) -> None:
    (answer,) = ask(worker, origin, file, "read")
    assert answer is not None
    assert answer.data == bytes(range(256)) * 1000


def test_an_error_of_the_origin_arrives_as_what_it_is(worker: WorkerProcess, origin: MemoryOrigin) -> None:
    (answer,) = ask(
        worker, origin, SourceFile("m", "gone", MemoryOrigin("o", {"gone": b"x"}).stat("gone").stamp), "read"
    )
    assert answer is not None
    assert (answer.said["error"], "gone" in answer.said["message"]) == ("NotFoundError", True)


@pytest.mark.parametrize(
    ("what", "kind", "said"),
    [
        ("die", FailureKind.FILE, "crashed"),
        ("killed", FailureKind.SYSTEM, "killed"),
        ("exit", FailureKind.FILE, "crashed"),
    ],
)
def test_how_it_ended_tells_whose_fault_it_was(
    worker: WorkerProcess, origin: Origin, file: SourceFile, what: str, kind: FailureKind, said: str
) -> None:
    assert ask(worker, origin, file, what) == [None]
    worker.end()
    failure = worker.failure()
    assert failure.kind is kind
    assert said in failure.reason


def test_nonsense_is_no_answer(worker: WorkerProcess, origin: Origin, file: SourceFile) -> None:
    assert ask(worker, origin, file, "nonsense") == [None]


def test_one_that_does_not_get_on_is_ended(worker: WorkerProcess, origin: Origin, file: SourceFile) -> None:
    class Impatient(Watch):
        def verdict(self, now: float):  # type: ignore[no-untyped-def]
            from musfuse.media.workers.failures import Failure

            return Failure(FailureKind.FILE, "it does not get on")

    ask(worker, origin, file, "one")
    worker.judge(0)  # nothing is to be done: nobody judges it
    assert worker.is_alive()
    worker.send([Message(Kind.JOB, {**job_values(origin, file), "do": "hang"})])
    worker.watched_by(Impatient(Patience(), 0, 0))
    worker.judge(0)
    worker.end()
    assert worker.failure().reason == "it does not get on"


def test_a_job_for_one_that_is_gone(worker: WorkerProcess, origin: Origin, file: SourceFile) -> None:
    worker.kill()
    worker._process.wait()
    with pytest.raises(OSError):
        ask(worker, origin, file, *["one"] * 50)


def test_a_module_that_is_not_there_ends_at_once(origin: Origin, file: SourceFile, tmp_path: Path) -> None:
    worker = WorkerProcess("no_such_module_at_all", [])
    assert worker.answer(origin, file, Watch(Patience(), 0, 0), time.monotonic) is None
    worker.end()
    assert worker.failure().kind is BY_ITSELF
