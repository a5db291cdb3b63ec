"""The threads of a lane."""

import threading

from patient import until

from musfuse.sources.crew import Crew
from musfuse.sources.task import Task
from musfuse.sources.urgency import Urgency


def test_a_closed_crew_takes_nothing_and_gives_back_what_it_had() -> None:
    go, made = threading.Event(), list[Task]()

    def make(task: Task) -> None:
        made.append(task)
        go.wait()

    crew = Crew("crew", 1, make)
    tasks = [Task(lambda: None, Urgency.READER, 1) for _ in range(3)]
    assert all(map(crew.put, tasks))
    until(lambda: made == tasks[:1])
    assert crew.close() == tasks[1:]
    assert not crew.put(tasks[1])
    go.set()


def test_others_take_over_from_threads_that_hang() -> None:
    go, made = threading.Event(), list[Urgency]()

    def make(task: Task) -> None:
        made.append(task.urgency)
        if len(made) <= 2:
            go.wait()

    crew = Crew("crew", 2, make)
    for _ in range(2):
        crew.put(Task(lambda: None, Urgency.READER, 1))
    until(lambda: len(made) == 2)
    crew.put(Task(lambda: None, Urgency.INDEX, 1))
    crew.renew()
    crew.put(Task(lambda: None, Urgency.SCAN, 1))
    until(lambda: len(made) == 4)
    assert made[2:] in ([Urgency.SCAN, Urgency.INDEX], [Urgency.INDEX, Urgency.SCAN])
    go.set()
    crew.close()


def test_a_renewed_crew_makes_what_waits_in_its_queue() -> None:
    """Also where nothing is put into it afterwards."""
    go, made = threading.Event(), list[int]()

    def make(task: Task) -> None:
        made.append(task.size)
        if task.size:
            go.wait()

    crew = Crew("crew", 1, make)
    crew.put(Task(lambda: None, Urgency.READER, 1, size=1))
    until(lambda: made == [1])
    crew.put(Task(lambda: None, Urgency.READER, 1, size=0))
    crew.renew()
    until(lambda: made == [1, 0])
    go.set()
    crew.close()


def test_as_many_at_a_time_as_there_may_be_also_where_some_threads_were_idle() -> None:
    go, lock, made = threading.Event(), threading.Lock(), list[int]()

    def make(task: Task) -> None:
        with lock:
            made.append(task.size)
        if task.size:
            go.wait()

    crew = Crew("crew", 16, make)
    crew.put(Task(lambda: None, Urgency.READER, 1))
    until(lambda: made == [0])  # a thread, which waits for more from now on
    for number in range(1, 13):
        crew.put(Task(lambda: None, Urgency.SCAN, 1, size=number))
    until(lambda: len(made) == 13)
    go.set()
    crew.close()


def test_who_waits_for_what_is_made_already_takes_no_place_for_ever() -> None:
    """A reader who comes to what was asked for ahead: it began as a call of nobody, and ends as one of a reader."""
    made = list[int]()

    def make(task: Task) -> None:
        task.hurry(Urgency.READER, 1)
        made.append(task.size)

    crew = Crew("crew", 4, make)
    for number in range(20):
        crew.put(Task(lambda: None, Urgency.PREFETCH, 1, size=number))
        until(lambda number=number: number in made)
    crew.close()
