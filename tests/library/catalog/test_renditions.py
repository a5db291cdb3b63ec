"""What items are made into: a row for exactly what a place wants, or what has a problem."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.catalog.test_places import item_of, place
from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog import Renditions, places, trees
from musfuse.library.catalog.nodes import MAIN
from musfuse.model import Rendition

MADE = [Rendition.FLAC, Rendition.WAV, Rendition.RETAGGED, Rendition("opus:96")]


def rows(desk: Desk, item: int) -> dict[str, tuple[int | None, str]]:
    with desk.database.read() as db:
        found = db.execute("SELECT profile, size, problem FROM rendition WHERE item = ?", (item,))
        return {profile: (size, problem) for profile, size, problem in found}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.integers(0, 2), st.sampled_from([*MADE, Rendition.ORIGINAL, None])),
            st.tuples(st.just("fail"), st.just(0), st.sampled_from(MADE)),
        ),
        max_size=12,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_row_is_there_exactly_for_what_is_wanted_or_failed(
    desk: Desk, steps: list[tuple[str, int, Rendition | None]]
) -> None:
    desk.put("1.wav")
    item, renditions = item_of(desk), Renditions(desk.database)
    views: list[int] = []
    with desk.database.write() as db:
        views = [MAIN, trees.add_view(db, "second"), trees.add_view(db, "third")]
    wanted: dict[int, Rendition] = {}
    failed: set[Rendition] = set()
    for what, view, rendition in steps:
        if what == "put":
            with desk.database.write() as db:
                places.put(db, views[view], {item: None if rendition is None else place(rendition)})
            wanted.pop(view, None)
            if rendition is not None:
                wanted[view] = rendition
        else:
            row = desk.tracks.track(item)
            assert row is not None
            if row.track.rendition is Rendition.ORIGINAL:
                continue
            renditions.set_failed(row.track, "broken")
            failed.add(row.track.rendition)
        assert rows(desk, item).keys() == ({*wanted.values()} - {Rendition.ORIGINAL}) | failed
    desk.remove("1.wav")
    assert rows(desk, item) == {}


def test_one_that_two_views_want_stays_while_one_of_them_does(desk: Desk) -> None:
    desk.put("1.wav")
    item = item_of(desk)
    with desk.database.write() as db:
        other = trees.add_view(db, "other")
        for view in (MAIN, other):
            places.put(db, view, {item: place(Rendition.FLAC)})
        db.execute("UPDATE rendition SET size = 5, token = 't'")
        places.put(db, MAIN, {item: place(Rendition.WAV)})
    assert rows(desk, item) == {"flac": (5, ""), "wav": (None, "")}
    with desk.database.write() as db:
        places.put(db, other, {item: place(Rendition.WAV)})
    assert rows(desk, item) == {"wav": (None, "")}


def test_a_size_is_noted_for_the_version_and_the_token_that_it_was_found_for(desk: Desk) -> None:
    desk.put("1.wav", tags(title="T"))
    desk.naming.run()
    renditions, tokens = Renditions(desk.database), {Rendition.FLAC: "now"}
    row = desk.tracks.track(item_of(desk))
    assert row is not None
    assert (renditions.pending(tokens), renditions.sized(tokens)) == (1, 0)
    assert renditions.set_size(row.track, 10, "before")
    assert (renditions.pending(tokens), renditions.sized(tokens)) == (1, 0)
    assert renditions.set_size(row.track, 10, "now")
    assert (renditions.pending(tokens), renditions.sized(tokens)) == (0, 1)
    desk.put("1.wav", tags(title="Other"))
    desk.naming.run()
    assert not renditions.set_size(row.track, 11, "now")
    assert (renditions.pending(tokens), renditions.sized(tokens)) == (1, 0)


def test_what_cannot_be_made_is_the_original_until_the_file_is_another(desk: Desk) -> None:
    desk.put("1.wav", tags(title="T", artist="A", album="B"))
    desk.naming.run()
    row = desk.tracks.track(item_of(desk))
    assert row is not None
    Renditions(desk.database).set_failed(row.track, "broken")
    desk.naming.run()
    assert list(desk.tree()) == ["A/B/T.wav"]
    assert rows(desk, row.track.id) == {"flac": (None, "broken")}
    desk.put("1.wav", tags(title="T", artist="A", album="B"))
    desk.naming.run()
    assert list(desk.tree()) == ["A/B/T.flac"]
    assert rows(desk, row.track.id) == {"flac": (None, "")}
