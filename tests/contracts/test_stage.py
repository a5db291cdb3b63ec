"""What every stage keeps to, the built-in ones and one that only tests know."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stagebench import Bench, Wrapped, small_batches

from musfuse.errors import StoreError
from musfuse.library.pipeline import Pipeline, Stage

NAMES = ["cue", "identity", "overlay", "entities", "place", "settle", "search", "browse", "titles"]
each_stage = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "catalog.db")
    made.fill()
    yield made
    made.close()


class CutError(Exception):
    """As a kill would."""


def run_before(bench: Bench, name: str) -> None:
    """Have all stages done that run before this one."""
    for other in bench.pipeline.order[: bench.pipeline.order.index(name)]:
        while bench.stages[other].batch():
            pass


def test_these_are_all_and_none_waits_for_one_that_is_not_there(bench: Bench) -> None:
    assert bench.pipeline.order == NAMES
    for number, name in enumerate(NAMES):
        assert name.isalpha()
        assert set(bench.stages[name].after) <= set(NAMES[:number])


def test_the_bench_has_something_for_each(bench: Bench) -> None:
    bench.pipeline.run()
    found = bench.dump()
    assert all(found[table] for table in ("item", "artist", "album", "member", "place", "rendition", "toy_title"))
    with bench.database.read() as db:
        assert db.execute("SELECT count(*) FROM item WHERE part > 0").fetchone() == (2,)
        assert db.execute("SELECT count(*) FROM item_tags WHERE merged IS NOT NULL").fetchone() == (1,)
        assert db.execute("SELECT max(various), max(several_discs) FROM member").fetchone() == (1, 1)
        assert db.execute("SELECT count(DISTINCT tree) FROM node").fetchone() == (2,)


@each_stage
def test_it_does_nothing_where_nothing_is_due(bench: Bench, name: str) -> None:
    bench.pipeline.run()
    before = bench.dump()
    assert bench.stages[name].batch() is False
    assert bench.dump() == before


@each_stage
def test_its_marks_are_its_own(bench: Bench, name: str) -> None:
    run_before(bench, name)
    before = [mark for mark in bench.todo() if mark[0].partition(".")[0] == name]
    assert before
    while bench.stages[name].batch():
        pass
    assert not [mark for mark in bench.todo() if mark[0].partition(".")[0] == name]
    assert {mark[0].partition(".")[0] for mark in bench.todo()} <= set(NAMES)


@each_stage
def test_done_again_it_gives_the_same(bench: Bench, name: str) -> None:
    bench.pipeline.run()
    before = bench.dump()
    stage = bench.stages[name]
    with bench.database.write() as db:
        for what in stage.watches:
            kind = "folder" if what == "folder" else "item"
            db.execute(f"INSERT OR IGNORE INTO todo SELECT ?, id FROM {kind}", (name,))
        if name == "settle":
            db.execute("INSERT INTO todo SELECT 'settle.' || tree, dir_key FROM node WHERE dir_key IS NOT NULL")
        if name == "entities":
            db.execute("INSERT INTO todo SELECT 'entities.album', id FROM album")
            db.execute("INSERT INTO todo SELECT 'entities.artist', id FROM artist")
            db.execute(
                "INSERT INTO todo SELECT DISTINCT 'entities.compilation', compilation_key FROM member"
                " WHERE compilation_key <> ''"
            )
    assert bench.todo()
    bench.pipeline.run()
    assert bench.dump() == before


@each_stage
def test_what_fails_leaves_its_marks_and_nothing_else(bench: Bench, name: str) -> None:
    run_before(bench, name)
    before = bench.dump()
    with bench.database.write() as db:  # when it says that it is done
        db.execute("CREATE TEMP TRIGGER full BEFORE DELETE ON todo BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(StoreError):
        bench.stages[name].batch()
    assert bench.dump() == before
    with bench.database.write() as db:
        db.execute("DROP TRIGGER full")
    assert bench.stages[name].batch()


@each_stage
def test_new_rules_have_everything_done_again(bench: Bench, name: str) -> None:
    bench.pipeline.run()
    before = bench.dump()
    stages = [Wrapped.of(s, rules="others") if s.name == name else s for s in bench.stages.values()]
    Pipeline(bench.database, stages).adopt_rules()
    first = [str(watch) for watch in bench.stages[name].watches[:1]]
    with bench.database.read() as db:
        wanted = {
            "folder": "SELECT DISTINCT folder FROM file ORDER BY 1", "item": "SELECT id FROM item ORDER BY 1",
        }  # fmt: skip
        keys = [row[0] for what in first for row in db.execute(wanted[what])]
    assert bench.todo() == [(name, key) for key in keys]
    bench.pipeline.adopt_rules()
    bench.pipeline.run()
    assert bench.dump() == before


def test_one_that_watches_for_it_lets_go_of_what_is_gone(bench: Bench) -> None:
    bench.pipeline.run()
    before = bench.dump()["toy_title"]
    bench.remove("va/3.wav")
    assert bench.dump()["toy_title"] == before
    assert [mark for mark in bench.todo() if mark[0] == "titles"]
    bench.pipeline.run()
    after = bench.dump()
    assert len(after["toy_title"]) == len(before) - 1
    assert {row[0] for row in after["toy_title"]} == {row[0] for row in after["item_tags"]}


@pytest.mark.parametrize("work", [Bench.fill, Bench.change])
def test_cut_after_any_batch_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[Bench], None]
) -> None:
    first = Bench(tmp_path / "first.db")
    if work is Bench.change:
        first.fill()
        first.pipeline.run()
    work(first)
    store = first.store
    first.close()

    def opened(name: str) -> Bench:
        return Bench(Path(shutil.copy(tmp_path / "first.db", tmp_path / name)), store)

    whole = opened("whole.db")
    whole.pipeline.run()
    wanted = whole.dump(ids=False)
    whole.close()
    small_batches(monkeypatch)
    batches = 0
    while True:
        bench = opened(f"{batches}.db")
        done = run_until(bench, batches)
        bench.close()
        again = Bench(tmp_path / f"{batches}.db", store)
        again.pipeline.adopt_rules()
        again.pipeline.run()
        assert again.dump(ids=False) == wanted, f"after {batches} batches"
        again.close()
        if done:
            break
        batches += 1
    assert batches > len(NAMES)


def run_until(bench: Bench, batches: int) -> bool:
    """Run all stages, and stop after so many batches that did something; whether that was everything."""
    left = [batches]

    def counted(stage: Stage) -> Callable[[], bool]:
        def batch() -> bool:
            if not left[0]:
                raise CutError
            worked = stage.batch()
            left[0] -= worked
            return worked

        return batch

    try:
        Pipeline(bench.database, [Wrapped.of(s, batch=counted(s)) for s in bench.stages.values()]).run()
    except CutError:
        return not bench.todo()
    return True
