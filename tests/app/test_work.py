"""What library jobs do beside each other."""

import threading
from pathlib import Path

import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.jobs import Jobs
from musfuse.jobs import State
from musfuse.library.naming import Settled
from musfuse.library.sizes import Sizes


def test_a_scan_waits_for_no_index_pass(make_library: Make, music: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    for n in range(4):
        sound.write(music / f"{n}.wav", 3000, title=str(n), seed=n)
    library = make_library(index__background=False)
    began, go, request = threading.Event(), threading.Event(), Sizes.request

    def held(*args):  # type: ignore[no-untyped-def]
        began.set()
        assert go.wait(60)
        return request(*args)

    monkeypatch.setattr(Sizes, "request", held)
    jobs = Jobs(library)
    jobs.start()
    index = jobs.request("index")
    assert began.wait(60)
    sound.write(music / "new.wav", 3000, title="New", seed=9)
    scan = jobs.runner.wait(jobs.request("scan").id)
    assert (scan.state, scan.result["read"]) == (State.DONE, 1)
    assert jobs.runner.job(index.id).state is State.RUNNING
    assert [entry.name for entry in library.drive.list("Unknown Artist/music")][-1] == "New.flac"
    again = jobs.request("index")
    go.set()
    assert jobs.runner.wait(again.id).result["there"] == 5
    jobs.stop()
    jobs.join()


def test_a_cancelled_scan_asks_for_nothing_more(make_library: Make, music: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    sound.write(music / "a.wav", title="A")
    library = make_library()
    jobs = Jobs(library)
    scan_all = library.scan_all

    def cancelled(scanner, everything=False):  # type: ignore[no-untyped-def]
        jobs.runner.cancel(jobs.runner.asked("scan"))
        return scan_all(scanner, everything)

    monkeypatch.setattr(library, "scan_all", cancelled)
    jobs.start()
    assert jobs.runner.wait(jobs.request("scan").id).state is State.CANCELLED
    assert [job.kind for job in jobs.runner.rows()] == ["scan"]
    jobs.stop()
    jobs.join()


def test_names_are_given_by_one_thread_from_first_to_last(make_library: Make, music: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """What another run notes meanwhile would be taken for this one's, and the drive told before it is so."""
    sound.write(music / "a.wav", title="A")
    library = make_library()
    run, take, stages = library.stages.pipeline.run, Settled.take, library.stages
    entered, other = list[threading.Thread](), threading.Thread(target=library.name_tracks)
    meanwhile: list[bool] = []

    def watched() -> None:
        entered.append(threading.current_thread())
        run()

    def held(settled: Settled) -> Settled:
        if threading.current_thread() is not other and settled is stages.settled:
            other.start()
            other.join(0.2)  # time enough to begin, for one that may
            meanwhile.append(other in entered)
        return take(settled)

    monkeypatch.setattr(stages.pipeline, "run", watched)
    monkeypatch.setattr(Settled, "take", held)
    library.name_tracks()
    assert meanwhile == [False]
    other.join(60)
    assert other in entered
