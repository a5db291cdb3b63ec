"""Further entries of tracks, as the catalog knows them."""

from library.arranging.conftest import Rearranged, rearranged  # noqa: F401 - a fixture
from musfuse.library.catalog import copies
from musfuse.library.catalog.copies import Copies
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.userdb.arrangement import Copy
from musfuse.model import Rendition


def test_a_name_that_follows_has_the_extension_of_what_is_served() -> None:
    assert copies.named("One", True, Rendition.FLAC, "a/1.wav") == "One.flac"
    assert copies.named("One", True, Rendition.RETAGGED, "a/1.MP3") == "One.mp3"
    assert copies.named("One", True, Rendition.ORIGINAL, "a/one") == "One"
    assert copies.named("One.x", False, Rendition.FLAC, "a/1.wav") == "One.x"


def test_what_a_folder_shows_is_found_by_name_and_in_order(rearranged: Rearranged) -> None:
    library, edits = rearranged.library, rearranged.drive.rearranging
    item = rearranged.drive.row("Ann/Best/One.flac")[0].item
    for name in ("b.flac", "a.flac", "A.mp3", "a.b.flac"):
        edits.copy(item, f"Bob/{name}")
    folder = rearranged.drive.row("Bob")[0].id
    shown = Copies(library.catalog.database, MAIN)
    assert [copy.name for copy in shown.of_folder(folder)] == ["a.b.flac", "a.flac", "A.mp3", "b.flac"]
    for key, names in (
        ("A.FLAC", ["a.flac"]), ("A.MP3", ["A.mp3"]), ("A", []), ("A.B.FLAC", ["a.b.flac"]), ("A.B", []), ("", []),
    ):  # fmt: skip
        assert [copy.name for copy in shown.of_folder(folder, key)] == names
    assert Copies(library.catalog.database, MAIN + 1).of_folder(folder) == []
    with library.catalog.database.read() as db:
        assert copies.any_in(db, MAIN)
        assert copies.folders_of(db, MAIN, [item, 99]) == {"BOB"}
        number, first = copies.of_track(db, MAIN, shown.of_folder(folder)[0].public) or (0, Copy(0, 0, ""))
        assert copies.known(db, number) == first == copies.every(db, MAIN)[number]
        assert (first.name, copies.extension(db, folder)) == ("b", "")


def test_looking_a_name_up_does_not_take_longer_the_more_there_are(rearranged: Rearranged) -> None:
    item = rearranged.drive.row("Ann/Best/One.flac")[0].item
    rearranged.drive.rearranging.copy(item, "Bob/one.flac")
    folder, steps = rearranged.drive.row("Bob")[0].id, list[int]()
    with rearranged.library.catalog.database.write() as db:
        (row,) = db.execute("SELECT public, folder FROM arranged_copy").fetchall()
        for count in (10, 1000):
            for number in range(count):
                copies.put(db, MAIN, 1000 + number, Copy(row[0], row[1], f"x{number}", True))
            seen = list[int]()
            db.set_progress_handler(lambda seen=seen: seen.append(1), 1)  # type: ignore[misc]
            assert [copy.name for copy in copies.shown(db, folder, "ONE.FLAC")] == ["one.flac"]
            db.set_progress_handler(None, 0)
            steps.append(len(seen))
    assert steps[1] < steps[0] * 2, steps
