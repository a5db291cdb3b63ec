"""What a folder takes along when it is moved, and how little that writes."""

from pathlib import Path

import sound

from library.arranging.conftest import Rearranged
from musfuse.library.arranging.moving import template_folders
from musfuse.library.catalog.nodes import MAIN


def rows_written(made: Rearranged, path: str, to: str) -> int:
    """Rows that a move writes in both databases."""
    user, catalog = made.library.stores.user.kv._db, made.library.catalog.database._writer
    before = user.total_changes + catalog.total_changes
    made.drive.rearranging.move(path, to)
    return user.total_changes + catalog.total_changes - before


def test_a_move_writes_a_few_rows_for_each_track_and_the_next_one_a_few_for_each_folder(tmp_path: Path) -> None:
    counts = {}
    for count in (4, 24):
        folder = tmp_path / str(count)
        folder.mkdir()
        made = Rearranged(folder)
        for number in range(count):
            tags = {"artist": "Ann", "album": f"Album {number % 2}", "title": f"Title {number:03}"}
            sound.write(made.music / f"{number}.flac", 500, seed=number, **tags)
        made.open()
        made.scan()
        nodes = {entry.node for entry in made.drive.list("Ann/Album 0")}
        counts[count] = [rows_written(made, "Ann", "Fav"), rows_written(made, "Fav", "Other")]
        assert {entry.node for entry in made.drive.list("Other/Album 0")} == nodes  # inode numbers stay
        made.close()
    (first, again), (first_of_more, again_of_more) = counts[4], counts[24]
    assert first_of_more - first == 20 * 3  # who stays there, in either database, and its place
    assert again_of_more - again == 20
    assert again < 40


def test_what_the_template_puts_there_later_comes_along(rearranged: Rearranged) -> None:
    edits = rearranged.drive.rearranging
    edits.move("Ann/Best", "Fav")
    edits.move("Fav", "Bob/Fav")
    edits.move("Ann", "Annie")
    for number, album in enumerate(("Best", "New"), 10):
        sound.write(rearranged.music / f"{number}.flac", 2000, seed=number, artist="Ann", album=album, title="More")
    rearranged.scan()
    assert {path for path, name in rearranged.shown().items() if name.startswith("1") and len(name) > 6} == {
        "Bob/Fav/More.flac", "Annie/New/More.flac",
    }  # fmt: skip


def test_what_is_shown_by_which_folder(rearranged: Rearranged) -> None:
    edits = rearranged.drive.rearranging
    edits.move("Ann", "Fav")
    with rearranged.library.catalog.database.read() as db:
        assert template_folders(db, MAIN, "FAV") == ["FAV", "ANN"]
        assert template_folders(db, MAIN, "FAV/BEST") == ["FAV/BEST", "ANN/BEST"]
        assert template_folders(db, MAIN, "ANN") == []
    edits.move("Fav/Best", "Best")
    with rearranged.library.catalog.database.read() as db:
        assert template_folders(db, MAIN, "FAV/BEST") == []
        assert template_folders(db, MAIN, "BEST") == ["BEST", "ANN/BEST", "FAV/BEST"]


def test_a_folder_that_somebody_made_has_nothing_to_do_with_one_of_the_template(rearranged: Rearranged) -> None:
    edits = rearranged.drive.rearranging
    edits.make_folder("Eve")
    edits.move("Eve", "Adam")
    sound.write(rearranged.music / "9.flac", 2000, seed=9, artist="Eve", title="Nine")
    rearranged.scan()
    assert rearranged.shown()["Eve/Nine.flac"] == "9.flac"


def test_tags_do_not_take_a_track_out_of_the_folder_that_it_was_moved_with(rearranged: Rearranged) -> None:
    rearranged.drive.rearranging.move("Ann/Best", "Fav")
    sound.tag(rearranged.music / "1.flac", artist="Eve", album="Other", title="Uno")
    rearranged.scan()
    assert rearranged.shown()["Fav/Uno.flac"] == "1.flac"
    rearranged.drive.rearranging.move("Fav/Two.flac", "Two.flac")
    sound.tag(rearranged.music / "2.flac", artist="Eve", album="Other", title="Due")
    rearranged.scan()
    assert rearranged.shown()["Two.flac"] == "2.flac"
    rearranged.reset()
    assert {path for path in rearranged.shown() if path.startswith("Eve/Other/")} == {
        "Eve/Other/Uno.flac", "Eve/Other/Due.flac",
    }  # fmt: skip
