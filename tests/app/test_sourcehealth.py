"""Whether sources can be reached: looked at when somebody asks, no more often than that is worth."""

import threading
from pathlib import Path
from typing import Any

import pytest
import sound
from monitoring.conftest import Watch, watch  # noqa: F401 - a fixture
from patient import HandClock, until

from musfuse.app.sourcehealth import SourcesAtAGlance
from musfuse.errors import StoreError
from musfuse.origins.local.origin import LocalOrigin
from musfuse.service.requests.overview import SourceHealth


def test_a_source_that_goes_away_and_comes_back(watch: Watch, music: Path) -> None:
    host, clock = watch(follow__enabled=False), HandClock()
    glance = SourcesAtAGlance(host.library, clock=clock)
    (told,) = glance.all()
    assert (told.health, told.problem, told.files, told.name) == (SourceHealth.HEALTHY, "", 2, "music")
    assert told.bytes == sum(file.stat().st_size for file in music.iterdir())
    away = music.rename(music.with_name("away"))
    assert glance.one(told.id).health is SourceHealth.HEALTHY  # as it was a moment ago
    clock.now += 31
    gone = glance.one(told.id)
    assert gone.health is SourceHealth.UNHEALTHY
    assert str(music) in gone.problem
    host.jobs.runner.wait(host.jobs.request("scan").id, 60)
    away.rename(music)
    clock.now += 31
    doubtful = glance.one(told.id)  # it can be reached, but what was last seen of it was nothing
    assert doubtful.health is SourceHealth.DEGRADED
    assert doubtful.problem
    host.jobs.runner.wait(host.jobs.request("scan").id, 60)
    clock.now += 31
    assert glance.one(told.id).health is SourceHealth.HEALTHY


def test_a_source_that_hangs_costs_one_thread(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    host, clock, go, asked = watch(follow__enabled=False), HandClock(), threading.Event(), list[str]()
    stat = LocalOrigin.stat

    def hang(self: LocalOrigin, path: str) -> Any:
        asked.append(path)
        assert go.wait(60)
        return stat(self, path)

    monkeypatch.setattr(LocalOrigin, "stat", hang)
    glance = SourcesAtAGlance(host.library, 0.01, clock)
    (told,) = glance.all()
    assert (told.health, told.problem) == (SourceHealth.UNKNOWN, "")
    for _ in range(3):
        clock.now += 31
        (told,) = glance.all()
        assert told.health is SourceHealth.UNHEALTHY
        assert "does not answer" in told.problem
    assert glance.one(told.id, look=False).health is SourceHealth.UNHEALTHY
    assert asked == [""]
    go.set()
    until(lambda: glance._looks[told.id].health is SourceHealth.HEALTHY)


def test_files_are_counted_when_they_changed(watch: Watch, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host, clock = watch(follow__enabled=False), HandClock()
    glance, counted = SourcesAtAGlance(host.library, clock=clock), list[int]()
    sources, count = host.library.catalog.sources, host.library.catalog.sources.holdings

    def counting() -> dict[str, tuple[int, int]]:
        counted.append(1)
        return count()

    monkeypatch.setattr(type(sources), "holdings", lambda self: counting())
    for _ in range(5):
        glance.all()
    assert len(counted) == 1
    sound.write(music / "3.wav", artist="Ann", album="Lib", title="T3", seed=3)
    host.jobs.runner.wait(host.jobs.request("scan").id, 60)
    assert glance.all()[0].files == 3

    def failing() -> dict[str, tuple[int, int]]:
        raise StoreError("full")

    monkeypatch.setattr(type(sources), "holdings", lambda self: failing())
    host.library.catalog.database.set_meta("x", "y")
    assert glance.all()[0].files == 3
