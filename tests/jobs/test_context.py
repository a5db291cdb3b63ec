"""What a job has in its hands."""

import threading

from musfuse.jobs import JobContext


def context() -> JobContext:
    return JobContext({}, lambda *_: None, lambda: False, lambda: False)


def test_what_stops_a_job_is_called_while_it_works() -> None:
    made, stopped = context(), list[str]()
    with made.stopped_by(lambda: stopped.append("first")):
        with made.stopped_by(lambda: stopped.append("second")):
            made.stop()
        assert (stopped, made.stopping) == (["first", "second"], True)
    made.stop()
    assert stopped == ["first", "second"]


def test_who_comes_after_the_stop_is_stopped_at_once() -> None:
    made, stopped = context(), list[bool]()
    made.stop()
    with made.stopped_by(lambda: stopped.append(True)):
        assert stopped == [True]


def test_a_pause_ends_with_the_stop() -> None:
    made = context()
    waiting = threading.Thread(target=made.pause, args=(600,))
    waiting.start()
    made.stop()
    waiting.join(60)
    assert not waiting.is_alive()


def test_once_it_gave_way_it_goes_on_to_do_so() -> None:
    wanted = [True, False]
    made = JobContext({}, lambda *_: None, lambda: wanted.pop(0), lambda: True)
    assert made.gives_way()
    assert made.gives_way()
    assert (made.gave_way, made.urgent) == (True, True)
