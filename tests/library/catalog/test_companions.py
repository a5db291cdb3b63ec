"""Rows of files beside the audio: who is whose, in which order."""

import pytest

from library.catalog.test_places import item_of
from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog.companions import Companion, Companions
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.names import name_key
from musfuse.model import ArtKind, Picture, Stamp

ALBUM = name_key("A") + "/" + name_key("B")


@pytest.fixture
def companions(desk: Desk) -> Companions:
    return Companions(desk.database)


def put(desk: Desk, folder: str, *made: Companion, gone: tuple[str, ...] = ()) -> None:
    Companions(desk.database).change(desk.files.folder(desk.source().id, folder, 1), made, gone)


def cover(name: str, kind: str = "front", position: int = 0, problem: str = "") -> Companion:
    picture = None if problem or kind == "sidecar" else Picture(name, 9, "image/png")
    return Companion(name, Stamp(9, 1, "t"), "i", kind, position, picture, problem)


def test_rows_come_change_and_go_by_name(desk: Desk, companions: Companions) -> None:
    folder = desk.files.folder(desk.source().id, "d", 1)
    put(desk, "d", cover("cover.png"), cover("caf\udce9.log", "sidecar"), cover("stays.png", problem="none"))
    assert companions.known(folder) == {
        "cover.png": (Stamp(9, 1, "t"), "front"), "caf\udce9.log": (Stamp(9, 1, "t"), "sidecar"),
        "stays.png": (Stamp(9, 1, "t"), "front"),
    }  # fmt: skip
    put(desk, "d", Companion("cover.png", Stamp(10, 2), "j", "back"), gone=("caf\udce9.log", "never there"))
    assert companions.known(folder) == {"cover.png": (Stamp(10, 2), "back"), "stays.png": (Stamp(9, 1, "t"), "front")}


def test_pictures_of_a_track_are_those_beside_it_then_those_above_its_disc(desk: Desk, companions: Companions) -> None:
    desk.files.folder(desk.source().id, "Album", 1)
    desk.put("Album/CD1/1.wav")
    put(desk, "Album", cover("above.png"))
    put(desk, "Album/CD1", cover("second.png", position=1), cover("first.png"), cover("bad.png", problem="none"))
    put(
        desk,
        "Album/CD1",
        Companion("worse.png", Stamp(9, 1), "i", "front", 0, Picture("worse", 9, "image/png"), "too large"),
    )
    put(desk, "Album/CD2", cover("other.png"))
    track = item_of(desk, "Album/CD1/1.wav")
    assert [(kind, path, picture.digest) for kind, path, picture in companions.pictures(track)] == [
        ("front", "/src/Album/CD1/first.png", "first.png"), ("front", "/src/Album/CD1/second.png", "second.png"),
        ("front", "/src/Album/above.png", "above.png"),
    ]  # fmt: skip


def test_a_folder_of_the_drive_has_the_companions_of_all_that_lies_in_it_once(
    desk: Desk, companions: Companions
) -> None:
    desk.files.folder(desk.source().id, "x", 1)
    for path in ("x/CD1/1.wav", "x/CD1/2.wav", "x/CD2/3.wav", "y/4.wav"):
        desk.put(path, tags(artist="A", album="B", title=path))
    desk.put("z/5.wav", tags(artist="A", album="Other", title="T"))
    desk.naming.run()
    put(desk, "x", cover("above.png"))
    put(desk, "x/CD1", cover("back.png", "back"), cover("a.log", "sidecar", 1), cover("bad.png", problem="none"))
    put(desk, "y", cover("cover.png"))
    put(desk, "z", cover("elsewhere.png"))
    found = companions.of_folder(MAIN, ALBUM)
    assert [(row.name, row.kind) for row in found] == [
        ("back.png", "back"), ("a.log", "sidecar"), ("cover.png", "front"), ("above.png", "front"),
    ]  # fmt: skip
    assert (found[0].file.path, found[0].file.stamp, found[0].file.ident) == ("x/CD1/back.png", Stamp(9, 1, "t"), "i")
    assert companions.of_folder(MAIN, name_key("A")) == companions.of_folder(MAIN + 1, ALBUM) == []


def test_candidates_for_a_cover_are_the_first_tracks_by_source_and_path(desk: Desk, companions: Companions) -> None:
    for path in ("b/1.wav", "a/2.wav", "a/1.wav"):
        desk.put(path, tags(artist="A", album="B", title=path))
    desk.naming.run()
    own = Picture("own", 9, "image/png")
    item = item_of(desk, "a/1.wav")
    with desk.database.write() as db:
        db.execute("UPDATE item_tags SET art = '[[\"front\", []]]' WHERE item = ?", (item,))
        db.execute(
            "UPDATE item_tags SET picture = ? WHERE item <> ?", ('{"digest":"own","size":9,"mime":"image/png"}', item)
        )
    found = companions.candidates(MAIN, ALBUM, 2)
    assert [row.item for row in found] == [item, item_of(desk, "a/2.wav")]
    assert (found[0].set, found[0].own) == (((ArtKind.FRONT, ()),), None)
    assert (found[1].set, found[1].own) == ((), own)
    assert found[0].album == found[1].album != 0
    assert found[0].folder == found[1].folder == desk.files.folder(desk.source().id, "a", 1)


def test_a_lost_picture_is_found_again_by_its_digest(desk: Desk, companions: Companions) -> None:
    desk.put("d/1.wav")
    put(desk, "d", cover("cover.png"))
    with desk.database.write() as db:
        db.execute("""UPDATE item_tags SET picture = '{"digest": "abc", "size": 9, "mime": "image/png"}'""")
    assert companions.track_with_picture('%"abc"%') == item_of(desk, "d/1.wav")
    assert companions.track_with_picture('%"ab"%') is None
    file = companions.with_picture('%"cover.png"%')
    assert file is not None
    assert (file.source_uid, file.path) == (desk.source().uid, "d/cover.png")
    assert companions.with_picture('%"abc"%') is None
