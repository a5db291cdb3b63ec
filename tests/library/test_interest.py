"""Interest: what is looked at while a scan runs, as folders of the sources, and never more than is needed."""

from dataclasses import replace

import pytest

from library.conftest import Desk
from musfuse.library import interest as module
from musfuse.library.catalog import Node
from musfuse.library.catalog import nodes as nodes_module
from musfuse.library.interest import Interest
from musfuse.library.names import name_key
from musfuse.model import TagSet


def put(desk: Desk, path: str, artist: str, album: str, uri: str = "/src") -> None:
    desk.put(path, TagSet({"artist": [artist], "album": [album], "title": [uri]}), uri)


def node_at(desk: Desk, path: str) -> Node:
    node = desk.nodes.root()
    for name in path.split("/") if path else ():
        found = desk.nodes.child(node.id, name_key(name))
        assert found is not None
        node = found
    return node


@pytest.fixture
def filled(desk: Desk) -> Desk:
    put(desk, "x/one/a.wav", "X", "One")
    put(desk, "x/two/CD1/a.wav", "X", "Two")
    put(desk, "x/two/CD2/a.wav", "X", "Two")
    put(desk, "y/a.wav", "Y", "Other")
    put(desk, "more/café/a.wav", "X", "One", "/second")
    desk.naming.run()
    return desk


@pytest.fixture
def uids(filled: Desk) -> list[str]:
    return [row.uid for row in filled.sources.rows()]


def test_an_album_and_an_artist_have_folders_behind_them(filled: Desk, uids: list[str]) -> None:
    first, second = uids
    behind = filled.nodes.folders_behind
    assert behind(node_at(filled, "X/Two").id) == [(first, "x/two/CD1"), (first, "x/two/CD2")]
    assert behind(node_at(filled, "X").id) == [
        (first, "x/one"), (first, "x/two/CD1"), (first, "x/two/CD2"), (second, "more/café"),
    ]  # fmt: skip
    assert behind(12345) == []


def test_of_a_large_folder_only_so_many_entries_are_looked_at(
    filled: Desk, uids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes_module, "_LOOKED_BEHIND", 4)
    assert filled.nodes.folders_behind(node_at(filled, "X").id) == [(uids[1], "more/café")]


def test_what_is_listed_during_a_scan_is_wanted_once(filled: Desk, uids: list[str]) -> None:
    interest = Interest(filled.nodes)
    with interest.during_scan():
        interest.listed(node_at(filled, "Y"))
        interest.listed(node_at(filled, "X/Two"))
        assert interest.take(uids[0]) == ("y", "x/two/CD2", "x/two/CD1")  # the most wanted one comes last
        interest.listed(node_at(filled, "Y"))
        assert interest.take(uids[0]) == ()
        interest.listed(replace(node_at(filled, "Y"), mtime_ns=1))  # something is new in it
        assert interest.take(uids[0]) == ("y",)


def test_the_root_tells_nothing(filled: Desk, uids: list[str]) -> None:
    interest = Interest(filled.nodes)
    with interest.during_scan():
        interest.listed(filled.nodes.root())
        assert interest.take(uids[0]) == ()


def test_what_lies_in_another_source_waits_for_its_turn(filled: Desk, uids: list[str]) -> None:
    interest = Interest(filled.nodes)
    put(filled, "z/a.wav", "Z", "Z", "/third")
    rows = filled.sources.rows()
    with interest.during_scan():
        assert interest.first_of(rows) == rows[0]
        interest.listed(node_at(filled, "X/One"))
        assert interest.take(uids[0]) == ("x/one",)
        assert interest.first_of([rows[2], rows[1]]) == rows[1]
        assert interest.take(uids[1]) == ("more/café",)
        assert interest.first_of([rows[2], rows[1]]) == rows[2]


def test_without_a_scan_nothing_is_noted(filled: Desk, uids: list[str]) -> None:
    interest = Interest(filled.nodes)
    interest.listed(node_at(filled, "Y"))
    interest.want(uids[0], "y")
    with interest.during_scan():
        assert interest.take(uids[0]) == ()
        interest.listed(node_at(filled, "Y"))
        interest.want(uids[0], "x")
    with interest.during_scan():
        assert interest.take(uids[0]) == ()
        interest.listed(node_at(filled, "Y"))  # it was noted in another scan
        assert interest.take(uids[0]) == ("y",)


def test_a_scan_that_fails_ends_it(filled: Desk) -> None:
    interest = Interest(filled.nodes)
    with pytest.raises(RuntimeError), interest.during_scan():
        interest.listed(node_at(filled, "Y"))
        raise RuntimeError("disk on fire")
    assert not interest.scanning
    assert not interest._looked


def test_nothing_grows_without_bound(filled: Desk, uids: list[str]) -> None:
    interest = Interest(filled.nodes)
    album = node_at(filled, "X/Two")
    with interest.during_scan():
        for number in range(5000):
            interest.listed(replace(album, id=100_000 + number))
            interest.want(uids[0], f"{number}")
        assert len(interest._seen) == module._SEEN
        assert len(interest._looked) == module._LOOKED
        interest.listed(album)
        wanted = interest.take(uids[0])
        assert len(wanted) == module._FOLDERS
        assert wanted[-3:] == ("4999", "x/two/CD2", "x/two/CD1")
        assert not interest._looked
        assert not interest._folders
