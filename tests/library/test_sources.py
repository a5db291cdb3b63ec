"""The mirror of sources in the catalog."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from library.conftest import Desk
from musfuse.library.catalog import CatalogSources, Database
from musfuse.model import TagSet


def positions(sources: CatalogSources) -> list[int]:
    return [row.position for row in sources.rows()]


def test_rows_are_compared_one_by_one(desk: Desk) -> None:
    sources = desk.sources
    assert sources.mirror([("a", "/a"), ("b", "/b")])
    commits = desk.database.commits
    assert not sources.mirror([("a", "/a"), ("b", "/b")])
    assert desk.database.commits == commits
    assert sources.mirror([("b", "/b"), ("a", "/a"), ("c", "/\udcff")])
    assert [(row.uid, row.root) for row in sources.rows()] == [("b", "/b"), ("a", "/a"), ("c", "/\udcff")]
    assert sources.mirror([("b", "/a"), ("a", "/b")])  # they changed places
    assert [(row.uid, row.root) for row in sources.rows()] == [("b", "/a"), ("a", "/b")]


ORDERS = st.lists(st.lists(st.sampled_from("abcde"), unique=True), min_size=1, max_size=6)


@given(ORDERS)
@settings(max_examples=60)
def test_any_change_is_mirrored(orders: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "c.db")
        sources, ids = CatalogSources(database), set[tuple[int, str]]()
        for number, order in enumerate(orders):
            wanted = [(uid, f"/{uid}{number % 2}") for uid in order]
            sources.mirror(wanted)
            rows = sources.rows()
            assert [(row.uid, row.root) for row in rows] == wanted
            assert len(set(positions(sources))) == len(rows)
            for row in rows:
                with database.write() as db:
                    db.execute("INSERT INTO scan (source, began) VALUES (?, 0)", (row.id,))
                ids.add((row.id, row.uid))
        assert len({number for number, _ in ids}) == len(ids)  # no id is of two sources
        database.close()


def test_ranks_decide_names_again(desk: Desk) -> None:
    tags = TagSet({"title": ["T"], "artist": ["A"], "album": ["B"]})
    desk.put("x.wav", tags, "/one")
    desk.put("y.wav", tags, "/two")
    desk.naming.run()
    assert desk.tree() == {"A/B/T.flac": "x.wav", "A/B/T (2).flac": "y.wav"}
    one, two = ((row.uid, row.root) for row in desk.sources.rows())
    desk.sources.mirror([two, one])
    desk.naming.run()
    assert desk.tree() == {"A/B/T.flac": "y.wav", "A/B/T (2).flac": "x.wav"}


def test_who_keeps_the_order_is_not_named_again(desk: Desk) -> None:
    for root in ("/one", "/two", "/three"):
        desk.put("x.wav", TagSet({"title": [root[1:]]}), root)
    desk.naming.run()
    one, _, three = ((row.uid, row.root) for row in desk.sources.rows())
    desk.sources.mirror([one, three])
    with desk.database.read() as db:
        assert db.execute("SELECT count(*) FROM todo WHERE stage = 'place'").fetchone() == (0,)
    desk.naming.run()
    assert len(desk.tree()) == 2


def test_what_lay_in_a_source_leaves_with_it(desk: Desk) -> None:
    desk.put("x.wav", TagSet({"title": ["T"], "artist": ["A"]}), "/one")
    desk.put("y.wav", TagSet({"title": ["U"], "artist": ["A"]}), "/two")
    desk.naming.run()
    one, two = ((row.uid, row.root) for row in desk.sources.rows())
    assert [desk.sources.tracks(uid) for uid, _ in (one, two)] == [1, 1]
    desk.sources.mirror([two])
    desk.naming.run()
    assert list(desk.tree().values()) == ["y.wav"]
    assert desk.sources.tracks(one[0]) == 0
    with desk.database.read() as db:
        assert db.execute("SELECT count(*) FROM file").fetchone() == (1,)


def test_what_a_scan_found_out(desk: Desk) -> None:
    assert desk.sources.mirror([("a", "/a"), ("b", "/b")])
    a, _ = desk.sources.rows()
    assert (desk.sources.unscanned(), desk.sources.empty()) == (["/a", "/b"], [])
    desk.files.remove_unseen(a.id, desk.files.begin_scan(a.id))
    assert (desk.sources.unscanned(), desk.sources.empty()) == (["/b"], ["/a"])
    desk.put("x.wav", TagSet(), "/a")
    assert desk.sources.empty() == []


def test_how_files_without_an_index_are_shown_is_noted_and_names_them_again(desk: Desk) -> None:
    desk.put("1.wav", TagSet({"artist": ["A"], "album": ["B"], "title": ["One"]}))
    desk.naming.run()
    (source,) = desk.sources.rows()
    here = [(source.uid, source.root)]
    assert not desk.sources.mirror(here, {source.uid: "wait"}), "as it is where nothing is said"
    for how, name in (("hide", "One.flac"), ("original", "One.wav"), ("hide", "One.flac")):
        assert desk.sources.mirror(here, {source.uid: how})
        assert desk.sources.rows()[0].unindexed == how
        desk.naming.run()
        assert list(desk.tree()) == [f"A/B/{name}"]
