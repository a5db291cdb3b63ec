"""The pipeline: the order of stages, and that it goes on until nothing is left."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.conftest import Desk
from musfuse.library.catalog.todo import Todo, Watch, add, done, due
from musfuse.library.pipeline import Pipeline
from musfuse.library.pipeline.pipeline import in_order


@dataclass
class Noting:
    """A stage that tells `batch` of what it does."""

    name: str
    after: Sequence[str] = ()
    batch: Callable[[], bool] = lambda: False
    watches: Sequence[Watch] = field(default_factory=list)
    rules: str = "1"


def names(stages: Sequence[Noting]) -> list[str]:
    return [stage.name for stage in in_order(stages)]


def test_stages_run_as_they_are_given_but_behind_those_that_they_name() -> None:
    assert names([Noting("a"), Noting("b"), Noting("c")]) == ["a", "b", "c"]
    assert names([Noting("a", ["c"]), Noting("b"), Noting("c", ["b"])]) == ["b", "c", "a"]


def test_a_stage_that_is_not_there_is_not_waited_for() -> None:
    assert names([Noting("a", ["gone"])]) == ["a"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20), st.randoms())
def test_any_stages_without_a_cycle_have_an_order(pairs: list[tuple[int, int]], rng: random.Random) -> None:
    stages = [Noting(str(n), [str(low) for low, high in pairs if high == n and low < n]) for n in range(10)]
    rng.shuffle(stages)
    order = names(stages)
    assert sorted(order) == sorted(stage.name for stage in stages)
    for stage in stages:
        assert all(order.index(name) < order.index(stage.name) for name in stage.after)


@pytest.mark.parametrize("stages", [[Noting("a", ["a"])], [Noting("a", ["b"]), Noting("b", ["c"]), Noting("c", ["a"])]])
def test_a_cycle_is_an_error_that_names_the_stages(stages: list[Noting]) -> None:
    with pytest.raises(ValueError, match=r"wait for each other: .'a'"):
        in_order([Noting("free"), *stages])


def test_two_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"two stages have one name: .*'a'"):
        in_order([Noting("a"), Noting("b"), Noting("a")])


def test_rounds_go_on_until_no_stage_has_anything_to_do(desk: Desk) -> None:
    """A later stage may give an earlier one something to do."""
    seen: list[str] = []

    def taking(name: str, gives: dict[str, str]) -> Noting:
        def batch() -> bool:
            with desk.database.write() as db:
                keys = due(db, name, 1)
                for key in keys:
                    seen.append(f"{name}{key}")
                    if str(key) in gives:
                        add(db, gives[str(key)], [int(key) + 1])
                done(db, name, keys)
            return bool(keys)

        return Noting(name, batch=batch)

    pipeline = Pipeline(desk.database, [taking("a", {"1": "b", "3": "b"}), taking("b", {"2": "a"})])
    with desk.database.write() as db:
        add(db, "a", [1, 7])
    assert pipeline.left_over()
    pipeline.run()
    assert seen == ["a1", "a7", "b2", "a3", "b4"]
    assert not pipeline.left_over()


def test_what_a_stage_raises_is_raised_and_the_rest_is_done_the_next_time(desk: Desk) -> None:
    seen, broken = [], [True]

    def fail() -> bool:
        if broken:
            raise OSError("once")
        return False

    def work() -> bool:
        seen.append("b")
        return False

    pipeline = Pipeline(desk.database, [Noting("a", batch=fail), Noting("b", batch=work)])
    with pytest.raises(OSError, match="once"):
        pipeline.run()
    assert seen == []
    broken.clear()
    pipeline.run()
    assert seen == ["b"]


def test_stages_that_are_gone_are_forgotten_with_their_queues(desk: Desk) -> None:
    with desk.database.write() as db:
        db.execute("DELETE FROM todo")
    Pipeline(desk.database, [Noting("old", watches=[Watch.ITEM]), Noting("kept", watches=[Watch.ITEM])]).adopt_rules()
    with desk.database.write() as db:
        for queue in ("old", "old.more", "kept", "kept.more"):
            add(db, queue, ["x"])
    pipeline = Pipeline(desk.database, [Noting("kept", watches=[Watch.ITEM]), Noting("new")])
    pipeline.adopt_rules()
    with desk.database.read() as db:
        assert [row[0] for row in db.execute("SELECT stage FROM todo ORDER BY 1")] == ["kept", "kept.more"]
        assert [row[0] for row in db.execute("SELECT stage FROM watch")] == ["kept"]
    assert desk.database.meta("rules:old") is None
    assert Todo(desk.database).subscribe("old", [], "1")
