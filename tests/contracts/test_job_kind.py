"""What every kind of job has to be, over a real library: its result is JSON, it returns soon where it is stopped, and
where it was cut off anywhere, doing it once more ends as if nothing had happened."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sound

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.app.work import Work
from musfuse.config.load import load_config
from musfuse.jobs import JobContext, JobKind
from musfuse.library.userdb import ViewSpec, ViewTable
from musfuse.store import KvNamespace

_INDEX = KvNamespace.INDEX
KINDS = (
    "scan",
    "rescan",
    "views",
    "sizes",
    "import",
    "index",
    "covers",
    "identity",
    "indexfar",
    "vacuum",
    "care",
    "sweep",
)
FAR = ("pin", "verify")
"""Those that have nothing to do here; tests/app/test_farcontents.py cuts them off."""
PARAMS: dict[str, Mapping[str, Any]] = {"scan": {"everything": True}}


class Desk:
    """A library in which every kind has something to do."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.folder, music = folder, folder / "music"
        for n in range(6):
            sound.write(music / f"{n}.wav", 3000, title=str(n), seed=n)
            sound.write(music / f"{n}.mp3", 3000, title=f"{n} lossy", seed=n)
        config = load_config(default_sections(), env={}, flags={"index.background": False}).config
        self.library: Library = open_library(folder / "state", config, closing, sources=[music])
        self.asked: list[str] = []
        self.work = Work(self.library, lambda kind, _: self.asked.append(kind), lambda *_: None)
        self.kinds = {kind.name: kind for kind in self.work.kinds()}

    def prepare(self, kind: str) -> JobKind:
        """Everything before a kind is done."""
        if kind not in ("scan", "rescan"):
            self.library.scan_all(self.library.scanner())
        if kind == "views":
            ViewTable(self.library.stores.user).put(ViewSpec("car", "$title"))
            self.library.trees.adopt()
        if kind == "sweep":
            for n in range(5):
                self.library.stores.kv.put(_INDEX, f"gone/{n}/1-1/0-/8/4096/x", b"1")
        return self.kinds[kind]

    def params(self, kind: str) -> Mapping[str, Any]:
        """What is asked of a job of a kind."""
        if kind == "rescan":
            return {"places": [[row.uid, ""] for row in self.library.sources.rows()]}
        if kind == "import":
            rows = "".join(f"{self.folder}/music/{n}.mp3,New {n},{1 + n % 5}\n" for n in range(6))
            (self.folder / "x.csv").write_text(f"real_path,title,rating\n{rows}")
            return {"kind": "musfuse", "path": str(self.folder / "x.csv"), "author": "me"}
        return PARAMS.get(kind, {})

    def state(self) -> dict[str, Any]:
        """What jobs leave behind."""
        library = self.library
        with library.catalog.database.read() as db:
            contents = db.execute("SELECT facts, content FROM item ORDER BY facts, content").fetchall()
        return {
            "names": sorted(entry.name for entry in library.drive.list("Unknown Artist/music"))
            if library.catalog.nodes.counts()[1]
            else [],
            "pending": library.catalog.renditions.pending(library.sizes.tokens()),
            "contents": contents,
            "stars": sorted(stars for _, stars in library.playing.ratings.rated(1)),
            "car": sorted(entry.name for entry in library.drives["car"].list("")) if "car" in library.drives else [],
            "indexes": sorted(library.stores.kv.scan(_INDEX)),
        }


class Context(JobContext):
    """One whose job is stopped at its `n`-th step: a report of progress, or a look whether it gives way."""

    def __init__(self, params: Mapping[str, Any], stop_at: int = 0) -> None:
        super().__init__(params, self._reported, self._looked, lambda: True)
        self.steps, self._stop_at = 0, stop_at
        self.reports: list[tuple[int, int, dict[str, Any]]] = []

    def _reported(self, done: int, total: int, what: str, so_far: dict[str, Any]) -> None:
        self.reports.append((done, total, so_far))
        json.dumps([done, total, what, so_far])
        self._step()

    def _looked(self) -> bool:
        self._step()
        return False

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self._stop_at:
            self.stop()


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("name", [*KINDS, *FAR])
def test_its_result_and_progress_are_json(tmp_path: Path, closing: ExitStack, name: str) -> None:
    desk = Desk(tmp_path, closing)
    kind, context = desk.prepare(name), Context(desk.params(name))
    json.dumps(dict(kind.run(context)))
    assert all(done >= 0 and (not total or done <= total) for done, total, _ in context.reports)


@pytest.mark.parametrize("name", KINDS)
def test_one_that_is_stopped_before_it_begins_does_nothing(tmp_path: Path, closing: ExitStack, name: str) -> None:
    desk = Desk(tmp_path, closing)
    kind, context = desk.prepare(name), Context(desk.params(name))
    before = desk.state()
    context.stop()
    kind.run(context)
    assert desk.state() == before
    assert desk.asked == []


@pytest.mark.parametrize("name", KINDS)
def test_one_that_was_cut_off_anywhere_ends_the_same_when_it_is_done_again(
    tmp_path: Path, closing: ExitStack, name: str
) -> None:
    whole = Desk(tmp_path / "whole", closing)
    counting = Context(whole.params(name))
    whole.prepare(name).run(counting)
    expected = whole.state()
    assert (name == "sizes") or counting.steps > 0
    for step in {1, max(1, counting.steps // 2), counting.steps}:
        desk = Desk(tmp_path / f"cut at {step}", closing)
        kind = desk.prepare(name)
        kind.run(Context(desk.params(name), stop_at=step))
        kind.run(Context(desk.params(name)))
        kind.run(Context(desk.params(name)))  # and once more for nothing
        assert _without_inodes(desk.state()) == _without_inodes(expected), step


def _without_inodes(state: dict[str, Any]) -> dict[str, Any]:
    """Keys of indexes name their originals by numbers that are other ones in another folder."""
    return state | {"indexes": len(state["indexes"])}
