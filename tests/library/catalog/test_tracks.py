"""Tracks with all that is served of them."""

import pytest

from library.catalog.test_places import item_of
from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog import Renditions, TrackRow, Tracks
from musfuse.library.catalog.companions import Companion, Companions
from musfuse.library.overlay import Delta, overlay_key
from musfuse.model import Picture, Rendition, SampleRange, Stamp, TagSource


def row(desk: Desk, path: str, part: int = 0) -> TrackRow:
    found = desk.tracks.at(desk.source().uid, path, part)
    assert found is not None
    assert desk.tracks.track(found.track.id) == found
    return found


def say(desk: Desk, path: str, **fields: str) -> None:
    key = overlay_key(row(desk, path).track.file, 0)
    deltas = [Delta(key, {name: (value,) for name, value in fields.items()})]
    change = desk.collector.apply_delta(deltas, TagSource.USER, "tester", "test")
    desk.overlaying.adopt(change.seq, desk.collector.keys_of(change.seq))
    desk.naming.run()


def test_what_is_not_there_is_none(desk: Desk) -> None:
    desk.put("a/1.wav")
    uid = desk.source().uid
    for where in ((uid, "a/2.wav", 0), (uid, "1.wav", 0), (uid, "a/1.wav", 1), ("x", "a/1.wav", 0)):
        assert desk.tracks.at(*where) is None
    assert desk.tracks.track(99) is desk.tracks.public(99) is None


def test_what_is_said_is_served_and_the_originals_tags_are_known(desk: Desk) -> None:
    desk.put("a/1.wav", tags(title="T", artist="A", album="B"))
    desk.naming.run()
    before = row(desk, "a/1.wav")
    assert (before.wanted, before.track.rendition, before.track.embedded) == ("A/B/T.flac", Rendition.FLAC, None)
    assert before.embedded == before.track.tags
    say(desk, "a/1.wav", title="Other")
    after = row(desk, "a/1.wav")
    assert (after.wanted, after.track.tags.first("title")) == ("A/B/Other.flac", "Other")
    assert after.embedded == before.track.tags
    assert after.track.mtime_ns > before.track.mtime_ns
    assert after.track.version > before.track.version


def test_a_track_that_no_view_names_yet_is_its_original(desk: Desk) -> None:
    desk.put("a/1.wav")
    assert (row(desk, "a/1.wav").track.rendition, row(desk, "a/1.wav").wanted) == (Rendition.ORIGINAL, "")
    desk.naming.run()
    item = item_of(desk, "a/1.wav")
    other = Tracks(desk.database, 77).track(item)  # in a view that shows nothing
    assert other is not None
    assert (other.track.rendition, other.wanted, other.size) == (Rendition.ORIGINAL, "", None)


@pytest.mark.parametrize(
    ("first", "samples", "part"),
    [(0, None, None), (0, 100, SampleRange(0, 100)), (7, None, SampleRange(7)), (7, 5, SampleRange(7, 12))],
)
def test_a_part_is_what_has_a_beginning_or_an_end(
    desk: Desk, first: int, samples: int | None, part: SampleRange | None
) -> None:
    desk.put("1.wav")
    with desk.database.write() as db:
        db.execute("UPDATE item SET part = 2, first_sample = ?, samples = ?, sheet = 's'", (first, samples))
    assert row(desk, "1.wav", 2).track.part == part
    assert desk.tracks.at(desk.source().uid, "1.wav", 1) is None


def test_the_picture_of_the_folder_is_the_best_front_else_that_above_a_disc(desk: Desk) -> None:
    desk.files.folder(desk.source().id, "Album", 1)
    desk.put("Album/CD1/1.wav")
    album, disc = (desk.files.folder(desk.source().id, path, 1) for path in ("Album", "Album/CD1"))

    def put(folder: int, name: str, kind: str, position: int, looked_into: bool = True) -> None:
        picture = Picture(name, 9, "image/png") if looked_into else None
        Companions(desk.database).change(folder, [Companion(name, Stamp(9, 1), "i", kind, position, picture)], [])

    def shown() -> str:
        picture = row(desk, "Album/CD1/1.wav").track.folder_picture
        return picture.digest if picture else ""

    assert shown() == ""
    put(album, "above.png", "front", 0)
    assert shown() == "above.png"
    put(disc, "back.png", "back", 0)
    put(disc, "bad.png", "front", 0, looked_into=False)
    assert shown() == "above.png"
    put(disc, "second.png", "front", 2)
    put(disc, "first.png", "front", 1)
    assert shown() == "first.png"


def test_tracks_without_a_size_are_told_in_pages(desk: Desk) -> None:
    for n in range(5):
        desk.put(f"{n}.wav", tags(title=f"T{n}", artist="A", album="B"))
    tokens = {Rendition.FLAC: "now"}
    assert desk.tracks.unsized(tokens, 0, 10) == []  # nothing is on the drive
    desk.naming.run()
    items = [item_of(desk, f"{n}.wav") for n in range(5)]
    first = desk.tracks.unsized(tokens, 0, 2)
    rest = desk.tracks.unsized(tokens, first[-1].track.id, 10)
    assert [found.track.id for found in [*first, *rest]] == items
    renditions = Renditions(desk.database)
    renditions.set_size(first[0].track, 10, "now")
    renditions.set_size(first[1].track, 10, "before")
    renditions.set_failed(rest[0].track, "broken")
    assert [found.track.id for found in desk.tracks.unsized(tokens, 0, 10)] == [items[1], items[3], items[4]]
    (sized, failed) = (row(desk, f"{n}.wav") for n in (0, 2))
    assert (sized.size, sized.size_token, failed.problem) == (10, "now", "broken")


def test_what_does_not_let_tags_in_and_what_was_put_off_is_told(desk: Desk) -> None:
    desk.put("1.wav", tags(title="T"))
    desk.naming.run()
    renditions, track = Renditions(desk.database), row(desk, "1.wav").track
    renditions.put_off(track, "no memory")
    renditions.set_untagged(track, "no room")
    assert (row(desk, "1.wav").put_off, row(desk, "1.wav").untagged) == ("no memory", "no room")
    with desk.database.write() as db:
        db.execute("UPDATE item_tags SET damage = 'cannot be read'")
        db.execute("UPDATE item SET public = 7, content = 'pcm:x'")
    assert row(desk, "1.wav").untagged == "cannot be read"
    assert desk.tracks.public(7) == track.id
    assert row(desk, "1.wav").content == "pcm:x"
