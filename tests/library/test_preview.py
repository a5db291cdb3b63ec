"""What another template would make of a view, in a catalog that nobody else sees."""

from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog import Nodes, places, trees
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.preview import previewed
from musfuse.library.templates import Template


def paths(nodes: Nodes) -> list[str]:
    found: list[str] = []

    def walk(folder: int) -> None:
        for node in nodes.children(folder):
            if node.track:
                found.append(nodes.path(node.id))
            else:
                walk(node.id)

    walk(nodes.root().id)
    return found


def test_it_is_what_the_template_makes_with_collisions_and_the_rest_stays(desk: Desk) -> None:
    for number in range(3):
        desk.put(f"{number}.wav", tags(title="Same" if number else "One", artist="A", album=f"B{number}"))
    desk.naming.run()
    before, commits = desk.tree(), desk.database.commits
    scratch = previewed(desk.database, MAIN, Template("$artist/$title"))
    assert paths(Nodes(scratch)) == ["A/One.flac", "A/Same (2).flac", "A/Same.flac"]
    scratch.close()
    assert (desk.tree(), desk.database.commits) == (before, commits)


def test_of_another_view_it_holds_what_that_shows(desk: Desk) -> None:
    for number in range(3):
        desk.put(f"{number}.wav", tags(title=f"T{number}", artist="A"))
    desk.naming.run()
    with desk.database.write() as db:
        car = trees.add_view(db, "car")
        tree, items = trees.tree_of(db, car), trees.items_after(db, 0, 2)
        main = places.serves(db, 1, items)
        for item in items:
            places.put(db, tree, {item: places.Place(main[item], "", "", "x", 100)})
    scratch = previewed(desk.database, car, Template("$title"))
    assert paths(Nodes(scratch)) == ["T0.flac", "T1.flac"]
    scratch.close()
