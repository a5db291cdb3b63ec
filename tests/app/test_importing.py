"""Imports as jobs of a library."""

import gc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.importing import import_params, run_import
from musfuse.app.library import Library
from musfuse.errors import ConfigError
from musfuse.jobs import JobContext
from musfuse.service.requests.imports import BeginImport

ROWS = 1200


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    sound.write(music / "One.flac", 2000, title="One", artist="Ann")
    return make_library(index__background=False)


class Told:
    """What a job told, and its context; it is stopped once it told of `stop_on`."""

    def __init__(self, params: Mapping[str, Any], stop_on: str | None = None) -> None:
        self.said: list[tuple[int, int, str]] = []
        self.so_far: dict[str, Any] = {}
        self.thresholds = set[int]()
        self._stop_on = stop_on
        self.context = JobContext(params, self._report, lambda: False, lambda: True)

    def _report(self, done: int, total: int, what: str, so_far: dict[str, Any]) -> None:
        self.said.append((done, total, what))
        self.so_far |= so_far
        self.thresholds.add(gc.get_threshold()[0])
        if what == self._stop_on:
            self.context.stop()


def params(tmp_path: Path, music: Path, **facts: Any) -> Mapping[str, Any]:
    rows = "".join(f"{music}/{'One' if n == 700 else n}.flac,4,T{n}\n" for n in range(ROWS))
    (tmp_path / "x.csv").write_text("real_path,rating,title\n" + rows)
    return import_params(BeginImport(kind="musfuse", path=tmp_path / "x.csv", author="me", **facts))


def test_it_tells_how_far_it_is(library: Library, music: Path, tmp_path: Path) -> None:
    told = Told(params(tmp_path, music))
    result = run_import(library, told.context)
    assert (result["tracks"], result["found"], result["rated"], result["changed"]) == (ROWS, {"path": 1}, 1, 1)
    assert [said for said in told.said if said[2] == "by path"] == [
        (0, 0, "by path"),
        (500, 0, "by path"),
        (1000, 0, "by path"),
    ]
    assert [what for _, _, what in told.said][-3:] == ["tags", "stars, plays and playlists", ""]
    assert told.said[-1] == (ROWS, ROWS, "")


@pytest.mark.parametrize("stop_on", ["by path", "by ids and tags", "tags"])
def test_one_that_is_stopped_leaves_nothing(library: Library, music: Path, tmp_path: Path, stop_on: str) -> None:
    """Also once its tags are written, and its stars and plays are."""
    told = Told(params(tmp_path, music), stop_on)
    assert run_import(library, told.context) == {}
    assert told.said[-1][2] == stop_on
    assert library.collector.last() == 0
    assert list(library.playing.ratings.rated(1)) == []
    (row,) = library.tagging.selection.everything()
    assert row.tags["title"] == ("One",)


def test_python_collects_as_before_when_it_is_done(library: Library, music: Path, tmp_path: Path) -> None:
    before = gc.get_threshold()
    for stop_on in (None, "by path"):
        told = Told(params(tmp_path, music), stop_on)
        run_import(library, told.context)
        assert gc.get_threshold() == before
        assert max(told.thresholds) > before[0]


def test_what_is_asked_for_wrongly_is_told_apart(library: Library, music: Path, tmp_path: Path) -> None:
    told = Told(params(tmp_path, music, mappings=("x",)))
    with pytest.raises(ConfigError, match="FROM=TO is wanted"):
        run_import(library, told.context)
    assert told.so_far == {"usage": True}
