"""Why a track is where it is."""

import sound

from library.arranging.conftest import Rearranged


def test_the_edit_by_which_a_track_is_where_it_is(rearranged: Rearranged) -> None:
    edits, arranging = rearranged.drive.rearranging, rearranged.library.arranging
    edits.move("Ann/Best", "Fav")
    edits.move("Bob/Five.flac", "Fav/5.flac")
    edits.remove_file("Ann/Rest/Three.flac")
    sound.write(rearranged.music / "9.flac", 2000, seed=9, artist="Ann", album="Best", title="Nine")
    rearranged.scan()
    told = {}
    for name in ("1.flac", "3.flac", "4.flac", "5.flac", "9.flac"):
        with rearranged.library.catalog.database.read() as db:
            item, public = db.execute(
                "SELECT i.id, i.public FROM item i JOIN file f ON f.id = i.file WHERE f.name = ?", (name.encode(),)
            ).fetchone()
        path, edit = arranging.explained("main", item, public)
        told[name] = path, edit.what if edit else "", edit.target if edit else ""
    assert told == {
        "1.flac": ("Ann/Best/One.flac", "move", "Fav"), "3.flac": ("Ann/Rest/Three.flac", "remove", ""),
        "4.flac": ("", "", ""), "5.flac": ("Bob/Five.flac", "move", "Fav/5.flac"),
        "9.flac": ("Ann/Best/Nine.flac", "move", "Fav"),
    }  # fmt: skip
    assert arranging.explained("none", 1, 1) == ("", None)


def test_the_edit_by_which_a_copy_is_where_it_is(rearranged: Rearranged) -> None:
    edits, arranging = rearranged.drive.rearranging, rearranged.library.arranging
    item = rearranged.drive.row("Ann/Best/One.flac")[0].item
    edits.copy(item, "Bob/1.flac")
    entry, row = rearranged.drive.row("Bob/1.flac")
    assert row is not None
    path, edit = arranging.explained("main", item, row.public, entry.own.copy)
    assert edit is not None
    assert (path, edit.what, edit.path, edit.target) == ("Ann/Best/One.flac", "copy", "Ann/Best/One.flac", "Bob/1.flac")
    assert arranging.explained("main", item, row.public) == ("", None)
    edits.move("Bob/1.flac", "Ann/1.flac")
    _, edit = arranging.explained("main", item, row.public, entry.own.copy)
    assert edit is not None
    assert edit.what == "move"
