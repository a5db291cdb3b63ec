"""Trees made beside those that are shown: whole or not there, in step with what changes meanwhile, with the numbers
that files had."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stagebench import Bench, rendition_of

from musfuse.library.catalog import Nodes, trees
from musfuse.library.naming import ViewRules
from musfuse.library.pipeline import building as module
from musfuse.library.pipeline.building import Building
from musfuse.library.templates import Template
from musfuse.model import NodeKind


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "catalog.db")
    made.fill()
    made.pipeline.run()
    yield made
    made.close()


def files(bench: Bench, view: int = 1) -> dict[str, int]:
    """The files of a view by path, with their numbers."""
    nodes, found = Nodes(bench.database, view), dict[str, int]()

    def walk(folder: int, path: str) -> None:
        for node in nodes.children(folder):
            below = f"{path}/{node.name}".lstrip("/")
            if node.kind is NodeKind.FOLDER:
                walk(node.id, below)
            else:
                found[below] = node.number

    walk(nodes.root().id, "")
    return found


def rules(template: str, view: int = 1, policy: str = "flac") -> ViewRules:
    return ViewRules(Template(template), policy, rendition_of, view=view)


def building(bench: Bench, template: str) -> Building:
    """The bench's main view is to have another template."""
    bench.views[0] = rules(template)
    made = Building(bench.database, bench.views)
    made.adopt()
    return made


def finish(made: Building) -> None:
    while made.step().left or made.drop():
        pass


def test_it_is_shown_when_it_is_whole_and_files_keep_their_numbers(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ITEMS", 2)
    monkeypatch.setattr(module, "_FOLDERS", 1)
    before, other, steps = files(bench), files(bench, 2), 0
    made = building(bench, "new/$album/$title - $artist")
    while not (step := made.step()).shown:
        assert files(bench) == before
        assert step.left
        steps += 1
    assert steps > 6
    after = files(bench)
    assert step.shown == 1
    assert all(path.startswith("new/") for path in after)
    assert sorted(after.values()) == sorted(before.values())
    assert {path for path, _ in _of(bench, step.before)} == set(before)
    finish(made)
    assert files(bench) == after
    assert files(bench, 2) == other
    assert not made.is_due()
    again = building(bench, "$title")
    finish(again)
    assert sorted(files(bench).values()) == sorted(before.values())
    assert all(Nodes(bench.database).by_number(number) for number in before.values())


def _of(bench: Bench, tree: int) -> Iterator[tuple[str, NodeKind]]:
    names = trees.TreeNames(bench.database, tree)

    def below(path: str) -> Iterator[tuple[str, NodeKind]]:
        for name, kind in names(path):
            inside = f"{path}/{name}".lstrip("/")
            if kind is NodeKind.FOLDER:
                yield from below(inside)
            else:
                yield inside, kind

    return below("")


def test_nothing_is_done_where_rules_are_the_same(bench: Bench) -> None:
    made = Building(bench.database, bench.views)
    made.adopt()
    finish(made)
    commits = bench.database.commits
    made.adopt()
    assert bench.database.commits == commits
    assert not made.is_due()
    assert made.progress() == (0, 0)


def test_what_is_not_wanted_any_more_is_given_up(bench: Bench) -> None:
    first = Building(bench.database, bench.views)
    first.adopt()
    finish(first)
    before = files(bench)
    template = bench.views[0]
    made = building(bench, "$title")
    made.step()
    assert made.progress()[0] > 0
    bench.views[0] = template
    made.adopt()
    assert not made.step().left
    finish(made)
    assert files(bench) == before
    with bench.database.read() as db:
        assert len(trees.trees(db)) == 2


def test_a_view_that_is_named_no_more_goes(bench: Bench) -> None:
    del bench.views[1]
    made = Building(bench.database, bench.views)
    made.adopt()
    finish(made)
    with bench.database.read() as db:
        assert trees.views(db) == {"main": 1}
        for table in ("place", "node"):
            assert db.execute(f"SELECT DISTINCT tree FROM {table}").fetchall() == [
                (tree.id,) for tree in trees.trees(db)
            ]


def test_without_items_there_is_nothing_to_make(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "empty.db")
    made = building(bench, "$title")
    assert not made.is_due()
    bench.fill()
    bench.pipeline.run()
    assert not made.is_due()
    assert "Said.flac" in files(bench)
    bench.close()


STEPS = st.lists(
    st.one_of(
        st.just(("step",)),
        st.tuples(st.just("put"), st.integers(0, 4), st.sampled_from("ab")),
        st.tuples(st.just("remove"), st.integers(0, 4)),
        st.tuples(st.just("say"), st.integers(0, 4), st.sampled_from("xy")),
    ),
    max_size=12,
)


@given(STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_whatever_changes_meanwhile_both_trees_are_what_they_would_be_else(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    """Two catalogs have the same changes: one while a tree is made, one before."""
    folder = tmp_path_factory.mktemp("any")
    during, before = Bench(folder / "during.db"), Bench(folder / "before.db")
    there = {0, 1, 2}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_ITEMS", 1)
        patch.setattr(module, "_FOLDERS", 1)
        for bench in (during, before):
            Building(bench.database, bench.views).adopt()
            bench.pipeline.adopt_rules()
            for number in there:
                bench.put(f"{number}.wav", artist="A", album="B", title=f"T{number}")
            bench.pipeline.run()
        made = building(during, "$album/$artist/$title")
        for kind, *values in steps:
            if kind == "step":
                made.step()
                continue
            number = values[0]
            for bench in (during, before):
                if kind == "put":
                    bench.put(f"{number}.wav", artist=str(values[1]), album="B", title="T")
                elif kind == "remove" and number in there:
                    bench.remove(f"{number}.wav")
                elif kind == "say":
                    bench.say(f"{number}.wav", album=str(values[1]))
                    bench.overlaying.catch_up()
                bench.pipeline.run()
            there = there | {number} if kind == "put" else there - {number} if kind == "remove" else there
            if not any(tree.rules == during.views[0].text and tree.shown for tree in _trees(during)):
                assert files(during).keys() == files(before).keys()
        finish(made)
        finish(building(before, "$album/$artist/$title"))
        for view in (1, 2):
            assert files(during, view).keys() == files(before, view).keys()
    during.close()
    before.close()


def _trees(bench: Bench) -> list[trees.Tree]:
    with bench.database.read() as db:
        return trees.trees(db)
