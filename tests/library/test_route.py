"""Routes: every folder once, after the one it lies in; preferred ones first."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from musfuse.library import route as module
from musfuse.library.route import Route

Tree = dict[str, list[str]]


def tree_of(paths: set[str]) -> Tree:
    """The folders in each folder, in order."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in paths:
        while path:
            holder = path.rpartition("/")[0]
            found[holder].add(path)
            path = holder
    return {holder: sorted(below) for holder, below in found.items()}


def walk(tree: Tree, preferred: dict[int, list[str]] | None = None, route: Route | None = None) -> list[str]:
    """The folders in the order in which they are walked; before which of them what is preferred, by number."""
    route = route or Route([("", ("id",))])
    walked: list[str] = []
    while True:
        for folder in (preferred or {}).get(len(walked), ()):
            route.prefer(folder)
        stop = route.next()
        if stop is None:
            return walked
        walked.append(stop.path)
        assert stop.above == ("id", *stop.path.split("/")) if stop.path else ("id",)
        route.add(stop, [(path, (*stop.above, path.rpartition("/")[2])) for path in tree.get(stop.path, ())])


MUSIC = tree_of({f"{kind}/{artist}/{album}" for kind in "FM" for artist in "abc" for album in "123"})


def test_without_preferences_each_folder_is_followed_by_those_in_it() -> None:
    assert walk(MUSIC) == ["", *sorted(path for below in MUSIC.values() for path in below)]


def test_a_preferred_folder_comes_first_then_its_neighbours() -> None:
    walked = walk(MUSIC, {0: ["M/b/2"]})
    assert walked[:6] == ["", "M", "M/b", "M/b/2", "M/b/1", "M/b/3"]
    assert walked[6:8] == ["F", "F/a"]


def test_in_the_middle_the_walk_turns_aside_and_comes_back() -> None:
    plain = walk(MUSIC)
    at = plain.index("F/a/2")
    walked = walk(MUSIC, {at: ["M/c/3"]})
    assert walked[:at] == plain[:at]
    assert walked[at : at + 5] == ["M", "M/c", "M/c/3", "M/c/1", "M/c/2"]
    assert walked[at + 5] == "F/a/2"


def test_all_below_a_preferred_folder_comes_before_its_neighbours() -> None:
    walked = walk(MUSIC, {0: ["M/b"]})
    assert walked[:6] == ["", "M", "M/b", "M/b/1", "M/b/2", "M/b/3"]
    assert walked[6] == "M/a"


def test_the_last_preference_comes_first() -> None:
    walked = walk(MUSIC, {7: ["M/a/1", "M/b/1", "F/c/1"]})
    assert [path for path in walked[7:] if path.count("/") == 2][:3] == ["F/c/1", "M/b/1", "M/a/1"]
    walked = walk(MUSIC, {10: ["F/c/3"], 11: ["M/a/3"]})
    assert walked.index("M/a/3") < walked.index("F/c/3")


def test_a_root_with_music_of_its_own_prefers_nothing_below_it() -> None:
    assert walk(MUSIC, {0: [""], 3: [""]}) == walk(MUSIC)


def test_what_was_walked_or_never_existed_does_no_harm() -> None:
    assert walk(MUSIC, {1: ["no/such", "Fx"], 5: ["F/a"], 40: ["M"]}) == walk(MUSIC)


def test_a_large_collection_is_no_neighbourhood() -> None:
    albums = [f"all/{number:03}" for number in range(module._NEIGHBOURS + 1)]
    tree = tree_of({*(f"{album}/CD{disc}" for album in albums for disc in "12"), "b/1", "b/2"})
    walked = walk(tree, {0: ["b/1", albums[7]]})
    assert walked[:7] == ["", "all", albums[7], f"{albums[7]}/CD1", f"{albums[7]}/CD2", "b", "b/1"]
    assert walked[7:9] == ["b/2", "all/000"]
    at = walk(tree).index("all/001")
    walked = walk(tree, {at: [albums[7]]})
    assert walked[at : at + 4] == [albums[7], f"{albums[7]}/CD1", f"{albums[7]}/CD2", "all/001"]


def test_names_that_begin_alike_are_not_below_each_other() -> None:
    tree = tree_of({"a/1", "a b/1", "ab/1", "z/1"})
    assert walk(tree, {0: ["ab"]})[:3] == ["", "ab", "ab/1"]
    assert not [stop for stop in walk(tree, {0: ["a"]})[1:3] if not stop.startswith("a")]


paths = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map("/".join)


@given(st.sets(paths), st.dictionaries(st.integers(0, 60), st.lists(st.one_of(paths, st.just("")), max_size=4)))
def test_every_folder_is_walked_once_and_after_the_one_it_lies_in(
    folders: set[str], preferred: dict[int, list[str]]
) -> None:
    tree = tree_of(folders)
    walked = walk(tree, preferred)
    assert sorted(walked) == sorted(walk(tree))
    places = {path: number for number, path in enumerate(walked)}
    assert all(places[path.rpartition("/")[0]] < places[path] for path in walked if path)


@given(st.sets(paths, min_size=1), st.data())
def test_nothing_comes_between_a_look_and_the_folder(folders: set[str], data: st.DataObject) -> None:
    tree = tree_of(folders)
    plain = walk(tree)
    wanted = data.draw(st.sampled_from(sorted(set(plain) - {""})))
    when = data.draw(st.integers(0, plain.index(wanted)))
    earlier = data.draw(st.dictionaries(st.integers(0, when), st.lists(paths, max_size=2)))
    earlier[when] = [*earlier.get(when, []), wanted]
    walked = walk(tree, earlier)
    between = walked[when : walked.index(wanted)]
    assert all(wanted.startswith(f"{path}/") or not path for path in between)
    if not earlier.keys() - {when} and earlier[when] == [wanted]:
        after = walked[walked.index(wanted) :]
        assert all(path.startswith(wanted) for path in after[: sum(p.startswith(f"{wanted}/") for p in plain) + 1])


def test_preferences_do_not_pile_up() -> None:
    route = Route([("", ("id",))])
    most = 2 * module._PREFERRED
    for number in range(3 * most):
        route.prefer(f"artist {number % (2 * most)}/album")
        assert len(route._preferred) <= most
        assert len(route._toward) <= 2 * most + 1
        assert len(route._around) <= most
    assert walk(MUSIC, route=route) == walk(MUSIC)
