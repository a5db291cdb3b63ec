"""What a folder of the drive shows beside its tracks: which picture is its cover, and under which names."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from library.catalog.test_places import item_of
from library.conftest import INSPECTORS, Desk, desk, workers_end  # noqa: F401 - fixtures
from library.test_naming import tags

from drive.albums import cover
from musfuse.drive.branches.companions import CompanionEntry, CompanionsBranch
from musfuse.drive.branches.port import Entry
from musfuse.errors import NoEntryError
from musfuse.library.catalog import Renditions
from musfuse.library.catalog.companions import Companion, Companions
from musfuse.library.catalog.rows import dump_art, dump_picture
from musfuse.library.covers import Covers
from musfuse.library.names import name_key
from musfuse.media.art.facts import describe_picture
from musfuse.model import ArtKind, NodeKind, Picture
from musfuse.origins import MemoryOrigin
from musfuse.store import KvNamespace, PictureStore


class House:
    """Albums whose originals are in memory, and the branch over them."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.origin, self.companions = desk, MemoryOrigin("m"), Companions(desk.database)
        covers = Covers(
            desk.tracks, Renditions(desk.database), PictureStore(desk.store), INSPECTORS, lambda _: self.origin
        )
        self.branch = CompanionsBranch(desk.nodes, self.companions, covers, lambda _: self.origin)

    def album(self, paths: Sequence[str], album: str = "B", artist: str = "A") -> None:
        for path in paths:
            self.desk.put(path, tags(artist=artist, album=album, title=path))
        self.desk.naming.run()

    def beside(self, folder: str, name: str, data: bytes, kind: str) -> None:
        """A file beside the audio, as a scan keeps it."""
        path = f"{folder}/{name}" if folder else name
        self.origin.write(path, data)
        facts = self.origin.stat(path)
        picture = self.picture(data) if kind != "sidecar" else None
        row = Companion(name, facts.stamp, facts.ident, kind, 0, picture)
        self.companions.change(self.desk.files.folder(self.desk.source().id, folder, 1), [row], [])

    def picture(self, data: bytes) -> Picture:
        found = describe_picture(data)
        assert found is not None
        self.desk.store.put(KvNamespace.ARTWORK, found.picture.digest, data)
        return found.picture

    def tell(self, path: str, **columns: object) -> None:
        """Something of a track's pictures: `picture` its own, `art` those that are set."""
        item = item_of(self.desk, path)
        with self.desk.database.write() as db:
            for name, value in columns.items():
                table = "item" if name == "edited_ns" else "item_tags"
                db.execute(
                    f"UPDATE {table} SET {name} = ? WHERE {'id' if table == 'item' else 'item'} = ?", (value, item)
                )

    def folder(self, path: str = "A/B") -> Entry[None]:
        node = self.desk.nodes.root()
        for name in path.split("/") if path else ():
            found = self.desk.nodes.child(node.id, name_key(name))
            assert found is not None
            node = found
        return Entry(self.branch, node.id, node.parent, node.name, NodeKind.FOLDER, 0, None)  # type: ignore[arg-type]

    def shown(self, path: str = "A/B") -> dict[str, CompanionEntry]:
        self.branch.forget(None)
        return {entry.name: entry for entry in self.branch.children(self.folder(path))}

    def read(self, name: str, path: str = "A/B") -> bytes:
        entry = self.shown(path)[name]
        layout = self.branch.layout(entry).layout
        assert self.branch.size(entry) == layout.size
        return layout.read_at(0, layout.size + 9)


@pytest.fixture
def house(desk: Desk) -> House:
    return House(desk)


RED, BLUE, GREEN = (cover((40, 30), "PNG", color) for color in ((200, 0, 0), (0, 0, 200), (0, 200, 0)))


def test_a_cover_is_shown_in_three_sizes_by_what_it_is(house: House) -> None:
    house.album(["x/1.wav"])
    assert house.shown() == {}
    house.beside("x", "folder.png", RED, "front")
    assert list(house.shown()) == ["cover.png", "cover_medium.jpg", "cover_thumb.jpg"]
    assert house.read("cover.png") == RED
    assert house.read("cover_thumb.jpg")[:2] == b"\xff\xd8"
    house.beside("x", "folder.png", cover((40, 30), "GIF"), "front")
    assert list(house.shown()) == ["cover.jpg", "cover_medium.jpg", "cover_thumb.jpg"]
    assert house.read("cover.jpg")[:2] == b"\xff\xd8"


def test_what_somebody_set_comes_first_then_what_is_embedded_then_what_lies_beside(house: House) -> None:
    house.album(["x/1.wav", "x/2.wav"])
    house.beside("x", "cover.png", RED, "front")
    assert house.read("cover.png") == RED
    house.tell("x/2.wav", picture=dump_picture(house.picture(BLUE)))
    assert house.read("cover.png") == BLUE
    house.tell("x/2.wav", art=dump_art(((ArtKind.FRONT, (house.picture(GREEN),)),)), edited_ns=77)
    assert house.read("cover.png") == GREEN
    assert house.shown()["cover.png"].mtime_ns == 77


def test_a_cover_that_was_taken_away_from_all_is_not_made_up_for(house: House) -> None:
    house.album(["x/1.wav", "x/2.wav"])
    house.beside("x", "cover.png", RED, "front")
    house.tell("x/1.wav", art=dump_art(((ArtKind.FRONT, ()),)), picture=dump_picture(house.picture(BLUE)), edited_ns=9)
    assert house.read("cover.png") == RED  # of the other one, whose it still is
    assert house.shown()["cover.png"].mtime_ns > 9
    house.tell("x/2.wav", art=dump_art(((ArtKind.FRONT, ()),)))
    assert house.shown() == {}


def test_one_that_cannot_be_shown_gives_way_to_the_next(house: House) -> None:
    house.album(["x/1.wav", "x/2.wav"])
    house.beside("x", "cover.png", RED, "front")
    house.tell("x/1.wav", picture=dump_picture(Picture("f" * 40, 9, "image/png")))  # its bytes are lost
    assert house.read("cover.png") == RED


@pytest.mark.parametrize(
    ("originals", "has_one"),
    [
        ({"x/1.wav": "B", "y/2.wav": "B"}, True),  # one album, from two folders
        ({"x/1.wav": "B", "x/2.wav": "C"}, True),  # one folder, as of a compilation that is tagged badly
        ({"x/1.wav": "", "x/2.wav": ""}, True),
        ({"x/1.wav": "B", "y/2.wav": "C"}, False),
        ({"x/1.wav": "", "y/2.wav": ""}, False),  # of no album is not of one
    ],
)
def test_only_a_folder_of_one_album_or_of_one_folder_has_a_cover(
    tmp_path: Path, originals: dict[str, str], has_one: bool
) -> None:
    desk = Desk(tmp_path / "catalog.db", "$artist/$title")
    house = House(desk)
    for path, album in originals.items():
        house.album([path], album)
    house.beside("x", "cover.png", RED, "front")
    assert ("cover.png" in house.shown("A")) is has_one
    assert house.shown("") == {}
    desk.database.close()


def test_sidecars_keep_their_names_where_these_are_free_and_sound(house: House) -> None:
    house.album(["x/1.wav", "y/2.wav"])
    house.beside("x", "cover.png", RED, "front")
    for folder, name in (
        ("x", "rip.log"), ("y", "RIP.LOG"), ("x", "cover.png.txt"), ("x", "COVER_thumb.JPG"), ("x", "a:b?"), ("x", "caf\udce9.cue"),
    ):  # fmt: skip
        house.beside(folder, name, f"{folder}/{name}".encode("utf-8", "replace"), "sidecar")
    shown = house.shown()
    assert list(shown) == sorted(shown, key=name_key)
    assert len({name_key(name) for name in shown}) == len(shown) == 9
    assert {"rip.log", "RIP (2).LOG", "COVER_thumb (2).JPG", "cover.png.txt"} <= shown.keys()
    assert not any(set(name) & set(':?"') or "\udce9" in name for name in shown)
    assert house.read("rip.log") == b"x/rip.log"
    assert house.read("RIP (2).LOG") == b"y/RIP.LOG"
    assert shown["rip.log"].original is not None


def test_entries_are_found_by_key_and_listed_behind_one(house: House) -> None:
    house.album(["x/1.wav"])
    house.beside("x", "cover.png", RED, "front")
    house.beside("x", "a.log", b"log", "sidecar")
    folder = house.folder()
    names = [entry.name for entry in house.branch.children(folder, name_key("cover.png"))]
    assert names == ["cover_medium.jpg", "cover_thumb.jpg"]
    found = house.branch.child(folder, name_key("A.LOG"))
    assert found is not None
    assert (found.name, found.size) == ("a.log", None)
    assert house.branch.child(folder, name_key("cover.jpg")) is None
    assert [entry.size for entry in house.branch.children(folder, sized=True)][:2] == [3, len(RED)]
    numbers = {entry.id for entry in house.branch.children(folder)}
    assert len(numbers) == 4
    assert numbers == {entry.id for entry in house.shown().values()}  # the same for life


def test_what_changed_is_seen_once_the_folder_is_forgotten(house: House) -> None:
    house.album(["x/1.wav"])
    house.album(["y/1.wav"], album="C")
    for path, folder in (("A/B", "x"), ("A/C", "y")):
        assert list(house.branch.children(house.folder(path))) == []
        house.beside(folder, "a.log", b"log", "sidecar")
        assert list(house.branch.children(house.folder(path))) == []
    house.branch.forget({house.folder("A/B").id})
    assert [entry.name for entry in house.branch.children(house.folder("A/B"))] == ["a.log"]
    assert list(house.branch.children(house.folder("A/C"))) == []
    house.branch.forget(None)
    assert [entry.name for entry in house.branch.children(house.folder("A/C"))] == ["a.log"]


def test_what_is_forgotten_while_it_is_looked_up_is_not_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.album(["x/1.wav"])
    folder, real = house.folder(), house.companions.of_folder

    def meanwhile(view: int, key: str, *, copied: bool) -> object:
        found = real(view, key, copied=copied)
        house.beside("x", "a.log", b"log", "sidecar")
        house.branch.forget({folder.id})
        return found

    with monkeypatch.context() as patch:
        patch.setattr(house.companions, "of_folder", meanwhile)
        assert list(house.branch.children(folder)) == []
    assert [entry.name for entry in house.branch.children(folder)] == ["a.log"]


def test_a_cover_that_is_lost_later_is_looked_for_again(house: House) -> None:
    house.album(["x/1.wav"])
    house.beside("x", "cover.png", RED, "front")
    entry = house.shown()["cover.png"]
    for key in list(house.desk.store.scan(KvNamespace.ARTWORK)):
        house.desk.store.delete(KvNamespace.ARTWORK, key)
    house.branch._covers = Covers(  # as after a start: nothing is in memory
        house.desk.tracks, Renditions(house.desk.database), PictureStore(house.desk.store), INSPECTORS, lambda _: house.origin
    )  # fmt: skip
    with pytest.raises(NoEntryError, match="is lost"):
        house.branch.layout(entry)
    assert list(house.branch.children(house.folder())) == []


def test_a_listing_reads_no_original(house: House) -> None:
    house.album(["x/1.wav"])
    house.beside("x", "cover.png", RED, "front")
    house.beside("x", "a.log", b"log", "sidecar")
    listing = CompanionsBranch(house.desk.nodes, house.companions)
    entries = list(listing.children(house.folder(), sized=True))
    assert [(entry.name, entry.size) for entry in entries] == [
        ("a.log", 3), ("cover.png", None), ("cover_medium.jpg", None), ("cover_thumb.jpg", None),
    ]  # fmt: skip
    with pytest.raises(NoEntryError, match="not read for a listing"):
        listing.layout(entries[0])
    without = CompanionsBranch(house.desk.nodes, house.companions, show_covers=False)
    assert [entry.name for entry in without.children(house.folder())] == ["a.log"]
