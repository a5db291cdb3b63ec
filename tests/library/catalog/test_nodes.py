"""The tree of the drive as a table: lookups, listings in pages, sizes."""

import pytest

from library.catalog.test_places import item_of
from library.conftest import Desk
from library.test_naming import tags
from musfuse.errors import NoEntryError
from musfuse.library.catalog import Node, Nodes, Renditions
from musfuse.library.names import name_key
from musfuse.model import NodeKind, Rendition

TOKENS = {Rendition.FLAC: "now", Rendition.WAV: "w"}


def find(desk: Desk, path: str) -> Node:
    node = desk.nodes.root()
    for name in path.split("/"):
        found = desk.nodes.child(node.id, name_key(name))
        assert found is not None, name
        node = found
    return node


@pytest.fixture
def tree(desk: Desk) -> Desk:
    for n in range(7):
        desk.put(f"x/{n}.wav", tags(artist="Ann", album="Best", title=f"T{n}"))
    desk.put("y/1.wav", tags(artist="Bob", album="Rest", title="One"))
    desk.naming.run()
    return desk


def test_names_are_found_by_their_keys(tree: Desk) -> None:
    album = find(tree, "ann/BEST")
    assert (album.kind, album.name, tree.nodes.path(album.id)) == (NodeKind.FOLDER, "Best", "Ann/Best")
    track = find(tree, "Ann/Best/t3.FLAC")
    assert (track.kind, track.name, track.parent) == (NodeKind.FILE, "T3.flac", album.id)
    assert tree.nodes.by_id(track.id) == tree.nodes.of_item(track.track) == track
    assert tree.nodes.of_original(tree.source().uid, "x/3.wav", 0) == track
    for unknown in ("T9.flac", "caf\udce9", "", "'", "%"):
        assert tree.nodes.child(album.id, name_key(unknown)) is None
    assert tree.nodes.by_id(9999) is tree.nodes.of_item(9999) is tree.nodes.dir_key(9999) is None
    assert tree.nodes.of_original(tree.source().uid, "x/3.wav", 1) is None
    assert tree.nodes.path(9999) == ""


@pytest.mark.parametrize("page", [1, 2, 3, 500])
def test_a_listing_in_pages_is_the_whole_and_can_be_taken_up(tree: Desk, page: int) -> None:
    album = find(tree, "Ann/Best").id
    whole = [node.name for node in tree.nodes.children(album, page=page)]
    assert whole == [f"T{n}.flac" for n in range(7)]
    assert [node.name for node in tree.nodes.children(album, name_key("T3.flac"), page)] == whole[4:]
    assert list(tree.nodes.children(find(tree, "Ann/Best/T1.flac").id)) == []


def test_an_entry_that_goes_while_a_folder_is_listed_is_not_made_up(tree: Desk) -> None:
    listing = tree.nodes.children(find(tree, "Ann/Best").id, page=1)
    assert next(listing).name == "T0.flac"
    tree.remove("x/1.wav")
    tree.remove("x/6.wav")
    tree.naming.run()
    assert [node.name for node in listing] == [f"T{n}.flac" for n in (2, 3, 4, 5)]


def test_sizes_count_under_their_token(tree: Desk) -> None:
    album, track = find(tree, "Ann/Best").id, find(tree, "Ann/Best/T3.flac")
    assert track.size is None
    assert len(tree.nodes.unsized(album, TOKENS)) == 7
    row = tree.tracks.track(track.track)
    assert row is not None
    Renditions(tree.database).set_size(row.track, 1000, "before")
    assert len(tree.nodes.unsized(album, TOKENS)) == 7
    Renditions(tree.database).set_size(row.track, 2000, "now")
    assert track.track not in tree.nodes.unsized(album, TOKENS)
    assert len(tree.nodes.unsized(album, TOKENS)) == 6
    assert len(tree.nodes.unsized(album, {Rendition.WAV: "w"})) == 0  # nothing is served as that
    sized = find(tree, "Ann/Best/T3.flac")
    assert (sized.size, sized.size_token, sized.rendition) == (2000, "now", Rendition.FLAC)
    assert tree.nodes.known_bytes() == 2000


def test_what_is_served_as_it_is_has_the_size_of_its_original(tree: Desk) -> None:
    row = tree.tracks.track(item_of(tree, "y/1.wav"))
    assert row is not None
    Renditions(tree.database).set_failed(row.track, "broken")
    tree.naming.run()
    node = find(tree, "Bob/Rest/One.wav")
    assert (node.rendition, node.size) == (Rendition.ORIGINAL, row.track.file.stamp.size)
    assert node.source == row.track.file.version
    assert tree.nodes.known_bytes() == node.size


def test_folders_and_files_are_counted_without_the_root(tree: Desk) -> None:
    assert tree.nodes.counts() == (4, 8)
    before = tree.nodes.generation()
    tree.remove("y/1.wav")
    tree.naming.run()
    assert tree.nodes.counts() == (2, 7)
    assert tree.nodes.generation() > before


def test_the_folders_behind_a_folder_of_the_drive(tree: Desk) -> None:
    uid = tree.source().uid
    tree.put("z/1.wav", tags(artist="Ann", album="Best", title="T9"))
    tree.naming.run()
    assert tree.nodes.folders_behind(find(tree, "Ann").id) == [(uid, "x"), (uid, "z")]
    assert tree.nodes.folders_behind(tree.nodes.root().id) == [(uid, "x"), (uid, "y"), (uid, "z")]
    assert tree.nodes.folders_behind(9999) == []


def test_a_view_that_is_not_there_has_no_root(desk: Desk) -> None:
    with pytest.raises(NoEntryError):
        Nodes(desk.database, 77).root()
    assert desk.nodes.dir_key(desk.nodes.root().id) == ""
    assert desk.nodes.counts() == (0, 0)


def test_many_at_once(desk: Desk) -> None:
    for number in range(3):
        desk.put(f"{number}.wav", tags(artist=f"Ann {number % 2}", title=f"t{number}"))
    desk.naming.run()
    nodes = desk.nodes.of_items([1, 2, 3, 99])
    assert nodes == {item: desk.nodes.of_item(item) for item in (1, 2, 3)}
    assert desk.nodes.names_of([1, 3, 99]) == {item: nodes[item].name for item in (1, 3)}
    ids = [node.id for node in nodes.values()] + [node.parent for node in nodes.values()] + [desk.nodes.root().id, 999]
    assert desk.nodes.paths(ids) == {node: desk.nodes.path(node) for node in ids if node != 999}
