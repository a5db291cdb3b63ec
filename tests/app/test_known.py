"""Whoever has something changed is answered when the systems that show the drive know of it."""

from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.jobs import Jobs
from musfuse.app.library import Library
from musfuse.drive.changes import Change
from musfuse.jobs import State
from musfuse.service.requests.sources import AddSources, RemoveSource
from musfuse.service.requests.tags import SetTags
from musfuse.service.requests.views import AddView, SetView


class System:
    """One that hears of changes, and knows of none before somebody waits for it."""

    def __init__(self) -> None:
        self.unknown: list[Change] = []
        self.heard = 0

    def changed(self, change: Change) -> None:
        self.unknown.append(change)
        self.heard += 1

    def held(self, stale: bool) -> None:
        pass

    def caught_up(self, seconds: float) -> bool:
        assert seconds > 0
        self.unknown.clear()
        return True


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    sound.write(music / "a.wav", 3000, title="A", artist="Ann", album="Best")
    return make_library(index__background=False)


@pytest.fixture
def system(library: Library) -> System:
    system = System()
    library.drive.changes.listen(system)
    return system


def test_a_change_of_sources(library: Library, system: System, tmp_path: Path) -> None:
    sound.write(tmp_path / "other/b.wav", 3000, title="B", artist="Bob", album="Best")
    place = (str(tmp_path / "other"), str(tmp_path / "other"))
    call = library.handlers().call
    call(AddSources((place,)))
    library.scan_all(library.scanner())
    heard = system.heard
    call(RemoveSource(place))
    assert system.heard > heard
    assert not system.unknown


def test_a_change_of_tags(library: Library, system: System) -> None:
    library.handlers().call(SetTags(author="me", targets=(("Ann/Best/A.flac", ""),), fields=("title=Other",)))
    assert system.heard
    assert not system.unknown


@pytest.mark.parametrize("kind", ["scan", "rescan"])
def test_a_scan(library: Library, system: System, music: Path, kind: str) -> None:
    sound.write(music / "b.wav", 3000, title="B", artist="Bob", album="Best")
    jobs = Jobs(library)
    jobs.start()
    (row,) = library.sources.rows()
    job = jobs.runner.wait(jobs.request(kind, {"places": [(row.uid, "")]} if kind == "rescan" else {}).id)
    assert (job.state, job.result["read"]) == (State.DONE, 1)
    jobs.stop()
    jobs.join()
    assert system.heard
    assert not system.unknown


def test_another_template(library: Library) -> None:
    jobs, call = Jobs(library), library.handlers().call
    library.trees.in_background = lambda: jobs.request("views")
    jobs.start()
    call(AddView("other"))
    jobs.runner.wait(jobs.runner.asked("views"))
    other, system = library.drives["other"], System()
    other.changes.listen(system)
    assert call(SetView("other", template="$title")).making
    jobs.runner.wait(jobs.runner.asked("views"))
    jobs.stop()
    jobs.join()
    assert [entry.name for entry in other.list("")] == ["A.flac"]
    assert system.heard
    assert not system.unknown
