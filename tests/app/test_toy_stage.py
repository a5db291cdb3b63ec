"""A stage that only the tests know: nothing elsewhere has a line about it."""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from toystage import ToyStage, titles

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.library.catalog.database import Database
from musfuse.service.tagging import Who

CONFIG = load_config(default_sections(), flags={"index.background": False}).config


@pytest.fixture
def originals(music: Path) -> Path:
    for number in range(5):
        sound.write(music / f"{number}.wav", 2_000, title=f"T{number}", artist="A", album="B", tracknumber=str(number))
    return music


def opened(tmp_path: Path, music: Path, closing: ExitStack, make: Callable[[Database], ToyStage] = ToyStage) -> Library:
    return open_library(tmp_path / "state", CONFIG, closing, sources=[music], stages=[make])


def scan(library: Library) -> None:
    assert [result.problem for result in library.scan_all(library.scanner())] == [""]


def shown(library: Library) -> list[str]:
    return sorted(row.tags.first("title") or "" for row in library.tagging.selection.of([("", "")]))


def test_it_follows_scans_edits_and_removals(tmp_path: Path, originals: Path) -> None:
    with ExitStack() as closing:
        library = opened(tmp_path, originals, closing)
        assert library.stages.pipeline.order[-1] == "titles"
        scan(library)
        assert titles(library.catalog.database) == ["T0", "T1", "T2", "T3", "T4"]
        library.tagging.set([("title:T2", "")], ["title=New"], Who("me"))
        assert titles(library.catalog.database) == ["New", "T0", "T1", "T3", "T4"]
        library.tagging.undo(0, Who("me"))
        assert titles(library.catalog.database) == ["T0", "T1", "T2", "T3", "T4"]
        sound.tag(originals / "1.wav", title="Other")
        (originals / "0.wav").unlink()
        scan(library)
        assert titles(library.catalog.database) == ["Other", "T2", "T3", "T4"]
        library.sourcing.remove((str(originals), ""))
        assert titles(library.catalog.database) == []
        assert not library.stages.pipeline.left_over()


def test_one_that_comes_later_looks_at_everything_and_one_that_goes_leaves_nothing(
    tmp_path: Path, originals: Path
) -> None:
    with ExitStack() as closing:
        scan(open_library(tmp_path / "state", CONFIG, closing, sources=[originals]))
    with ExitStack() as closing:
        library = opened(tmp_path, originals, closing)
        library.adopt_rules()
        assert titles(library.catalog.database) == ["T0", "T1", "T2", "T3", "T4"]
    with ExitStack() as closing:
        library = open_library(tmp_path / "state", CONFIG, closing)
        library.tagging.set([("title:T2", "")], ["title=New"], Who("me"))
        library.adopt_rules()
        assert not library.stages.pipeline.left_over()
        with library.catalog.database.read() as db:
            assert not db.execute("SELECT 1 FROM watch WHERE stage = 'titles'").fetchall()
    with ExitStack() as closing:
        library = opened(tmp_path, originals, closing)
        library.adopt_rules()
        assert titles(library.catalog.database) == ["New", "T0", "T1", "T3", "T4"]


def test_threads_that_ask_for_it_first_get_one_pipeline(tmp_path: Path, originals: Path) -> None:
    with ExitStack() as closing:
        scan(opened(tmp_path, originals, closing))
    made: list[ToyStage] = []
    ready = threading.Barrier(4)

    def make(database: Database) -> ToyStage:
        time.sleep(0.05)  # so that others come meanwhile
        made.append(ToyStage(database))
        return made[-1]

    with ExitStack() as closing:
        library = open_library(tmp_path / "state", CONFIG, closing, stages=[make])

        def ask(_: int) -> int:
            ready.wait()
            return id(library.stages)

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(ask, range(4)))) == 1
        assert len(made) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a child that it forks")
@pytest.mark.parametrize("batch", range(3))
def test_what_a_kill_cut_off_is_done_when_the_library_is_opened(tmp_path: Path, originals: Path, batch: int) -> None:
    child = os.fork()
    if not child:
        left = [batch]

        def kill() -> None:
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        with ExitStack() as closing:
            scan(opened(tmp_path, originals, closing, lambda db: ToyStage(db, on_batch=kill)))
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
    with ExitStack() as closing:
        library = opened(tmp_path, originals, closing)
        with library.catalog.database.read() as db:  # of a scan on a slow machine, fewer than there are
            seen = [
                row[0] for row in db.execute("SELECT json_extract(embedded, '$.title[0]') FROM item_tags ORDER BY 1")
            ]
        assert seen
        assert titles(library.catalog.database) == seen
        assert not library.stages.pipeline.left_over()
        scan(library)
        assert titles(library.catalog.database) == ["T0", "T1", "T2", "T3", "T4"]
