"""What a target means, as rows."""

import pytest

from library.conftest import FORMAT, Desk
from library.test_naming import tags
from musfuse.library.catalog import FileRow
from musfuse.library.catalog.targets import Targets, Where
from musfuse.library.overlay import Delta
from musfuse.library.overlay.value import split_key
from musfuse.model import Stamp, TagSource


@pytest.fixture
def targets(desk: Desk) -> Targets:
    return Targets(desk.database)


def paths(targets: Targets, where: Where | None) -> list[str]:
    assert where is not None
    return sorted(row.inside for row in targets.rows(where))


def test_a_place_of_a_source_is_a_file_or_all_below_a_folder(desk: Desk, targets: Targets) -> None:
    for path in ("a/1.wav", "a/b/2.wav", "a b/3.wav", "a0/4.wav", "a.wav", "5.wav"):
        desk.put(path)
    desk.put("a/other.wav", uri="/other")
    uid = desk.source().uid
    assert paths(targets, targets.in_source(uid, "a")) == ["a/1.wav", "a/b/2.wav"]
    assert paths(targets, targets.in_source(uid, "a/1.wav")) == ["a/1.wav"]
    assert paths(targets, targets.in_source(uid, "a.wav")) == ["a.wav"]
    assert len(paths(targets, targets.in_source(uid, ""))) == 6
    for unknown in ("b", "a/1", "a/", "A", "a%", "caf\udce9"):
        assert targets.in_source(uid, unknown) is None
    assert targets.in_source("unknown", "a") is None


def test_a_place_on_the_drive_is_a_file_or_all_below_a_folder(desk: Desk, targets: Targets) -> None:
    for artist in ("Ann", "Ann B", "Ann0"):
        for album in ("Best", "Best Of"):
            desk.put(f"{artist}/{album}.wav", tags(artist=artist, album=album, title="T"))
    desk.naming.run()
    assert paths(targets, targets.on_drive("ann")) == ["Ann/Best Of.wav", "Ann/Best.wav"]
    assert paths(targets, targets.on_drive("/Ann//BEST/")) == ["Ann/Best.wav"]
    assert paths(targets, targets.on_drive("Ann/Best/T.flac")) == ["Ann/Best.wav"]
    assert len(paths(targets, targets.on_drive(""))) == 6
    for unknown in ("Ann/B", "Ann/Best/T.flac/x", "An", "caf\udce9", ".."):
        assert targets.on_drive(unknown) is None


def test_a_track_tells_where_it_is_and_what_is_said_of_it(desk: Desk, targets: Targets) -> None:
    desk.put("x/1.wav", tags(artist="Ann", album="Best", title="T"))
    (unnamed,) = targets.rows(Where())
    assert (unnamed.path, unnamed.source) == ("", "/src/x/1.wav")
    desk.naming.run()
    (row,) = targets.rows(Where())
    assert row.path == "Ann/Best/T.flac"
    assert split_key(row.key) == (desk.source().uid, "x/1.wav", 0)
    change = desk.collector.apply_delta([Delta(row.key, {"title": ("New",)})], TagSource.USER, "t", "t")
    desk.overlaying.adopt(change.seq, [row.key])
    desk.naming.run()
    (said,) = targets.rows(Where())
    assert (said.tags.first("title"), said.embedded.first("title")) == ("New", "T")


def test_an_image_behind_its_parts_is_no_target(desk: Desk, targets: Targets) -> None:
    desk.put("x/1.wav")
    with desk.database.write() as db:
        db.execute("UPDATE item SET hidden = 1")
    assert paths(targets, Where()) == []
    assert paths(targets, targets.in_source(desk.source().uid, "x/1.wav")) == []


def test_these_are_those(desk: Desk, targets: Targets) -> None:
    desk.put("x/1.wav")
    desk.put("x/2.wav")
    one, two = targets.rows(Where())
    assert list(targets.rows(Targets.these([two.id, 99]))) == [two]
    assert list(targets.rows(Targets.these([two.id, one.id]))) == [one, two]


def test_rows_are_read_in_pages(desk: Desk, targets: Targets) -> None:
    folder = desk.files.folder(desk.source().id, "x", 1)
    names = [f"{n:04}.wav" for n in range(1001)]
    desk.files.put_files([(folder, FileRow(name, Stamp(1, 1), name, format=FORMAT)) for name in names])
    rows = targets.rows(Where())
    assert next(rows).inside == "x/0000.wav"
    desk.remove("x/0999.wav")  # behind the first page
    assert len([row.id for row in rows]) == 999
    assert len({row.id for row in targets.rows(Where())}) == 1000
