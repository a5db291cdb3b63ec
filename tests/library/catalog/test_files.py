"""What a scan found, as rows: files that change, folders that cannot be listed, names that are no text."""

import pytest

from library.catalog.test_places import item_of
from library.conftest import FORMAT, Desk
from library.test_naming import tags
from musfuse.library.catalog import FileRow
from musfuse.library.catalog.departures import Departures
from musfuse.library.catalog.rows import NO_TAGS, NOT_LOOKED_AT
from musfuse.model import Stamp


@pytest.fixture
def source(desk: Desk) -> int:
    return desk.source().id


def test_a_file_that_changes_is_the_same_track_of_another_version(desk: Desk) -> None:
    desk.put("a/1.wav", tags(title="Old"))
    before = desk.tracks.track(item_of(desk, "a/1.wav"))
    desk.put("a/1.wav", tags(title="New"))
    after = desk.tracks.track(item_of(desk, "a/1.wav"))
    assert before is not None
    assert after is not None
    assert (after.track.id, after.track.version) == (before.track.id, before.track.version + 1)
    assert after.track.tags.first("title") == "New"
    assert after.track.file.stamp != before.track.file.stamp


def test_what_is_no_music_any_more_is_no_track_and_its_file_is_known(desk: Desk, source: int) -> None:
    desk.put("1.wav")
    folder = desk.files.folder(source, "", 1)
    desk.files.put_files([(folder, FileRow("1.wav", Stamp(9, 9), "x", problem="broken"))])
    assert desk.tracks.at(desk.source().uid, "1.wav", 0) is None
    assert desk.files.known(folder)["1.wav"].file.stamp.size == 9
    (gone,) = Departures(desk.database).of(source)
    assert gone.file.path == "1.wav"


def test_what_has_to_be_looked_at_again_looks_like_no_version(desk: Desk, source: int) -> None:
    folder = desk.files.folder(source, "", 1)
    desk.files.put_files([(folder, FileRow("1.wav", Stamp(9, 77), "x", problem="not now", again=True))])
    assert desk.files.known(folder)["1.wav"].file.stamp.mtime_ns == NOT_LOOKED_AT


def test_sheets_are_those_of_the_last_look(desk: Desk, source: int) -> None:
    folder = desk.files.folder(source, "", 1)
    for sheets in ((("cue", b"one"), ("tag", b"two")), (("cue", b"three"),), ()):
        desk.files.put_files([(folder, FileRow("1.wav", Stamp(9, 9), "x", format=FORMAT, sheets=sheets))])
        with desk.database.read() as db:
            assert tuple(db.execute("SELECT kind, data FROM sheet ORDER BY kind")) == sheets


def test_names_that_are_no_text_are_known_as_they_are(desk: Desk, source: int) -> None:
    odd = {"caf\udce9.wav", "café.wav", "%", "a\nb", "'"}
    folder = desk.files.folder(source, "d\udcff", 1)
    desk.files.put_files([(folder, FileRow(name, Stamp(9, 9), "x", format=FORMAT)) for name in odd])
    assert {name: known.file.path for name, known in desk.files.known(folder).items()} == {
        name: f"d\udcff/{name}" for name in odd
    }
    assert desk.files.folder(source, "d\udcff", 2) == folder


def test_a_whole_scan_forgets_what_it_did_not_see(desk: Desk, source: int) -> None:
    for path in ("a/1.wav", "a/2.wav", "b/3.wav", "b/c/4.wav", "bc/5.wav", "away/6.wav", "away/x/7.wav", "aways/8.wav"):
        desk.put(path)
    before = desk.files.begin_scan(source)
    scan = desk.files.begin_scan(source)
    assert scan > before
    desk.files.folder(source, "a", scan)
    assert desk.files.keep(source, "away", scan)  # could not be listed: it and all below
    assert not desk.files.keep(source, "unknown", scan)
    assert desk.files.remove_unseen(source, scan) == 4
    with desk.database.read() as db:
        left = {f"{path.decode()}/{name.decode()}" for path, name in db.execute("SELECT path, name FROM original")}
    assert left == {"a/1.wav", "a/2.wav", "away/6.wav", "away/x/7.wav"}
    gone = {departure.file.path for departure in Departures(desk.database).of(source)}
    assert gone == {"b/3.wav", "b/c/4.wav", "bc/5.wav", "aways/8.wav"}


def test_a_root_that_cannot_be_listed_keeps_everything(desk: Desk, source: int) -> None:
    desk.put("a/1.wav")
    desk.files.begin_scan(source)
    scan = desk.files.begin_scan(source)
    desk.files.folder(source, "", scan)
    assert desk.files.keep(source, "", scan)
    assert desk.files.remove_unseen(source, scan) == 0


def test_another_id_of_a_folder_tells_that_ids_tell_nothing(desk: Desk, source: int) -> None:
    assert desk.files.enter(source, "a", 1, "7")[1] is False  # it is new
    assert desk.files.enter(source, "a", 2, "7")[1] is False
    assert not desk.files.was_another(source, "a", "8")  # nothing is known in it
    desk.put("a/b/1.wav")
    assert desk.files.was_another(source, "a", "8")
    assert not desk.files.was_another(source, "a", "7")
    folder, another = desk.files.enter(source, "a", 3, "8")
    assert another
    assert desk.files.enter(source, "a", 4, "8") == (folder, False)


def test_a_file_that_is_numbered_anew_keeps_the_name_of_its_index(desk: Desk, source: int) -> None:
    folder = desk.files.folder(source, "", 1)
    desk.files.put_files([(folder, FileRow("1.wav", Stamp(9, 9, "t1"), "17", format=FORMAT, tags=NO_TAGS))])
    known = desk.files.known(folder)["1.wav"]
    name = known.file.index_name
    retold = type(known.file)(known.file.source_uid, "1.wav", Stamp(9, 9, "t2"), "17")  # another tag alone
    assert desk.files.renumber(known, retold) == retold
    for ident in ("18", "19"):
        now = type(known.file)(known.file.source_uid, "1.wav", Stamp(9, 9, f"t{ident}"), ident)
        renamed = desk.files.renumber(known, now)
        known = desk.files.known(folder)["1.wav"]
        assert known.file == renamed == desk.files.source_file(known.id)
        assert (known.file.ident, known.file.index_name) == (ident, name)


def test_a_folder_of_a_disc_belongs_to_the_one_above(desk: Desk, source: int) -> None:
    album = desk.files.folder(source, "Album", 1)
    disc, other = desk.files.folder(source, "Album/CD1", 1), desk.files.folder(source, "Album/Extras", 1)
    with desk.database.read() as db:
        above = dict(db.execute("SELECT id, above FROM folder"))
    assert (above[disc], above[other], above[album]) == (album, None, None)


def test_why_a_source_is_away_is_noted_until_it_is_listed(desk: Desk, source: int) -> None:
    desk.files.unreachable(source, "no route to host")
    desk.files.unreachable(source, "still no route")
    desk.files.unreachable(source + 99, "a source that was removed")
    assert desk.sources.away() == {"/src": "still no route"}
    desk.files.folder(source, "", desk.files.begin_scan(source))
    assert desk.sources.away() == {}
