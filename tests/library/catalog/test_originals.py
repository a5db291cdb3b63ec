"""What the catalog knows of a file or folder of a source, by where it lies."""

import pytest

from library.catalog.test_places import item_of
from library.conftest import FORMAT, Desk
from library.test_naming import tags
from musfuse.library.catalog import FileRow
from musfuse.library.catalog.companions import Companion, Companions
from musfuse.library.catalog.originals import Originals, Place
from musfuse.model import Picture, Stamp


@pytest.fixture
def originals(desk: Desk) -> Originals:
    uid = desk.source("/src").uid

    def lies(text: str) -> tuple[str, str] | None:
        return (uid, text.removeprefix("/src").strip("/")) if text.startswith("/src") else None

    return Originals(desk.database, lies)


def at(originals: Originals, path: str) -> Place:
    place = originals.place(f"/src/{path}")
    assert place is not None
    return place


def test_a_place_is_in_a_source_or_nowhere(desk: Desk, originals: Originals) -> None:
    assert originals.place("/elsewhere/a.wav") is None
    place = at(originals, "d/caf\udce9.wav")
    assert (place.source, place.root, place.inside) == (desk.source().id, "/src", "d/caf\udce9.wav")
    assert place.split == (b"d", b"caf\xe9.wav")
    assert at(originals, "1.wav").split == (b"", b"1.wav")
    desk.sources.mirror([])
    assert originals.place("/src/a.wav") is None  # only user.db knows it


def test_a_file_with_its_tracks_sheets_and_problem(desk: Desk, originals: Originals) -> None:
    folder = desk.files.folder(desk.source().id, "d", 1)
    desk.files.put_files(
        [
            (folder, FileRow("1.wav", Stamp(9, 1), "a", note="odd", format=FORMAT, tags=tags(title="T"), sheets=(("tag", b"x"), ("cue", b"y")))),
            (folder, FileRow("2.wav", Stamp(8, 1), "b", problem="broken")),
        ]
    )  # fmt: skip
    found = originals.file(at(originals, "d/1.wav"))
    assert found is not None
    (track,) = found.tracks
    assert (found.size, found.problem, found.note) == (9, "", "odd")
    assert [kind for kind, _ in found.sheets] == ["cue", "tag"]
    assert (track.id, track.hidden, track.node) == (item_of(desk, "d/1.wav"), False, 0)  # it has no name yet
    desk.naming.run()
    found = originals.file(at(originals, "d/1.wav"))
    assert found is not None
    node = desk.nodes.of_item(track.id)
    assert node is not None
    assert found.tracks[0].node == node.id
    broken = originals.file(at(originals, "d/2.wav"))
    assert broken is not None
    assert (broken.problem, broken.tracks) == ("broken", ())
    for unknown in ("d/3.wav", "1.wav", "d", ""):
        assert originals.file(at(originals, unknown)) is None


def test_a_companion_and_why_it_is_not_used(desk: Desk, originals: Originals) -> None:
    folder = desk.files.folder(desk.source().id, "d", 1)
    picture = Picture("digest", 100, "image/png")
    Companions(desk.database).change(
        folder,
        [Companion("cover.png", Stamp(7, 1), "i", "front", 0, picture), Companion("back.png", Stamp(6, 1), "j", "back", problem="no")],
        [],
    )  # fmt: skip
    front, back = (originals.companion(at(originals, f"d/{name}.png")) for name in ("cover", "back"))
    assert front is not None
    assert back is not None
    assert (front.kind, front.size, front.picture, front.problem) == ("front", 7, picture, "")
    assert (back.kind, back.picture, back.problem) == ("back", None, "no")
    assert originals.companion(at(originals, "cover.png")) is None


def test_a_folder_counts_what_is_in_and_below_it_alone(desk: Desk, originals: Originals) -> None:
    for path in ("a/1.wav", "a/b/2.wav", "a b/3.wav", "a.c/4.wav", "a0/5.wav", "az/6.wav", "7.wav"):
        desk.put(path, tags(title=path[-5]))
    source = desk.source().id
    desk.files.put_files(
        [(desk.files.folder(source, "a/b", 1), FileRow("bad.wav", Stamp(1, 1), "x", problem="broken"))]
    )
    desk.naming.run()
    found = originals.folder(at(originals, "a"))
    assert found is not None
    assert (found.files, found.skipped, found.tracks) == (3, 1, 2)
    desk.files.folder(source, "", 1)
    whole = originals.folder(at(originals, ""))
    assert whole is not None
    assert (whole.files, whole.skipped, whole.tracks) == (8, 1, 7)
    assert originals.folder(at(originals, "a/1.wav")) is None
    desk.files.folder(source, "locked", 1, "no permission")
    locked = originals.folder(at(originals, "locked"))
    assert locked is not None
    assert (locked.problem, locked.files) == ("no permission", 0)
