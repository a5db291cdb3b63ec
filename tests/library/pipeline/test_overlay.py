"""What overlays say, in the catalog: what a kill cut off, catalogs that are older or newer than user.db, damage."""

from collections.abc import Sequence

import pytest

from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog import TrackRow
from musfuse.library.catalog.overlays import Overlays
from musfuse.library.overlay import Delta, overlay_key
from musfuse.library.pipeline import overlay
from musfuse.model import ArtKind, SourceFile, Stamp, TagSource
from musfuse.store import KvNamespace


@pytest.fixture
def named(desk: Desk) -> Desk:
    for n in range(4):
        desk.put(f"{n}.wav", tags(title=f"T{n}", artist="A", album="B"))
    desk.naming.run()
    return desk


def key(desk: Desk, path: str) -> str:
    return overlay_key(SourceFile(desk.source().uid, path, Stamp(0, 0)), 0)


def say(desk: Desk, genre: str, paths: Sequence[str] = ("0.wav",)) -> int:
    """Something is said, and the catalog is not told."""
    deltas = [Delta(key(desk, path), {"genre": (genre,)}) for path in paths]
    return desk.collector.apply_delta(deltas, TagSource.USER, "tester", "test").seq


def row(desk: Desk, path: str = "0.wav") -> TrackRow:
    found = desk.tracks.at(desk.source().uid, path, 0)
    assert found is not None
    return found


def genres(desk: Desk) -> list[str | None]:
    desk.naming.run()
    return [row(desk, f"{n}.wav").track.tags.first("genre") for n in range(4)]


def test_a_change_is_adopted_by_the_tracks_that_it_names(named: Desk) -> None:
    before = [row(named, f"{n}.wav").track.version for n in range(4)]
    seq = say(named, "Rock", ("0.wav", "2.wav", "gone.wav"))
    named.overlaying.adopt(seq, named.collector.keys_of(seq))
    assert genres(named) == ["Rock", None, "Rock", None]
    assert [row(named, f"{n}.wav").track.version - before[n] for n in range(4)] == [1, 0, 1, 0]
    assert Overlays(named.database).known() == seq
    assert not named.overlaying.catch_up()


def test_changes_that_the_catalog_missed_are_caught_up_with(named: Desk) -> None:
    for n in range(3):
        say(named, f"G{n}", (f"{n}.wav",))
    assert genres(named) == [None] * 4
    assert named.overlaying.catch_up()
    assert genres(named) == ["G0", "G1", "G2", None]
    assert not named.overlaying.catch_up()


def test_a_change_that_was_cut_off_is_adopted_with_the_next(named: Desk) -> None:
    say(named, "cut off", ("1.wav",))
    seq = say(named, "Rock")
    named.overlaying.adopt(seq, named.collector.keys_of(seq))
    assert genres(named) == ["Rock", "cut off", None, None]
    assert Overlays(named.database).known() == seq


@pytest.mark.parametrize("known", [-5, 1, 500])
def test_a_catalog_that_knows_another_user_db_looks_at_all(named: Desk, known: int) -> None:
    """An older copy of user.db, or one that went on without this catalog."""
    say(named, "Rock")
    seq = say(named, "Pop", ("3.wav",))
    if known == 1:  # much newer
        for n in range(101):
            seq = say(named, f"{n}", ("2.wav",))
    named.database.set_meta("overlay_seq", str(known))
    assert named.overlaying.catch_up()
    assert genres(named) == ["Rock", None, "100" if known == 1 else None, "Pop"]
    assert Overlays(named.database).known() == seq


def test_one_that_cannot_be_read_stops_nothing_and_is_told(named: Desk, caplog: pytest.LogCaptureFixture) -> None:
    seq = say(named, "Rock", ("0.wav", "1.wav"))
    named.store.put(KvNamespace.TRACK, key(named, "0.wav"), b"{damaged")
    named.collector.evict(key(named, "0.wav"))
    named.overlaying.adopt(seq, named.collector.keys_of(seq))
    assert genres(named) == [None, "Rock", None, None]
    assert "cannot be read" in row(named).untagged
    assert "0.wav: user.db holds an overlay that cannot be read" in caplog.text
    named.store.put(KvNamespace.TRACK, key(named, "0.wav"), b'{"format":1,"fields":{},"locks":[],"edited_ns":0}')
    named.collector.evict(key(named, "0.wav"))
    named.overlaying.mark([key(named, "0.wav")])
    genres(named)
    assert row(named).untagged == ""


def test_what_says_the_same_as_the_original_changes_no_bytes_but_their_time(named: Desk) -> None:
    before = row(named)
    change = named.collector.apply_delta(
        [Delta(key(named, "0.wav"), {"title": ("T0",)})], TagSource.USER, "tester", "test"
    )
    named.overlaying.adopt(change.seq, named.collector.keys_of(change.seq))
    genres(named)
    after = row(named)
    assert after.track.embedded is None  # nothing is kept twice
    assert after.track.tags == before.track.tags
    assert after.track.edited_ns > 0


def test_pictures_that_are_set_and_taken_away_are_with_the_track(named: Desk) -> None:
    for value, art in ((None, ()), ((), ((ArtKind.FRONT, ()),))):
        change = named.collector.apply_delta(
            [Delta(key(named, "0.wav"), {"art:front": value})], TagSource.USER, "tester", "test"
        )
        if change.seq:
            named.overlaying.adopt(change.seq, named.collector.keys_of(change.seq))
        genres(named)
        assert row(named).track.art == art


def test_a_file_that_comes_later_carries_what_was_said_of_its_place(named: Desk) -> None:
    seq = say(named, "Rock", ("later.wav",))
    named.overlaying.adopt(seq, named.collector.keys_of(seq))
    named.put("later.wav", tags(title="L"))
    named.put("0.wav", tags(title="T0"))
    named.naming.run()
    assert row(named, "later.wav").track.tags.first("genre") == "Rock"
    assert row(named).track.tags.first("genre") is None


def test_more_items_than_one_batch_are_all_looked_at(named: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "_BATCH", 1)
    seq = say(named, "Rock", [f"{n}.wav" for n in range(4)])
    named.overlaying.adopt(seq, named.collector.keys_of(seq))
    assert genres(named) == ["Rock"] * 4
