"""Items of the library: their sizes and bytes, for whoever shows them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import sound

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.drive.branches.items import entry_of, version_of
from musfuse.drive.branches.library import LibraryBranch
from musfuse.errors import NoEntryError
from musfuse.library.catalog import Node
from musfuse.library.names import name_key
from musfuse.media.layout import Layout
from musfuse.model import Rendition


class House:
    def __init__(self, library: Library) -> None:
        self.library, self.items = library, library.drive._items
        self.branch = LibraryBranch(library.catalog.nodes, self.items)

    def node(self, name: str) -> Node:
        (node,) = (node for node in self.library.catalog.nodes.children(self.album) if node.name == name)
        return node

    @property
    def album(self) -> int:
        nodes, node = self.library.catalog.nodes, self.library.catalog.nodes.root()
        for name in ("A", "B"):
            found = nodes.child(node.id, name_key(name))
            assert found is not None
            node = found
        return node.id

    def lose(self, sizes: bool = True, indexes: bool = True) -> None:
        """As an emptied cache, or a catalog that was made anew."""
        for node in self.library.catalog.nodes.children(self.album) if indexes else ():
            row = self.items.row(node.track)
            assert row is not None
            self.library.media.indexes.drop(row.track.file)
        if sizes:
            with self.library.catalog.database.write() as db:
                db.execute("UPDATE rendition SET size = NULL")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Library]]:
    """The same library twice, for all tests here: one shows what has no size yet, one hides it."""
    folder = tmp_path_factory.mktemp("items")
    for name, title in (("1.wav", "One"), ("2.flac", "Two")):
        sound.write(folder / f"music/{name}", 8000, artist="A", album="B", title=title)
    with ExitStack() as closing:
        made = {}
        for unindexed in ("wait", "hide"):
            config = load_config(
                default_sections(), flags={"view.unindexed": unindexed, "index.background": False}
            ).config
            library = open_library(folder / unindexed, config, closing, sources=[folder / "music"])
            library.scan_all(library.scanner())
            made[unindexed] = library
        yield made


@pytest.fixture
def house(shared: dict[str, Library]) -> House:
    made = House(shared["wait"])
    made.lose()
    return made


@pytest.fixture
def hiding(shared: dict[str, Library]) -> House:
    made = House(shared["hide"])
    made.lose()
    return made


def whole(layout: Layout) -> bytes:
    data = layout.read_at(0, layout.size + 9)
    layout.close()
    return data


def test_a_size_is_known_where_nothing_has_to_be_built(house: House) -> None:
    one, two = house.node("One.flac"), house.node("Two.flac")
    assert house.items.known(one) is None
    assert house.items.known(two) == two.size
    size = house.items.size(one.track)
    assert house.items.known(house.node("One.flac")) == size
    house.lose(indexes=False)
    assert house.items.known(one) == size  # its index tells
    with house.library.catalog.database.write() as db:
        db.execute("UPDATE rendition SET size = 7, token = 'of another encoder'")
    assert house.items.known(house.node("One.flac")) == size


def test_who_waited_for_a_size_reads_next(house: House) -> None:
    house.library.activity.last_read = 0.0
    house.items.size(house.node("One.flac").track)
    assert house.library.activity.last_read > 0
    house.lose()
    house.library.activity.last_read = 0.0
    house.items.wait_for_folder(house.album, 60)
    assert house.node("One.flac").size
    assert house.library.activity.last_read > 0
    house.library.activity.last_read = 0.0
    house.items.wait_for_folder(house.album, 60)  # all are known
    assert house.library.activity.last_read == 0


def test_an_entry_shows_an_item_under_its_own_name_or_another(house: House) -> None:
    node, branch = house.node("Two.flac"), house.branch
    own = house.items.entry(branch, node)
    assert (own.id, own.parent, own.name, own.item, own.size, own.hidden) == (
        node.id, node.parent, "Two.flac", node.track, node.size, False,
    )  # fmt: skip
    other = house.items.entry(branch, node, number=77, folder=78, name="x")
    assert (other.id, other.parent, other.name) == (77, 78, "x")
    assert (other.version, other.mtime_ns, other.item) == (own.version, own.mtime_ns, own.item)
    assert entry_of(branch, node, None).size is None


def test_what_has_no_size_yet_is_hidden_where_that_is_wished(hiding: House) -> None:
    node, branch = hiding.node("One.flac"), hiding.branch
    entry = hiding.items.entry(branch, node)
    assert (entry.hidden, entry.size) == (True, None)
    assert not hiding.items.entry(branch, hiding.node("Two.flac")).hidden
    hiding.items.wait_for_folder(hiding.album, 60)  # nobody waits for what is not shown
    assert hiding.node("One.flac").size is None
    size = hiding.items.size(node.track)
    shown = hiding.items.entry(branch, node)
    assert (shown.hidden, shown.size) == (False, size)


def test_bytes_of_an_item_as_it_is_served(house: House) -> None:
    node = house.node("One.flac")
    size = house.items.size(node.track)
    content = house.items.layout(node.track)
    assert content is not None
    row = house.items.row(node.track)
    assert row is not None
    assert (content.version, content.mtime_ns) == (
        version_of(Rendition.FLAC, row.track.file.version),
        row.track.mtime_ns,
    )
    data = whole(content.layout)
    assert (len(data), data[:4]) == (size, b"fLaC")


def test_an_index_that_was_lost_is_built_and_the_item_looked_at_again(house: House) -> None:
    node = house.node("One.flac")
    size = house.items.size(node.track)
    house.lose(sizes=False)
    assert house.items.layout(node.track) is None
    content = house.items.layout(node.track)
    assert content is not None
    assert len(whole(content.layout)) == size


def test_what_is_gone_is_looked_up_again_and_what_was_never_there_is_said(house: House) -> None:
    assert house.items.layout(99_999) is None
    assert house.items.row(99_999) is None
    house.items.wait_for(99_999, 60)  # as far as that is possible
    with pytest.raises(NoEntryError, match="item 99999"):
        house.items.node(99_999)
    assert house.items.node(house.node("Two.flac").track) == house.node("Two.flac")


EVERY = [Rendition(text) for text in ("flac", "wav", "original", "retagged", "opus:96")]


def test_tags_in_front_of_the_same_audio_disturb_no_reader(house: House) -> None:
    assert version_of(Rendition.RETAGGED, "v") == version_of(Rendition.ORIGINAL, "v")
    assert len({version_of(rendition, "v") for rendition in EVERY}) == 4
    assert version_of(Rendition.FLAC, "v") != version_of(Rendition.FLAC, "w")
    assert house.items.view == 1
