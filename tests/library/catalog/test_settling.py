"""Nodes made of places: names that several want, folders that come, go and change their spelling, in each view."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.catalog.test_places import item_of
from library.conftest import Desk
from musfuse.library.catalog import Nodes, places, trees
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.catalog.places import Place
from musfuse.library.catalog.settling import folder_names, settle
from musfuse.library.catalog.todo import due
from musfuse.library.names import name_key
from musfuse.model import NodeKind, Rendition

KEY = name_key("A") + "/" + name_key("B")
FILES = [f"{n}.wav" for n in range(5)]


def put(desk: Desk, view: int, path: str, folder: str, name: str) -> None:
    key = "/".join(name_key(part) for part in folder.split("/")) if folder else ""
    with desk.database.write() as db:
        places.put(db, view, {item_of(desk, path): Place(Rendition.ORIGINAL, folder, key, name, 100)})


def run(desk: Desk, view: int) -> int:
    with desk.database.write() as db:
        changed = settle(db, view, {str(key) for key in due(db, places.settle_key(view), 1000)})
        db.execute("DELETE FROM todo")
    return changed


def tree(desk: Desk, view: int) -> dict[str, int]:
    """Paths in a view to items, 0 for folders."""
    nodes, found = Nodes(desk.database, view), dict[str, int]()

    def walk(folder: int, path: str) -> None:
        for node in nodes.children(folder):
            found[f"{path}{node.name}"] = node.track
            if node.kind is NodeKind.FOLDER:
                walk(node.id, f"{path}{node.name}/")

    walk(nodes.root().id, "")
    return found


def ids(desk: Desk, view: int) -> dict[str, int]:
    with desk.database.read() as db:
        found = [row[0] for row in db.execute("SELECT id FROM node WHERE tree = ?", (view,))]
    return {Nodes(desk.database, view).path(node): node for node in found}


def test_views_have_trees_of_their_own(desk: Desk) -> None:
    for path in FILES[:2]:
        desk.put(path)
    with desk.database.write() as db:
        other = trees.add_view(db, "other")
    one, two = item_of(desk, "0.wav"), item_of(desk, "1.wav")
    for path in FILES[:2]:
        put(desk, MAIN, path, "A", "same.wav")
        put(desk, other, path, "", "same.wav")
    assert (run(desk, MAIN), tree(desk, other)) == (2, {})
    before = ids(desk, MAIN)
    put(desk, other, "0.wav", "", "same.wav")
    put(desk, other, "1.wav", "", "same.wav")
    assert run(desk, other) == 2
    assert tree(desk, MAIN) == {"A": 0, "A/same.wav": one, "A/same (2).wav": two}
    assert tree(desk, other) == {"same.wav": one, "same (2).wav": two}
    assert ids(desk, MAIN) == before
    put(desk, other, "0.wav", "B", "same.wav")
    run(desk, other)
    assert tree(desk, other) == {"B": 0, "B/same.wav": one, "same.wav": two}
    assert ids(desk, MAIN) == before
    desk.remove("0.wav")
    run(desk, other)
    assert tree(desk, other) == {"same.wav": two}


def test_a_node_keeps_its_id_wherever_its_item_goes(desk: Desk) -> None:
    desk.put("0.wav")
    put(desk, MAIN, "0.wav", "A/B", "name.wav")
    run(desk, MAIN)
    node = ids(desk, MAIN)["A/B/name.wav"]
    for folder, name in (("A/C", "name.wav"), ("", "other.wav"), ("A/B", "name.wav")):
        put(desk, MAIN, "0.wav", folder, name)
        run(desk, MAIN)
        assert ids(desk, MAIN)[f"{folder}/{name}".lstrip("/")] == node


def test_the_names_of_folders_are_told_with_those_above(desk: Desk) -> None:
    desk.put("0.wav")
    put(desk, MAIN, "0.wav", "A/B", "name.wav")
    run(desk, MAIN)
    with desk.database.write() as db:
        assert sorted(folder_names(db, MAIN, [KEY, "gone"]).values()) == ["", "A", "B"]
        assert folder_names(db, MAIN + 1, [KEY]) == {}


wants = st.tuples(
    st.sampled_from(FILES),
    st.sampled_from(["", "A", "a", "A/B", "a/b", "A/b.wav", "b.wav", "B.wav/c"]),
    st.sampled_from(["b.wav", "B.wav", "c", "b (2).wav"]),
)


@given(st.lists(wants, max_size=12), st.lists(st.booleans(), min_size=12, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_the_tree_depends_on_what_is_wanted_alone(
    desk: Desk, steps: list[tuple[str, str, str]], pauses: list[bool]
) -> None:
    """Whatever came before, and however often it was settled in between."""
    for path in FILES:
        desk.put(path)
    with desk.database.write() as db:
        views = [trees.add_view(db, name) for name in ("slow", "fast")]
        for view in views:
            db.execute("DELETE FROM place WHERE tree = ?", (view,))
        queued = {view: {str(key) for key in due(db, places.settle_key(view), 1000)} for view in views}
        for view in views:
            settle(db, view, queued[view])
        db.execute("DELETE FROM todo")
    for (path, folder, name), pause in zip(steps, pauses, strict=False):
        put(desk, views[0], path, folder, name)
        if pause:
            run(desk, views[0])
    run(desk, views[0])
    last = {path: (folder, name) for path, folder, name in steps}
    for path, (folder, name) in sorted(last.items(), reverse=True):
        put(desk, views[1], path, folder, name)
    run(desk, views[1])
    assert tree(desk, views[0]) == tree(desk, views[1])
    assert sorted(filter(None, tree(desk, views[0]).values())) == sorted(item_of(desk, path) for path in last)
    with desk.database.write() as db:
        everything = {row[0] for row in db.execute("SELECT dir_key FROM node WHERE dir_key IS NOT NULL")}
        assert [settle(db, view, everything) for view in views] == [0, 0]
