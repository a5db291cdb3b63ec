"""One call with its deadline."""

import time

from musfuse.sources.task import STEP, Task
from musfuse.sources.urgency import Urgency


def test_the_first_answer_counts() -> None:
    task = Task(lambda: None, Urgency.READER, 10)
    assert task.settle(1)
    assert not task.settle(error=ValueError())
    assert task.wait()
    assert task.result() == 1


def test_a_readers_patience_begins_at_once_that_of_others_when_it_is_their_turn() -> None:
    assert not Task(lambda: None, Urgency.READER, 0).wait()
    scan = Task(lambda: None, Urgency.SCAN, 0)
    assert scan.deadline is None
    scan.begin()
    assert not scan.wait()


def test_it_is_waited_for_while_bytes_come() -> None:
    task = Task(lambda: None, Urgency.READER, 60)
    task.deadline = 0.0
    task.came(STEP - 1)
    assert task.deadline == 0.0
    task.came(1)
    assert task.deadline > time.monotonic() + 50
    before = task.deadline
    task.put_off(5)
    assert task.deadline == before + 5
