"""What library jobs do beside each other."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.jobs import Jobs
from musfuse.app.library import Library
from musfuse.jobs import State
from musfuse.library.catalog import Renditions
from musfuse.library.naming import Settled
from musfuse.library.sizes import Sizes
from musfuse.model import Picture, Track
from musfuse.service.requests.tags import SetTags


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


def covers_made(library: Library, meanwhile: Callable[[], object]) -> list[State]:
    """Have covers made, and do something as it is noted what the first is; how the jobs ended that this took."""
    note, done = Renditions.set_picture, list[object]()

    def held(renditions: Renditions, track: Track, picture: Picture | None) -> None:
        if not done:
            done.append(meanwhile())
        note(renditions, track, picture)

    jobs = Jobs(library)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Renditions, "set_picture", held)
        jobs.start()
        jobs.runner.wait(jobs.request("covers", {"background": True}).id)
        while left := [job.id for job in jobs.runner.rows() if not job.ended]:
            jobs.runner.wait(left[0])
    jobs.stop()
    jobs.join()
    assert done
    return [job.state for job in jobs.runner.rows("covers")]


def test_covers_of_what_changed_while_they_were_made_are_made_once_more(make_library: Make, music: Path) -> None:
    sound.add_picture(sound.write(music / "a.mp3", 20_000, title="A", artist="Ann", album="Best"), sound.picture(400))
    library = make_library(index__background=False)

    def retag() -> None:
        fields = ("comment=else",)
        library.handlers().call(SetTags(author="me", targets=(("Ann/Best/A.mp3", ""),), fields=fields))

    assert covers_made(library, retag) == [State.DONE, State.DONE]
    row = library.catalog.tracks.at(library.sources.rows()[0].uid, "a.mp3", 0)
    assert row is not None
    assert row.track.picture is not None
    assert row.track.picture.digest


def test_covers_are_made_once_where_nothing_changes(make_library: Make, music: Path) -> None:
    sound.add_picture(sound.write(music / "a.mp3", 20_000, title="A", artist="Ann", album="Best"), sound.picture(400))
    assert covers_made(make_library(index__background=False), lambda: None) == [State.DONE]
